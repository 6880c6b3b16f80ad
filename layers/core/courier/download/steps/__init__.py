"""The steps of the state machine, each a value in and a value out; what they answer is chosen by in its definition."""
