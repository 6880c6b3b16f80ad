"""A thin client of the Bot API: one call, its result or a typed error.

It knows no methods and no pacing: who calls has a reservation. One `aiohttp` session serves all bots of a process.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import aiohttp

from courier.errors import AnswerLostError, NotSentError, ServerFaultError
from courier.masking import mask
from courier.telegram.answers import error_of
from courier.telegram.files import FilePart, form_of

#: Seconds for a call that carries text: it holds its chat for no longer than this.
CALL_TIMEOUT_S = 5.0
#: Seconds to open a connection: of such a failure it is certain that nothing was sent.
CONNECT_TIMEOUT_S = 2.0
#: Seconds that an idle connection is kept: under the usual 75 of servers, so that few requests meet a closing one.
KEEPALIVE_S = 30.0

#: Statuses that proxies in front of a Bot API server say for it: too large, too many.
_MEANT_WITHOUT_WORDS = (413, 429)


class CallsTelegram(Protocol):
    """Whoever can make a call to the Bot API."""

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
        """The call's `result`.

        Raises:
            TelegramError: whatever else came of it.
        """


class BotApi:
    """The Bot API at an address.

    Args:
        base: Address without a slash at its end, for instance `https://api.telegram.org`.
        session: Gives the session; asked at the first call, when the event loop runs.
    """

    def __init__(self, base: str, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._base = base.rstrip("/")
        self._session = session

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
        """See `CallsTelegram`."""
        return await self._post(token, method, json=params)

    async def upload(
        self, token: str, method: str, fields: Mapping[str, str], files: Sequence[FilePart], timeout_s: float
    ) -> Any:
        """The result of a call that carries files, of which no more than a chunk is in memory.

        Raises:
            TelegramError: whatever else came of it; `NotSentError` also where a file broke off, since Telegram takes
                none that isn't whole.
            CourierError: what a file's content raised.
        """
        timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_TIMEOUT_S)
        form, streams = form_of(fields, files)
        try:
            return await self._post(token, method, data=form, timeout=timeout)
        except AnswerLostError as error:
            for stream in streams:
                if stream.fault is not None:
                    raise stream.fault from None
            if not all(stream.is_ending for stream in streams):
                raise NotSentError(error.description) from None
            raise

    async def _post(self, token: str, method: str, **request: Any) -> Any:
        url = f"{self._base}/bot{token}/{method}"
        try:
            async with self._session().post(url, allow_redirects=False, **request) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(f"no connection to the Bot API: {_words(error)}") from None
        except aiohttp.InvalidURL:
            raise NotSentError("the Bot API's address or the method makes no valid URL") from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise AnswerLostError(f"no answer to {method}: {_words(error)}") from None
        return _result(status, body)


def _result(status: int, body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and answer.get("ok") is True:
        return answer.get("result")
    is_telegrams = isinstance(answer, dict) and "ok" in answer
    if not is_telegrams and status not in _MEANT_WITHOUT_WORDS:
        # A proxy's word or a wrong address: it says nothing about the bot or the message.
        raise ServerFaultError(f"HTTP {status} without the Bot API's JSON: is this a Bot API server?", code=status)
    raise error_of(status, answer)


def _words(error: BaseException) -> str:
    return mask(f"{type(error).__name__} {error}".strip())


def open_session() -> aiohttp.ClientSession:
    """A session as this client wants it; must be called where an event loop runs."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=KEEPALIVE_S),
        timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S),
        headers={"User-Agent": "tg-courier"},
    )
