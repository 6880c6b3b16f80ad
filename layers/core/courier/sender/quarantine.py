"""Messages that kill their worker or that the code fails on: tried alone, and given up after five attempts.

An attempt at a message begins before its body is read, and is recorded in Redis then. It is finished by whatever is
heard of it:

- an answer of Telegram, or an outcome: the message is harmless, and its count starts again at zero;
- it went back to its queue without a call: nothing was learnt, and the count is what it was before the attempt;
- the code raised: the attempt counts as unfinished at once;
- nothing, since the worker died: the attempt counts as unfinished when the message comes back.

A message with unfinished attempts is in quarantine. Its body isn't read, and no new attempt begins, until everything
else of the batch is done and off the queue; then it is tried alone, so that only the attempts at the message that is
being tried are counted. After `GIVEN_UP_AFTER` of them it becomes a dead letter, unread.
"""

from collections.abc import Mapping, Sequence

from courier.queues.records import Record
from courier.sender.marks import Became, Identity, Known, Marks, Settlement

#: Unfinished attempts after which a message is given up.
GIVEN_UP_AFTER = 5
#: What the dead letter of a message says that never got as far as an error.
REASON = f"its worker died {GIVEN_UP_AFTER} times in a row while it was being sent, at last alone"


class Attempts:
    """The attempts at the messages of one batch.

    Args:
        known: What is known of each message, by its SQS id, as `Marks.begin` found it.
    """

    def __init__(self, marks: Marks, bot_id: int, known: Mapping[str, Known]) -> None:
        self._marks = marks
        self._bot_id = bot_id
        self._known = known
        #: Messages whose attempt is open. Those in quarantine are added when their turn comes.
        self._open = {message_id for message_id, of in known.items() if not of.unfinished and of.end is None}

    def known(self, record: Record) -> Known:
        """What was known of a message when the batch began."""
        return self._known[record.message_id]

    def is_quarantined(self, record: Record) -> bool:
        """Whether a message must be tried alone, its body unread until then."""
        return 0 < self.known(record).unfinished < GIVEN_UP_AFTER

    def is_given_up(self, record: Record) -> bool:
        """Whether a message has had all of its attempts."""
        return self.known(record).unfinished >= GIVEN_UP_AFTER

    async def start(self, record: Record) -> None:
        """Begin the attempt at a message, if it hasn't begun.

        Raises:
            StateUnavailableError: if that can't be recorded; the message must not be touched then.
        """
        if record.message_id not in self._open:
            await self._settle(record, "start", self.known(record).unfinished)
            self._open.add(record.message_id)

    def finished(self, record: Record) -> None:
        """Something is heard of a message, which the settlement of its outcome records."""
        self._open.discard(record.message_id)

    async def raised(self, record: Record) -> bool:
        """The code failed on a message.

        Returns:
            Whether that was its last attempt.

        Raises:
            StateUnavailableError: if it can't be recorded.
        """
        unfinished = self.known(record).unfinished + 1
        if unfinished >= GIVEN_UP_AFTER:
            return True
        await self._settle(record, "raise", unfinished)
        self.finished(record)
        return False

    def deferrals(self, records: Sequence[Record]) -> list[Settlement]:
        """What is to be recorded of messages that go back to their queue without a call."""
        open_ones = [record for record in records if record.message_id in self._open]
        for record in open_ones:
            self.finished(record)
        return [self._settlement(record, "defer", self.known(record).unfinished) for record in open_ones]

    async def _settle(self, record: Record, became: Became, unfinished: int) -> None:
        await self._marks.settle(self._settlement(record, became, unfinished))

    def _settlement(self, record: Record, became: Became, unfinished: int) -> Settlement:
        return Settlement(Identity(self._bot_id, record.message_id, None), became, f"{unfinished}")
