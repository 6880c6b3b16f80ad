"""Everything that is given up: the original body with its tokens masked, and why, in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from courier.contracts.envelope import CORRELATION_ID
from courier.masking import mask
from courier.queues.names import source_of
from courier.queues.records import Record
from courier.queues.sqs import Outbound, Sqs

#: Bytes that a body may have, so that there is room for its attributes in SQS's 1 MiB.
MAX_BODY = 1024 * 1024 - 16 * 1024
#: What SQS takes in no text.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: SQS takes 256 KiB a string attribute within the message's 1 MiB; a reason that is longer helps nobody.
MAX_REASON = 1_000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, and the reason that a person should read."""

    record: Record
    reason: str

    def outbound(self) -> Outbound:
        """As it goes to the dead-letter queue: its deduplication id makes a repeat harmless."""
        source = self.record.queue_arn.rpartition(":")[2]
        body, reason = mask(self.record.body), _UNFIT.sub("\ufffd", mask(self.reason))[:MAX_REASON]
        if len(body.encode()) > MAX_BODY:
            body = body.encode()[:MAX_BODY].decode(errors="ignore")
            reason += f" (its body is cut to {MAX_BODY} bytes)"
        return Outbound(
            body=body,
            group=_group_of(source, self.record.group),
            deduplication_id=self.record.message_id,
            attributes={
                "reason": reason,
                "source": source,
                CORRELATION_ID: self.record.correlation_id,
            },
        )


def _group_of(source: str, group: str) -> str:
    """Bot and chat, so that a redrive can keep each chat's order."""
    try:
        bot = f"{source_of(source).bot_id}"
    except ValueError:
        bot = "control"
    return f"{bot}:{group}"[:128]


class DeadLetters:
    """The dead-letter queue of the stack.

    Args:
        url: Of the queue.
    """

    def __init__(self, sqs: Sqs, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Put letters on the queue.

        Raises:
            StateUnavailableError: if they aren't safely there; their messages must then stay where they are.
        """
        self._sqs.send(self._url, [letter.outbound() for letter in letters])
