"""The parameters of a call, whichever way they came: JSON values, or text as forms and queries have it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.simulator.errors import ApiError, bad_request

#: A tuple, since what is asked for may be unhashable.
_TRUE = (True, "true", "True", "1", "yes")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call. Its bytes aren't kept, only what proves that they came whole."""

    filename: str
    size: int
    sha256: str


class Params:
    """Typed access to parameters; absent, null and empty are the same.

    >>> Params({"chat_id": "5", "reply_parameters": '{"message_id": 1}'}).json("reply_parameters")
    {'message_id': 1}
    """

    __slots__ = ("uploads", "values")

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}

    def raw(self, name: str) -> Any:
        value = self.values.get(name)
        return None if value == "" else value

    def text(self, name: str) -> str | None:
        value = self.raw(name)
        if value is None:
            return None
        text = value if isinstance(value, str) else json.dumps(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return text

    def integer(self, name: str) -> int | None:
        value = self.raw(name)
        try:
            return None if value is None else int(value)
        except (TypeError, ValueError, OverflowError):
            raise invalid(name) from None

    def flag(self, name: str) -> bool:
        return self.raw(name) in _TRUE

    def entities(self, name: str) -> list[dict[str, Any]]:
        """Message entities that the caller worked out itself."""
        entities = self.json(name) or []
        if not isinstance(entities, list) or not all(map(_is_entity, entities)):
            raise invalid(name)
        return entities

    def json(self, name: str) -> Any:
        """A parameter that is an object or a list, or JSON text of one."""
        value = self.raw(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise invalid(name) from None


def _is_entity(entity: object) -> bool:
    return isinstance(entity, dict) and all(isinstance(entity.get(name), int) for name in ("offset", "length"))


def invalid(name: str) -> ApiError:
    return bad_request(f'invalid parameter "{name}" specified')
