"""The dead-letter queue, looked at without taking anything out of it."""

from dataclasses import asdict, dataclass
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
_MOVED_BY_SQS = "received too often without an end; SQS itself moved it"


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.

    Attributes:
        reason: Why it was given up.
        source: The queue it was on.
        group: Bot and chat.
        sent_at: When it was given up, in seconds since 1970.
        body: The original message, with its tokens masked.
    """

    message_id: str
    reason: str
    source: str
    group: str
    correlation_id: str
    sent_at: float
    body: str

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


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
        held: dict[str, MessageTypeDef] = {}
        try:
            while len(held) < limit:
                received = self._receive(min(BATCH, limit - len(held)))
                fresh = [message for message in received if message["MessageId"] not in held]
                # One that came again has a new receipt, and only that gives it back.
                held |= {message["MessageId"]: message for message in received}
                if not fresh:
                    break
        finally:
            Sqs(self._client).hide(self._url, {message["ReceiptHandle"]: 0 for message in held.values()})
        depth = depth_of(self._client, self._url)
        return Peek([_letter(message) for message in held.values()], max(depth.waiting + depth.held, len(held)))

    def about(self, correlation_id: str, limit: int) -> list[Letter]:
        """The letters with a correlation id, among those that can be seen."""
        return [one for one in self.peek(limit).letters if one.correlation_id == correlation_id]

    def _receive(self, count: int) -> "list[MessageTypeDef]":
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=count,
            VisibilityTimeout=HELD_S,
            WaitTimeSeconds=self._long_poll_s,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return answer.get("Messages", [])


def _letter(message: "MessageTypeDef") -> Letter:
    system = message.get("Attributes", {})
    named = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    source = system.get("DeadLetterQueueSourceArn", "").rpartition(":")[2]
    body = message["Body"]
    return Letter(
        message_id=message["MessageId"],
        reason=mask(named.get("reason", _MOVED_BY_SQS if source else "none was given")),
        source=named.get("source", source),
        group=system.get("MessageGroupId", ""),
        correlation_id=correlation_id_of(body, named.get(CORRELATION_ID), fresh=message["MessageId"]),
        sent_at=int(system.get("SentTimestamp", 0)) / 1000,
        body=mask(body),
    )
