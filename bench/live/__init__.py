"""The real senders in real time: real Valkey, the simulator over HTTP, the queues' model in between."""
