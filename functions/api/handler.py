"""The HTTP API."""

from typing import Any

from courier.wiring.api import api


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    return api().resolve(event, context)
