"""Batches that keep each group's order whatever SQS takes of them.

A batch holds one message of a group at most: were SQS to take the later of two and not the earlier, nothing could put
them in order again. Messages to many chats fill batches of ten; those of one chat go one after another.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import NoSuchQueueError, StateUnavailableError
from courier.producer.messages import Message
from courier.queues.sqs import BATCH, BATCH_BYTES, Outbound

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

#: Tries of a message that SQS didn't take for a reason on its own side.
TRIES = 4
#: Seconds before a try, doubled at each: an overloaded group of SQS is well again within a second.
FIRST_PAUSE_S = 0.2
#: SQS's words for a queue that doesn't exist, in its old protocol and its new one.
_NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


class Posts(Protocol):
    """Queues, each group's messages in their order; see `Posting`."""

    def put(self, queue: str, messages: Sequence[Outbound], taken: dict[int, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is on its queue.

    Attributes:
        queue: The queue's name.
        sqs_id: What SQS calls it.
    """

    queue: str
    correlation_id: str
    sqs_id: str


class NotTakenError(StateUnavailableError):
    """SQS didn't take some messages, or didn't say so.

    Attributes:
        posted: What is on its queue, in the order in which it was given.
        left: What isn't, as far as is known, in its order. Posting these once more within 5 minutes doubles none: they
            have their keys now.
    """

    def __init__(self, reason: str, posted: Sequence[Posted] = (), left: Sequence[Message] = ()) -> None:
        super().__init__(reason)
        self.posted = tuple(posted)
        self.left = tuple(left)


@dataclass(slots=True)
class _Waiting:
    number: int
    message: Outbound
    tries: int = 0


class Posting:
    """Puts messages on one queue after another, in as few requests as their order allows."""

    def __init__(self, sqs: "SQSClient", sleep: Callable[[float], None] = time.sleep) -> None:
        self._sqs = sqs
        self._sleep = sleep
        self._urls: dict[str, str] = {}

    def url(self, queue: str) -> str:
        """A queue's URL.

        Raises:
            NoSuchQueueError: if there is none of that name.
            NotTakenError: if SQS can't be asked.
        """
        if queue not in self._urls:
            try:
                self._urls[queue] = self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            except (ClientError, BotoCoreError) as error:
                raise self._trouble(queue, error) from error
        return self._urls[queue]

    def put(self, queue: str, messages: Sequence[Outbound], taken: dict[int, str]) -> None:
        """Put messages on a queue, each group's in their order.

        Args:
            taken: Is filled with SQS's ids of those that it took, by their place, also where an error ends it.

        Raises:
            NoSuchQueueError: if there is no such queue.
            NotTakenError: if SQS didn't take all; the rest of a group whose message it refused wasn't tried.
        """
        url = self.url(queue)
        groups: dict[str | None, deque[_Waiting]] = {}
        for number, message in enumerate(messages):
            groups.setdefault(message.group, deque()).append(_Waiting(number, message))
        refused: list[str] = []
        while batch := list(_next_batch(groups)):
            failed = self._send(queue, url, batch, taken)
            for one in batch:
                self._after(one, failed.get(str(one.number)), groups, refused)
        if refused:
            raise NotTakenError(f"queue {queue}: not taken: {'; '.join(dict.fromkeys(refused))}")

    def _send(self, queue: str, url: str, batch: list[_Waiting], taken: dict[int, str]) -> Mapping[str, Any]:
        """One request; the entries that failed, by their place."""
        pauses = max(one.tries for one in batch)
        if pauses:
            self._sleep(FIRST_PAUSE_S * 2 ** (pauses - 1))
        entries: Any = [one.message.entry(one.number) for one in batch]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise self._trouble(queue, error) from error
        taken.update({int(entry["Id"]): entry["MessageId"] for entry in answer.get("Successful", [])})
        return {entry["Id"]: entry for entry in answer.get("Failed", [])}

    def _after(
        self,
        one: _Waiting,
        fault: Mapping[str, Any] | None,
        groups: dict[str | None, deque[_Waiting]],
        refused: list[str],
    ) -> None:
        """Let the group's next message follow, or the same one again; behind a refusal nothing goes."""
        waiting = groups.pop(one.message.group)
        if fault is None:
            waiting.popleft()
        else:
            one.tries += 1
            if fault.get("SenderFault") or one.tries >= TRIES:
                refused.append(f"{fault.get('Code')} {fault.get('Message', '')}".strip())
                return
        if waiting:
            # At the end: other groups get their turn.
            groups[one.message.group] = waiting

    def _trouble(self, queue: str, error: Exception) -> NoSuchQueueError | NotTakenError:
        if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in _NO_QUEUE:
            self._urls.pop(queue, None)
            return NoSuchQueueError(queue)
        return NotTakenError(f"queue {queue}: {error}")


def _next_batch(groups: Mapping[str | None, deque[_Waiting]]) -> Iterator[_Waiting]:
    """The first of each group, as many as one request carries; one without a group is a group of its own queue."""
    size = 0
    for number, waiting in enumerate(groups.values()):
        size += waiting[0].message.size
        if number == BATCH or (number and size > BATCH_BYTES):
            return
        yield waiting[0]
