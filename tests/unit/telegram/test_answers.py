"""What each answer of the Bot API means, and that no error of ours is left without a cause."""

from collections.abc import Iterator
from typing import Any, cast

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.errors import (
    AlreadyDoneError,
    AnswerLostError,
    MigratedError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    TelegramError,
    TokenRefusedError,
    UnreachableError,
)
from courier.telegram.answers import error_of
from courier.telegram.client import BotApi

ALBUM = 'failed to send message #1 with the error message "Too Many Requests: retry after 8"'


def said(code: int, description: str, **parameters: Any) -> dict[str, Any]:
    body = {"ok": False, "error_code": code, "description": description}
    return body | ({"parameters": parameters} if parameters else {})


#: Status and body; the class, and what else it says.
ROWS: list[tuple[int, Any, type[TelegramError], dict[str, Any]]] = [
    (429, said(429, "Too Many Requests: retry after 7", retry_after=7), RateLimitedError, {"retry_after_s": 7.0}),
    (429, said(429, "Too Many Requests: retry after 9"), RateLimitedError, {"retry_after_s": 9.0}),
    (429, said(429, "Too Many Requests"), RateLimitedError, {"retry_after_s": 5.0}),
    (429, None, RateLimitedError, {"retry_after_s": 5.0}),
    (400, said(400, f"Bad Request: {ALBUM}"), RateLimitedError, {"retry_after_s": 8.0, "code": 400}),
    (400, said(400, "Bad Request: message is not modified: exactly the same"), AlreadyDoneError, {}),
    (400, said(400, "Bad Request: message to delete not found"), AlreadyDoneError, {}),
    (400, said(400, "Bad Request: can't parse entities: at byte offset 3"), RejectedError, {}),
    (400, said(400, "Bad Request: chat not found"), RejectedError, {}),
    (
        400,
        said(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1005),
        MigratedError,
        {"new_chat_id": -1005},
    ),
    (401, said(401, "Unauthorized"), TokenRefusedError, {}),
    (403, said(403, "Forbidden: bot was blocked by the user"), UnreachableError, {}),
    (403, said(403, "Forbidden: user is deactivated"), UnreachableError, {}),
    (403, said(403, "Forbidden: bot was kicked from the group chat"), UnreachableError, {}),
    (404, said(404, "Not Found"), RejectedError, {}),
    (409, said(409, "Conflict: terminated by other getUpdates request"), RejectedError, {}),
    (413, said(413, "Request Entity Too Large"), RejectedError, {}),
    (413, None, RejectedError, {"description": "HTTP 413 without a description"}),
    (500, said(500, "Internal Server Error"), ServerFaultError, {}),
    (502, said(502, "Bad Gateway"), ServerFaultError, {}),
    (502, None, ServerFaultError, {"description": "HTTP 502 without a description"}),
    (504, [], ServerFaultError, {}),
    (200, said(500, "Internal Server Error"), ServerFaultError, {"code": 500}),
    (200, {}, ServerFaultError, {}),
    (302, None, ServerFaultError, {}),
]
#: How a call can fail without an answer: aiohttp's classes, and those beside them.
WITHOUT_ANSWER: dict[type[Exception], type[TelegramError]] = {
    aiohttp.ClientConnectorError: NotSentError,
    aiohttp.ConnectionTimeoutError: NotSentError,
    aiohttp.InvalidURL: NotSentError,
    aiohttp.ClientError: AnswerLostError,
    TimeoutError: AnswerLostError,
    OSError: AnswerLostError,
}


def descendants(of: type[Exception]) -> Iterator[type[Exception]]:
    for child in of.__subclasses__():
        yield child
        yield from descendants(child)


#: Every error that aiohttp can raise, whatever its version.
AIOHTTPS = sorted({error for error in descendants(aiohttp.ClientError) if "aiohttp" in error.__module__}, key=str)


class Failing:
    """A session whose every request fails with an error of the class."""

    def __init__(self, error: type[Exception]) -> None:
        # Made without its arguments, which differ from class to class.
        self._error = type(error.__name__, (error,), {"__init__": lambda _: None, "__str__": lambda _: "why"})

    def post(self, *_: Any, **__: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(("status", "body", "kind", "fields"), ROWS)
def test_an_answer_has_one_meaning(status: int, body: Any, kind: type[TelegramError], fields: dict[str, Any]) -> None:
    error = error_of(status, body)

    assert type(error) is kind
    expected = {"code": status, "description": body["description"]} if body and status != 200 else {}
    assert {name: getattr(error, name) for name in expected | fields} == expected | fields
    assert str(error) == error.description


@pytest.mark.parametrize("raised", [*AIOHTTPS, TimeoutError, ConnectionResetError, BrokenPipeError])
async def test_a_failure_without_an_answer_is_one_of_two(raised: type[Exception]) -> None:
    expected = next(kind for cause, kind in WITHOUT_ANSWER.items() if issubclass(raised, cause))

    session = cast("aiohttp.ClientSession", Failing(raised))

    with pytest.raises(TelegramError) as caught:
        await BotApi("http://127.0.0.1", lambda: session).call("1:fake", "sendMessage", {})

    assert type(caught.value) is expected
    assert caught.value.code is None


def test_every_error_has_a_cause() -> None:
    caused = {kind for _, _, kind, _ in ROWS} | set(WITHOUT_ANSWER.values())

    assert caused == set(TelegramError.__subclasses__())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.integers(200, 599), json_values)
def test_whatever_else_comes_is_an_error_too(status: int, body: Any) -> None:
    assert isinstance(error_of(status, body), TelegramError)


@given(
    st.integers(200, 599),
    st.fixed_dictionaries(
        {"error_code": json_values | st.sampled_from([400, 429])},
        optional={
            "description": json_values,
            "parameters": st.fixed_dictionaries(
                {}, optional={"retry_after": json_values, "migrate_to_chat_id": json_values}
            ),
        },
    ),
)
def test_an_odd_answer_is_an_error_with_figures_that_can_be_used(status: int, body: dict[str, Any]) -> None:
    error = error_of(status, body)

    assert isinstance(error.code, int)
    if isinstance(error, RateLimitedError):
        assert 0 < error.retry_after_s < float("inf")
    if isinstance(error, MigratedError):
        assert type(error.new_chat_id) is int
