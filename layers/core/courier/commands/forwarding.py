"""An application's own updates: those of its bot, on its queue, as they came."""

from collections.abc import Sequence
from typing import Protocol

from courier.commands.threads import calling
from courier.contracts.envelope import CORRELATION_ID
from courier.errors import NoSuchQueueError
from courier.producer.posting import Posts
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import Record
from courier.queues.sqs import BATCH_BYTES, Outbound
from courier.state.bot import Bot
from courier.telemetry import log


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


class Forwarder:
    """Hands updates on."""

    def __init__(self, posting: Posts, dead: TakesDeadLetters) -> None:
        self._posting = posting
        self._dead = dead

    async def forward(self, bot: Bot, record: Record, update_id: int, *, is_claimed: bool) -> bool:
        """Put an update on its application's queue, if the bot has one; in order per chat, and once.

        A queue that isn't there costs the application its updates, and nobody else anything: they are given up, each
        with the reason.

        Args:
            is_claimed: Whether a command took it.

        Returns:
            Whether it is there.

        Raises:
            StateUnavailableError: if it is neither there nor with the dead letters.
        """
        queue = bot.updates_queue
        if not queue or (is_claimed and bot.updates_forwarded == "unclaimed"):
            return False
        try:
            await calling(self._posting.put, queue, [_outbound(record, f"{bot.bot_id}:{update_id}")], {})
        except NoSuchQueueError as error:
            reason = f"updates_queue: there is no queue {error.queue}"
            await calling(self._dead.put, [DeadLetter(record, reason)])
            log().warning("update not forwarded", bot_id=bot.bot_id, reason=reason)
            return False
        return True


def _outbound(record: Record, name: str) -> Outbound:
    named = Outbound(record.body, record.group, name, {CORRELATION_ID: record.correlation_id})
    # An update may be as large as a queue's message, which counts attributes. The id stands in the envelope as well.
    return named if named.size <= BATCH_BYTES else Outbound(record.body, record.group, name)
