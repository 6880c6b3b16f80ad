"""The dead-letter queue, looked at without taking anything out of it."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cli.depth import depth_of
from cli.target import Target
from courier.contracts.envelope import CORRELATION_ID, correlation_id_of
from courier.masking import mask
from courier.queues.sqs import BATCH, Sqs

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

#: Seconds for which a letter is held while the others are read; when this process is killed it comes back by itself.
HELD_S = 30
#: Seconds that SQS may look for messages: without, it asks some of its servers only. An emulator is one server.
LONG_POLL_S = 1


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.

    Attributes:
        reason: Why it was given up.
        source: The queue it was on.
        group: Bot and chat; the chat alone, where SQS itself moved it.
        sent_at: When it was given up, in seconds since 1970.
        body: The original message, with its tokens masked.
        raw: The message as the queue has it: what SQS itself moved isn't masked. Shown to nobody.
        receipt: Of this receive.
        deduplication_id: Of letters that the platform wrote, SQS's id of the message that failed.
        is_moved: Whether SQS itself moved it.
    """

    message_id: str
    reason: str
    source: str
    group: str
    correlation_id: str
    sent_at: float
    body: str
    raw: str = field(default="", repr=False, compare=False)
    receipt: str = field(default="", repr=False, compare=False)
    deduplication_id: str = field(default="", compare=False)
    is_moved: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, message: "MessageTypeDef") -> "Letter":
        """From what SQS hands out."""
        system = message.get("Attributes", {})
        named = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
        mover = system.get("DeadLetterQueueSourceArn", "").rpartition(":")[2]
        is_moved = "reason" not in named and bool(mover)
        body = message["Body"]
        return cls(
            message_id=message["MessageId"],
            reason=mask(named.get("reason") or _reason_of_move(mover, system)),
            source=named.get("source", mover) if not is_moved else mover,
            group=system.get("MessageGroupId", ""),
            correlation_id=correlation_id_of(body, named.get(CORRELATION_ID), fresh=message["MessageId"]),
            sent_at=int(system.get("SentTimestamp", 0)) / 1000,
            body=mask(body),
            raw=body,
            receipt=message["ReceiptHandle"],
            deduplication_id=system.get("MessageDeduplicationId", ""),
            is_moved=is_moved,
        )

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        shown = ("message_id", "reason", "source", "group", "correlation_id", "sent_at", "body")
        return {name: getattr(self, name) for name in shown}

    @property
    def envelope(self) -> dict[str, Any]:
        """The message, as far as it is one."""
        return _object(self.raw)

    @property
    def content(self) -> dict[str, Any]:
        """The message's data, also where that is JSON text."""
        data = self.envelope.get("data")
        return _object(data) if isinstance(data, str) else data if isinstance(data, dict) else {}


@dataclass(frozen=True, slots=True)
class Peek:
    """What was seen of the queue.

    Attributes:
        total: Letters in the queue, as SQS estimates it; those that others hold included.
    """

    letters: list[Letter]
    total: int


class DeadLetterBox:
    """The dead-letter queue of one stack."""

    def __init__(self, client: "SQSClient", url: str, long_poll_s: int) -> None:
        self._client = client
        self._url = url
        self._long_poll_s = long_poll_s

    @classmethod
    def of(cls, target: Target) -> "DeadLetterBox":
        """The one of a platform.

        Raises:
            NotFoundError: if there is no such stack.
        """
        return cls(target.sqs, target.queue_url(target.names.dead), 0 if target.local else LONG_POLL_S)

    def peek(self, limit: int) -> Peek:
        """Read letters and give them back.

        SQS hands out ten messages of a group and then nothing of it until those are back, so of one chat's letters
        the first ten can be seen. All are held until the end: a letter given back earlier would come again at once.
        """
        held: dict[str, Letter] = {}
        try:
            while len(held) < limit:
                received = self.receive(min(BATCH, limit - len(held)))
                fresh = [letter for letter in received if letter.message_id not in held]
                # One that came again has a new receipt, and only that gives it back.
                held |= {letter.message_id: letter for letter in received}
                if not fresh:
                    break
        finally:
            self.hold(held.values(), 0)
        return Peek(list(held.values()), max(self.total(), len(held)))

    def about(self, correlation_id: str, limit: int) -> list[Letter]:
        """The letters with a correlation id, among those that can be seen."""
        return [one for one in self.peek(limit).letters if one.correlation_id == correlation_id]

    def total(self) -> int:
        """Letters in the queue, as SQS estimates it."""
        depth = depth_of(self._client, self._url)
        return depth.waiting + depth.held

    def receive(self, count: int, held_s: int = HELD_S) -> list[Letter]:
        """Up to ten letters, held for so many seconds; none where all can't be had."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=count,
            VisibilityTimeout=held_s,
            WaitTimeSeconds=self._long_poll_s,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [Letter.of(message) for message in answer.get("Messages", [])]

    def hold(self, letters: Any, seconds: int) -> None:
        """Hold letters for so many seconds more; 0 gives them back."""
        Sqs(self._client).hide(self._url, {letter.receipt: seconds for letter in letters})

    def delete(self, letters: list[Letter]) -> list[Letter]:
        """Take up to ten letters out of the queue; those that SQS wouldn't delete come back."""
        entries: Any = [{"Id": str(number), "ReceiptHandle": one.receipt} for number, one in enumerate(letters)]
        failed = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries).get("Failed", [])
        return [letters[int(entry["Id"])] for entry in failed]


def _reason_of_move(mover: str, system: Any) -> str:
    if not mover:
        return "none was given"
    return f"received {system.get('ApproximateReceiveCount', 'many')} times without success, moved by SQS"


def _object(text: str) -> dict[str, Any]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
