"""What API Gateway hands over: a request in its payload format 2.0."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Telegram: where it puts the secret that `setWebhook` gave it. API Gateway writes headers in lower case.
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
#: What `add_bot` takes for a bot's id has 16 digits at most.
_BOT_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """One delivery.

    Attributes:
        bot_id: None where the path names none.
        secret: Empty where there is none.
        body: As it was sent; None where it isn't what the gateway says it is.
    """

    bot_id: int | None
    secret: str
    body: bytes | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        """From Lambda's event."""
        named = str((event.get("pathParameters") or {}).get("bot_id", ""))
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            bot_id=int(named) if _BOT_ID.fullmatch(named) else None,
            secret=str(headers.get(SECRET_HEADER) or ""),
            body=_body(event),
        )


def _body(event: Mapping[str, Any]) -> bytes | None:
    """API Gateway encodes what it doesn't take for text."""
    text = event.get("body") or ""
    try:
        return base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        return None
