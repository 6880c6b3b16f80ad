"""Telegram's webhooks: updates are checked and put on their queue, and nothing else is done with them."""
