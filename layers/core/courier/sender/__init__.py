"""From a bot's queue to Telegram: in order, in time, and once."""
