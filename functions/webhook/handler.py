"""Telegram's webhooks: updates come in."""

from typing import Any

from courier.wiring.webhook import webhook


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take one update, or say why not."""
    return webhook().answer(event)
