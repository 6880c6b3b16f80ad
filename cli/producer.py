"""Puts messages on the platform's queues. All that the command line sends goes through here."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from cli.errors import NotFoundError, is_missing_queue
from courier.contracts.control import CONTROL_TYPES
from courier.contracts.envelope import correlation_id_of, open_envelope
from courier.contracts.sending import SENDING_TYPES
from courier.errors import StateUnavailableError
from courier.queues.names import Lane, QueueNames
from courier.queues.sqs import Outbound


def given(**fields: Any) -> dict[str, Any]:
    """Those that were given: to the contract, an absent field and an empty one aren't the same."""
    return {name: value for name, value in fields.items() if value is not None}


class PutsOnQueues(Protocol):
    """Queues by name and URL."""

    def url(self, name: str) -> str: ...
    def send(self, url: str, messages: list[Outbound]) -> None: ...


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is on its queue."""

    queue: str
    correlation_id: str


class Producer:
    """Puts messages on queues: checked as their receiver checks them, in the group that keeps their order."""

    def __init__(self, queues: PutsOnQueues, names: QueueNames) -> None:
        self._queues = queues
        self._names = names

    def add_bot(self, data: Mapping[str, Any], correlation_id: str | None = None) -> Posted:
        """Put an `add_bot` on the control queue.

        Args:
            data: As the contract has it. The token is in it: it goes to the queue and nowhere else.

        Raises:
            RefusedMessageError: if control would refuse it.
            NotFoundError: if there is no such stack.
        """
        missing = NotFoundError(
            f"stack {self._names.stack} has no control queue here ({self._names.control})",
            "Is it deployed under this name (--stack), in this region and account?",
        )
        group = str(data.get("bot_id"))
        return self._put(self._names.control, group, ("add_bot", data, CONTROL_TYPES), correlation_id, missing)

    def send_msg(self, data: Mapping[str, Any], lane: Lane, correlation_id: str | None = None) -> Posted:
        """Put a `send_msg` on a bot's queue.

        Raises:
            RefusedMessageError: if the sender would refuse it.
            NotFoundError: if the bot has no queue.
        """
        bot_id = data["bot_id"]
        missing = NotFoundError(f"bot {bot_id} has no queue; add it with `courier bots add {bot_id}`")
        group = str(data.get("chat_id"))
        message = ("send_msg", data, SENDING_TYPES)
        return self._put(self._names.bot(bot_id, lane), group, message, correlation_id, missing)

    def _put(
        self,
        queue: str,
        group: str,
        message: tuple[str, Mapping[str, Any], Mapping[str, type[BaseModel]]],
        correlation_id: str | None,
        missing: NotFoundError,
    ) -> Posted:
        kind, data, types = message
        # As its receivers will write it: what doesn't fit an id is replaced there.
        named = correlation_id_of("", correlation_id, fresh=str(uuid.uuid4()))
        # ASCII alone: SQS refuses bodies with characters that Telegram takes.
        body = json.dumps({"type": kind, "data": data, "correlation_id": named})
        open_envelope(body, types)
        try:
            # An id of its own for each: a repeated command means a second message. The SDK's own retries keep it.
            self._queues.send(self._queues.url(queue), [Outbound(body, group, str(uuid.uuid4()))])
        except StateUnavailableError as error:
            if is_missing_queue(error.__cause__):
                raise missing from None
            raise
        return Posted(queue, named)
