"""One delivery: checked, put on the queue, answered.

Telegram takes any answer but 2xx for "once more, later", and keeps an update for a day. So what may pass is answered
with an error, and what never will with 200.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from courier.errors import StateUnavailableError
from courier.queues.sqs import Outbound
from courier.state.webhooks import Webhook
from courier.telemetry import correlated, log
from courier.webhook.directory import DOUBTED_S, Directory
from courier.webhook.request import Request
from courier.webhook.update import MAX_BYTES, Update

#: Seconds after which Telegram is asked to come again. The Bot API server heeds it; without it, it comes again at once,
#: then after 2, 4, 8 seconds and so on.
RETRY_AFTER_S = 5


class PutsOnQueues(Protocol):
    """The queue of updates."""

    def send(self, url: str, messages: Sequence[Outbound]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the caller is told: nothing but a status."""

    status: HTTPStatus
    headers: Mapping[str, str]

    def response(self) -> dict[str, Any]:
        return {"statusCode": int(self.status), "headers": dict(self.headers), "body": ""}


_TAKEN = _Answer(HTTPStatus.OK, {})
_LATER = _Answer(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(RETRY_AFTER_S)})


class Receiver:
    """Takes updates in.

    Args:
        url: Of the queue.
        clock: Seconds since 1970.
    """

    def __init__(
        self, directory: Directory, queue: PutsOnQueues, url: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._directory = directory
        self._queue = queue
        self._url = url
        self._clock = clock

    def answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request of API Gateway's."""
        request = Request.of(event)
        try:
            return self._answer(request).response()
        except StateUnavailableError as error:
            log().warning("update not taken: state can't be reached", bot_id=request.bot_id, reason=str(error))
            return _LATER.response()

    def _answer(self, request: Request) -> _Answer:
        bot_id, body = request.bot_id, request.body
        webhook = self._known(bot_id, request.secret)
        if bot_id is None or webhook is None:
            return _refused(HTTPStatus.NOT_FOUND, bot_id, "no such webhook")
        if not webhook.takes(request.secret, self._clock()):
            return _refused(HTTPStatus.UNAUTHORIZED, bot_id, "secret")
        if body is not None and len(body) > MAX_BYTES:
            return _dropped(bot_id, len(body))
        update = Update.of(body)
        if update is None:
            return _refused(HTTPStatus.BAD_REQUEST, bot_id, "no update")
        with correlated(update.correlation_id(bot_id)):
            return self._put(bot_id, update)

    def _known(self, bot_id: int | None, secret: str) -> Webhook | None:
        """The bot's webhook; read anew where the one that is known doesn't fit."""
        if bot_id is None:
            return None
        webhook = self._directory.get(bot_id)
        if webhook is None or not webhook.takes(secret, self._clock()):
            webhook = self._directory.get(bot_id, DOUBTED_S)
        return webhook

    def _put(self, bot_id: int, update: Update) -> _Answer:
        message = update.outbound(bot_id, self._clock())
        if message.size > MAX_BYTES:
            return _dropped(bot_id, message.size)
        self._queue.send(self._url, [message])
        log().info("update taken", bot_id=bot_id, update_id=update.update_id, kind=update.kind, group=message.group)
        return _TAKEN


def _refused(status: HTTPStatus, bot_id: int | None, reason: str) -> _Answer:
    log().warning("update refused", bot_id=bot_id, status=int(status), reason=reason)
    return _Answer(status, {})


def _dropped(bot_id: int, size: int) -> _Answer:
    """Nothing takes it, also in a day. Telegram would hold back all that follows in its chat until it gives up."""
    log().error("update dropped: larger than a queue's message", bot_id=bot_id, size=size)
    return _TAKEN
