"""When calls to Telegram may start: shared by all who call it, the sender and whoever uploads a file."""
