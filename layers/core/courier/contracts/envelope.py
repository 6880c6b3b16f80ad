"""The envelope that every queue message travels in, and how it is opened.

>>> open_envelope('{"type": "pulse", "data": {"n": 1}}', {"pulse": dict})
Opened(type='pulse', message={'n': 1})
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import Field, StrictInt, StrictStr, TypeAdapter, ValidationError

from courier.contracts.fields import Strict
from courier.errors import RefusedMessageError

#: The newest envelope that this code reads. A newer one is left to newer code.
VERSION = 1
#: SQS message attributes and log fields of that name carry the correlation id.
CORRELATION_ID = "correlation_id"
_MAX_CORRELATION_ID = 128
#: A fault of the whole may name the field that it is about itself.
_NAMES_A_FIELD = re.compile(r"[a-z_]+: ")
#: Members of unions, which nobody has written.
_TAGS = ("inline", "reply", "figures", "word")
_UNFIT_FOR_ID = re.compile(r"[^\w.:/+=@-]")


class Envelope(Strict):
    """`data` may also be JSON text, as the predecessor's applications send it."""

    type: StrictStr
    data: dict[str, Any] | StrictStr
    version: StrictInt = VERSION
    correlation_id: StrictStr | None = None
    timestamp: StrictStr | Annotated[float, Field(ge=0)] | None = None


@dataclass(frozen=True, slots=True)
class Opened[M]:
    """A message with the type that its envelope named."""

    type: str
    message: M


def correlation_id_of(body: str, attribute: str | None, fresh: str) -> str:
    """The id of a message whatever its state: of the envelope, else of the attribute, else the fresh one."""
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError):
        loaded = None
    inside = loaded.get(CORRELATION_ID) if isinstance(loaded, dict) else None
    named = inside if isinstance(inside, str) and inside else attribute
    return _UNFIT_FOR_ID.sub("_", named)[:_MAX_CORRELATION_ID] if named else fresh


def open_envelope[M](body: str, types: Mapping[str, type[M]]) -> Opened[M]:
    """Read one queue message.

    Args:
        body: The message's body as it came from SQS.
        types: The models that this queue takes, by type.

    Raises:
        RefusedMessageError: with every fault that was found and the field it is in.
    """
    envelope = _checked(Envelope, _loaded(body, "the body"), "")
    if envelope.version > VERSION:
        raise RefusedMessageError(f"version: {envelope.version} is newer than {VERSION}, the newest known here")
    model = types.get(envelope.type)
    if model is None:
        known = ", ".join(sorted(types))
        raise RefusedMessageError(f"type: {envelope.type!r} isn't taken by this queue; it takes: {known}")
    data = _loaded(envelope.data, "data") if isinstance(envelope.data, str) else envelope.data
    message = _checked(model, data, "data.")
    return Opened(envelope.type, message)


def _loaded(text: str, what: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedMessageError(f"{what} isn't JSON: {error}") from None
    if not isinstance(value, dict):
        raise RefusedMessageError(f"{what} must be a JSON object, not {type(value).__name__}")
    return value


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    """Made once: making one takes as long as reading a message with it."""
    return TypeAdapter(model)


def _checked[M](model: type[M], value: Any, prefix: str) -> M:
    try:
        # mypy doesn't take a class for something hashable.
        checked: M = _adapter(model).validate_python(value)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = (explain(fault, prefix) for fault in error.errors(include_url=False, include_input=False))
        raise RefusedMessageError("; ".join(faults)) from None
    return checked


def explain(fault: Mapping[str, Any], prefix: str = "") -> str:
    """One fault of pydantic's in words, never quoting the input: it may hold a token.

    >>> explain({"type": "missing", "loc": ("chat_id",), "msg": "Field required"}, "data.")
    'data.chat_id: is missing'
    """
    words = {"missing": "is missing", "extra_forbidden": "isn't a known field"}
    message = words.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    path = ".".join(str(part) for part in fault["loc"] if part not in _TAGS)
    if not path and _NAMES_A_FIELD.match(message):
        return prefix + message
    return f"{(prefix + path).rstrip('.') or 'the message'}: {message}"
