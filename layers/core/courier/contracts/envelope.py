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
#: Levels of objects and lists within one another; the Bot API's deepest (rich messages) have 16.
MAX_DEPTH = 64
#: Faults that one refusal lists.
_MAX_FAULTS = 20
#: Characters of a field's path that an error shows.
_MAX_PATH = 200
#: Half of a character, as JSON escapes it: Python reads it, and neither UTF-8, Redis nor SQS can store it.
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


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
    return _UNFIT_FOR_ID.sub("_", named[:_MAX_CORRELATION_ID]) if named else fresh


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
        raise RefusedMessageError(f"type: {envelope.type[:_MAX_PATH]!r} isn't taken by this queue; it takes: {known}")
    data = _loaded(envelope.data, "data") if isinstance(envelope.data, str) else envelope.data
    message = _checked(model, data, "data.")
    return Opened(envelope.type, message)


def _loaded(text: str, what: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedMessageError(f"{what} isn't JSON: {error}") from None
    if not isinstance(value, dict):
        raise RefusedMessageError(f"{what} must be a JSON object, not {type(value).__name__}")
    may_hold_half = _SURROGATE_ESCAPE.search(text) or (not text.isascii() and _LONE_SURROGATE.search(text))
    if may_hold_half or text.count("{") + text.count("[") > MAX_DEPTH:
        _check_values(value, "data" if what == "data" else "")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _check_values(value: Any, path: str) -> None:
    """Refuse what JSON can write and nothing behind it can take: half a character, and too many levels.

    Raises:
        RefusedMessageError: with the field's path.
    """
    waiting = [(value, path, 1)]
    while waiting:
        value, path, depth = waiting.pop()
        if isinstance(value, str):
            found = _LONE_SURROGATE.search(value)
            if found:
                half = f"\\u{ord(found[0]):04x}"
                raise RefusedMessageError(f"{path}: holds half a character ({half}); send whole characters")
            continue
        if not isinstance(value, dict | list):
            continue
        if depth > MAX_DEPTH:
            raise RefusedMessageError(f"{path}: has more than {MAX_DEPTH} levels; nest less deeply")
        if isinstance(value, dict):
            # A name may itself hold half a character: it is checked as a value is.
            waiting += [(name, path or "the body", depth) for name in value]
            waiting += [(inner, _path(path, name), depth + 1) for name, inner in value.items()]
        else:
            waiting += [(inner, _path(path, number), depth + 1) for number, inner in enumerate(value)]


def _path(path: str, part: str | int) -> str:
    """A field's path, short enough to be kept for each of a hundred thousand values."""
    return f"{path}.{str(part)[:_MAX_PATH]}".lstrip(".")[:_MAX_PATH]


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    """Made once: making one takes as long as reading a message with it."""
    return TypeAdapter(model)


def _checked[M](model: type[M], value: Any, prefix: str) -> M:
    try:
        # mypy doesn't take a class for something hashable.
        checked: M = _adapter(model).validate_python(value)  # type: ignore[arg-type]
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = [explain(fault, prefix) for fault in found[:_MAX_FAULTS]]
        more = len(found) - len(faults)
        raise RefusedMessageError("; ".join([*faults, *([f"and {more} more"] if more else [])])) from None
    return checked


def explain(fault: Mapping[str, Any], prefix: str = "") -> str:
    """One fault of pydantic's in words, never quoting the input: it may hold a token.

    >>> explain({"type": "missing", "loc": ("chat_id",), "msg": "Field required"}, "data.")
    'data.chat_id: is missing'
    """
    words = {"missing": "is missing", "extra_forbidden": "isn't a known field"}
    message = words.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    path = ".".join(str(part) for part in fault["loc"] if part not in _TAGS)[:_MAX_PATH]
    if not path and _NAMES_A_FIELD.match(message):
        return prefix + message
    return f"{(prefix + path).rstrip('.') or 'the message'}: {message}"
