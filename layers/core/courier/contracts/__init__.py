"""What travels on queues: envelopes, messages, the delivery log. All names here are a contract with applications."""
