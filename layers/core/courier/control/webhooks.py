"""Bots' webhooks: where Telegram is told to send updates."""


def path_of(bot_id: int | str) -> str:
    """The path of a bot's webhook, as the template's route has it."""
    return f"/telegram/{bot_id}"
