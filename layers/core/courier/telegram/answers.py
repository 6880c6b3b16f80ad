"""What an answer of the Bot API means: the only place that reads Telegram's words.

Source: the Bot API's documentation, its server's source, and public threads where it is silent.
"""

import re
from typing import Any

from courier.errors import (
    AlreadyDoneError,
    MigratedError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    TelegramError,
    TokenRefusedError,
    UnreachableError,
)

#: Seconds to wait where Telegram gave no figure with its 429.
DEFAULT_RETRY_AFTER_S = 5.0
#: No penalty is longer than this: what asks for more is no figure.
MAX_RETRY_AFTER_S = 30 * 24 * 3600
#: An album's refusal hides its 429 inside of a 400.
_WRAPPED_429 = re.compile(r"too many requests: retry after (\d+)", re.IGNORECASE)
#: Words of a 400 that say that nothing is left to do.
_DONE = ("message is not modified", "message to delete not found")
#: Words of a 400 about where a file should go, and who may send there: others get the same file.
_PLACE = re.compile(
    r"chat|channel|group|peer|user|member|rights|permission|forbidden|restricted|blocked|bot was|topic|thread"
    r"|repl(?:y|ied)|slowmode|premium|privacy|payment",
    re.IGNORECASE,
)


def error_of(status: int, answer: Any) -> TelegramError:
    """The error that an answer other than `ok` stands for.

    Args:
        status: HTTP status.
        answer: The decoded body, or None where it was no JSON object.
    """
    body = answer if isinstance(answer, dict) else {}
    code = body.get("error_code")
    code = code if type(code) is int else status
    words = str(body.get("description") or f"HTTP {status} without a description")
    parameters = body.get("parameters")
    return _meaning(code, words, parameters if isinstance(parameters, dict) else {})


def is_about_file(error: RejectedError) -> bool:
    """Whether a file is refused for what it is, or for its `file_id`, and not for where it should go.

    >>> is_about_file(RejectedError("Bad Request: wrong file identifier/HTTP URL specified", code=400))
    True
    >>> is_about_file(RejectedError("Bad Request: not enough rights to send videos to the chat", code=400))
    False
    """
    return error.code == 413 or (error.code == 400 and not _PLACE.search(error.description))  # noqa: PLR2004


def _meaning(code: int, words: str, parameters: dict[str, Any]) -> TelegramError:
    wrapped = _WRAPPED_429.search(words)
    if code == 429 or (code == 400 and wrapped):  # noqa: PLR2004
        return RateLimitedError(words, code=code, retry_after_s=_seconds(parameters.get("retry_after"), wrapped))
    new_chat_id = parameters.get("migrate_to_chat_id")
    if type(new_chat_id) is int and new_chat_id:
        return MigratedError(words, code=code, new_chat_id=new_chat_id)
    if code == 400 and any(sign in words.lower() for sign in _DONE):  # noqa: PLR2004
        return AlreadyDoneError(words, code=code)
    by_code: dict[int, type[TelegramError]] = {401: TokenRefusedError, 403: UnreachableError}
    if code in by_code:
        return by_code[code](words, code=code)
    return (ServerFaultError if code >= 500 or code < 400 else RejectedError)(words, code=code)  # noqa: PLR2004


def _seconds(named: Any, wrapped: re.Match[str] | None) -> float:
    """How long to wait; an answer without a usable figure gets ours."""
    if type(named) in (int, float) and 0 < named <= MAX_RETRY_AFTER_S:
        return float(named)
    if wrapped and (seconds := int(wrapped[1][:9])) > 0:
        return float(min(seconds, MAX_RETRY_AFTER_S))
    return DEFAULT_RETRY_AFTER_S
