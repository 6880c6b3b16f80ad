"""What stands for AWS, Telegram and time itself around the real sender, so that it can be driven in process."""
