"""One function's handler in a process of its own, with everything that it talks to beside it."""
