"""What runs on a developer's machine: the local stack, the Telegram simulator and the demo. Never deployed."""
