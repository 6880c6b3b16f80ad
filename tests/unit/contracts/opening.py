"""Messages as applications write them, opened as a queue opens them."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from courier.contracts.control import CONTROL_TYPES, AddBot
from courier.contracts.envelope import open_envelope
from courier.contracts.media import MEDIA_TYPES
from courier.contracts.sending import SENDING_TYPES, SendMsg
from courier.contracts.updates import UPDATE_TYPES
from courier.errors import RefusedMessageError

#: Built, so that no file holds what looks like a real one.
SECRET = "Secret-" * 5
TOKEN = f"1234567890:{SECRET}"
ALL_TYPES: dict[str, type[BaseModel]] = {**CONTROL_TYPES, **SENDING_TYPES, **MEDIA_TYPES, **UPDATE_TYPES}


def text_of(envelope: Any) -> str:
    return envelope if isinstance(envelope, str) else json.dumps(envelope)


def opened(envelope: Any) -> BaseModel:
    return open_envelope(text_of(envelope), ALL_TYPES).message


def refusal(envelope: Any) -> str:
    """The reason, in the words that a person reads."""
    with pytest.raises(RefusedMessageError) as caught:
        opened(envelope)
    return str(caught.value)


def send_msg(**changes: Any) -> dict[str, Any]:
    """A message that is right but for the changes; `...` takes a field away."""
    return {"type": "send_msg", "data": _changed({"bot_id": 1, "chat_id": 5, "text": "x"}, changes)}


def add_bot(**changes: Any) -> dict[str, Any]:
    return {"type": "add_bot", "data": _changed({"bot_id": 1, "token": TOKEN}, changes)}


def sent(**changes: Any) -> SendMsg:
    message = opened(send_msg(**changes))
    assert isinstance(message, SendMsg)
    return message


def added(**changes: Any) -> AddBot:
    message = opened(add_bot(**changes))
    assert isinstance(message, AddBot)
    return message


def takes(field: str, *values: Any) -> list[tuple[str, Any]]:
    """Rows of a table: a field, and what it takes."""
    return [(field, value) for value in values]


def refuses(field: str, reason: str, *values: Any) -> list[tuple[str, Any, str]]:
    """Rows of a table: a field, what it doesn't take, and how the refusal begins."""
    return [(field, value, reason) for value in values]


def nested(depth: int) -> dict[str, Any]:
    """An object in an object, so many deep."""
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def _changed(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (data | changes).items() if value is not ...}
