"""One update, from the queue to all that follows from it.

Its steps are in the order in which a crash between any two does no harm: what a command came to is kept before anybody
is told, everything that is put on a queue is named after the update, and `done` is noted when nothing is left.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from courier.access.quotas import Quota
from courier.access.standing import Access
from courier.commands.incoming import Incoming
from courier.commands.jobs import Job, Parts, asker_of
from courier.commands.ports import Asker
from courier.commands.replies import Outcome, ReplyBox
from courier.commands.telling import Happening
from courier.commands.threads import calling
from courier.errors import RefusedMessageError, StateUnavailableError
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import Record
from courier.telemetry import MetricUnit, count, ensure_correlated, log

#: Seconds until an update is tried again after state couldn't be reached.
STATE_RETRY_S = 5
#: Seconds of the first pause after an error that nobody foresaw; each further one is twice as long.
FIRST_PAUSE_S = 5
#: Tries without an end after which an update is tried alone: it may be what kills its worker.
SUSPECT_TRIES = 3
#: Tries without an end after which it is given up.
MOST_TRIES = 5
#: Seconds that a handler may take.
HANDLER_S = 10.0
#: Seconds that an event waits for Redis to tell a quota.
_QUOTA_S = 1.0


@dataclass(frozen=True, slots=True)
class Hold:
    """An update that stays in the queue.

    Attributes:
        seconds: Until it is tried again.
        is_suspect: Whether it wants to be tried once more in this batch, alone.
    """

    seconds: int
    is_suspect: bool = False


class Processor:
    """Processes updates of all bots.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, parts: Parts, clock: Callable[[], float] = time.time) -> None:
        self._parts = parts
        self._clock = clock

    async def process(self, record: Record, *, is_alone: bool = False) -> Hold | None:
        """Process an update; None where it is done with.

        Args:
            is_alone: Whether nothing else is in this worker's hands that it could take down.
        """
        try:
            update = Incoming.of(record.body)
            bot = await self._parts.directory.get(update.bot_id)
            if bot is None:
                log().warning("update dropped: its bot isn't here", bot_id=update.bot_id)
                count({"UpdatesDropped": 1})
                return None
            progress = await calling(self._parts.processed.begin, update.bot_id, update.update_id)
        except RefusedMessageError as error:
            return await self._bury(record, str(error))
        except StateUnavailableError as error:
            return _waits(error)
        return await self._begun(Job(record, update, bot, progress), is_alone=is_alone)

    async def _begun(self, job: Job, *, is_alone: bool) -> Hold | None:
        """What becomes of an update, by how far it is."""
        update, progress = job.update, job.progress
        if progress.is_done:
            log().info("update was processed before", bot_id=update.bot_id, update_id=update.update_id)
            count({"UpdatesRepeated": 1})
            return None
        if progress.tries > MOST_TRIES:
            return await self._give_up(job, f"its worker ended before it did, {MOST_TRIES} times")
        if progress.tries >= SUSPECT_TRIES and not is_alone:
            await self._release(job)
            return Hold(STATE_RETRY_S, is_suspect=True)
        return await self._work(job)

    async def _work(self, job: Job) -> Hold | None:
        """All steps, and what follows where one fails."""
        try:
            await self._steps(job)
        except RefusedMessageError as error:
            return await self._give_up(job, str(error))
        except StateUnavailableError as error:
            await self._release(job)
            return _waits(error)
        except asyncio.CancelledError:
            # The invocation ends.
            await self._release(job)
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours with one update must not cost its neighbours
            tries = job.progress.tries
            log().exception("update met an unforeseen error", bot_id=job.bot.bot_id, tries=tries)
            if tries >= MOST_TRIES:
                return await self._give_up(job, f"failed {tries} times: {type(error).__name__} {error}")
            return Hold(FIRST_PAUSE_S * 2 ** (tries - 1))
        return None

    async def _steps(self, job: Job) -> None:
        parts, update, bot = self._parts, job.update, job.bot
        now = self._clock()
        await parts.known.learn(update)
        access = await self._access(job, int(now))
        asker = asker_of(job, access, int(now))
        outcome = await self._outcome(job, asker) if asker else None
        # What follows can't be taken back.
        ensure_correlated(job.record.correlation_id)
        if asker and outcome:
            await parts.mailer.send(asker, outcome.replies, job.record.correlation_id)
        is_forwarded = await parts.forwarder.forward(bot, job.record, update.update_id, is_claimed=outcome is not None)
        happening = Happening(
            update=update,
            correlation_id=job.record.correlation_id,
            at=now,
            command=outcome.command if outcome else None,
            access=access,
            quota=await self._quota(job, access),
        )
        await calling(parts.events.tell, happening)
        await calling(parts.processed.done, bot.bot_id, update.update_id)
        self._tell(job, outcome, is_forwarded=is_forwarded)

    async def _outcome(self, job: Job, asker: Asker) -> Outcome | None:
        """What the command came to; None where there is none, or none that anybody knows."""
        update, command = job.update, job.update.command
        if job.progress.outcome is not None:
            return Outcome.read(job.progress.outcome)
        if command is None:
            return None
        box = ReplyBox()
        async with asyncio.timeout(HANDLER_S):
            given = self._parts.handles.of(asker, box)
            if not await self._parts.dispatcher.take(job.bot.telegram_id, update.raw, given):
                return None
        outcome = Outcome(command, tuple(box.said))
        await calling(self._parts.processed.keep, job.bot.bot_id, update.update_id, outcome.written())
        return outcome

    async def _access(self, job: Job, now: int) -> Access | None:
        person, place = job.update.person, job.update.place
        if person is None:
            return None
        return await self._parts.gate.access(job.bot, person.user_id, place.chat_id if place else None, now)

    async def _quota(self, job: Job, access: Access | None) -> Quota | None:
        """For the event alone, which doesn't wait for Redis."""
        person, place = job.update.person, job.update.place
        if person is None or place is None or access is None:
            return None
        try:
            async with asyncio.timeout(_QUOTA_S):
                return await self._parts.gate.left(job.bot, person.user_id, place.chat_id, access)
        except (StateUnavailableError, TimeoutError) as error:
            log().info("event goes without a quota", reason=str(error))
            return None

    def _tell(self, job: Job, outcome: Outcome | None, *, is_forwarded: bool) -> None:
        update, now = job.update, self._clock()
        gateway_ms = max(0.0, round((now - update.sent_at) * 1000, 1)) if update.sent_at is not None else 0.0
        log().info(
            "update processed",
            bot_id=job.bot.bot_id,
            update_id=update.update_id,
            kind=update.kind,
            command=outcome.command if outcome else None,
            replies=len(outcome.replies) if outcome else 0,
            is_forwarded=is_forwarded,
            gateway_ms=gateway_ms,
        )
        figures = {"UpdatesDone": 1, "CommandsTaken": int(outcome is not None), "UpdatesForwarded": int(is_forwarded)}
        count(figures | {"GatewayMs": gateway_ms}, {"GatewayMs": MetricUnit.Milliseconds})

    async def _release(self, job: Job) -> None:
        """Best effort: a try that stays counted brings an update nearer to being tried alone, no more."""
        try:
            await calling(self._parts.processed.release, job.bot.bot_id, job.update.update_id)
        except StateUnavailableError as error:
            log().warning("a try stays counted", reason=str(error))

    async def _give_up(self, job: Job, reason: str) -> Hold | None:
        held = await self._bury(job.record, reason)
        if held is None:
            try:
                await calling(self._parts.processed.done, job.bot.bot_id, job.update.update_id)
            except StateUnavailableError as error:
                log().warning("the end of an update isn't noted", reason=str(error))
        return held

    async def _bury(self, record: Record, reason: str) -> Hold | None:
        try:
            await calling(self._parts.dead.put, [DeadLetter(record, reason)])
        except StateUnavailableError as error:
            return _waits(error)
        log().warning("update given up", reason=reason)
        count({"UpdatesGivenUp": 1})
        return None


def _waits(error: StateUnavailableError) -> Hold:
    log().warning("update waits: state can't be reached", reason=str(error), after_s=STATE_RETRY_S)
    return Hold(STATE_RETRY_S)
