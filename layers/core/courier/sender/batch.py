"""A batch of a bot's queue: claimed at once, reserved at once, sent side by side, answered message by message."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from courier.deadlines import ends_in, on_thread
from courier.errors import StateUnavailableError
from courier.pacing.pace import Pacer
from courier.queues.names import BotQueue, QueueNames, source_of
from courier.queues.records import BatchResponse, Record, failures
from courier.queues.returning import hide
from courier.sender.call_times import CallTimes
from courier.sender.caller import Caller
from courier.sender.delivery import Delivery
from courier.sender.directory import Directory
from courier.sender.endings import Endings
from courier.sender.hold import NO_STATE_S, STOPPED, Hold
from courier.sender.intake import Intake, begin
from courier.sender.jobs import Chain, records_of_link
from courier.sender.marks import Marks
from courier.sender.progress import Progress, RemembersProgress
from courier.sender.report import PutsOnQueues, RemembersUnreachable, Report, TakesDeadLetters, TellsEnds
from courier.sender.starts import Starts
from courier.state.bots import Bot
from courier.telegram.client import CALL_TIMEOUT_S, CallsTelegram
from courier.telemetry import correlated, log

#: Seconds kept at an invocation's end for what follows the last answer: marks, logs, visibility.
CLOSING_S = 2.0
#: Of these, the seconds before the end by which outcomes are recorded, and by which all is done.
_RECORDED_S, _DONE_S = 1.0, 0.25
#: Seconds that events may take.
EVENTS_S = 1.0

type Held = dict[Record, Hold]


class Sender:
    """Sends batches of any bot."""

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        directory: Directory,
        pacer: Pacer,
        marks: Marks,
        dead: TakesDeadLetters,
        recipients: RemembersUnreachable,
        queues: PutsOnQueues,
        names: QueueNames,
        progress: RemembersProgress | None = None,
        events: TellsEnds | None = None,
    ) -> None:
        self._telegram = telegram
        self._directory = directory
        self._pacer = pacer
        self._marks = marks
        self._dead = dead
        self._recipients = recipients
        self._queues = queues
        self._names = names
        self._progress = Progress(progress)
        self._events = events
        self._times = CallTimes()

    async def handle(self, records: Sequence[Record], remaining_s: float) -> BatchResponse:
        """Send what may be sent now.

        Args:
            records: Of one queue, in its order.
            remaining_s: Seconds until Lambda ends the invocation.

        Returns:
            The messages that stay in the queue. With one message of a group stay all that stand behind it.
        """
        source = source_of(records[0].queue_arn)
        with ends_in(remaining_s - _DONE_S):
            try:
                held = await self._send(records, source, remaining_s)
            except StateUnavailableError as error:
                log().warning("nothing is sent, since state can't be reached", reason=str(error))
                held = dict.fromkeys(records, Hold(NO_STATE_S, "state can't be reached"))
                await self._give_back(held)
        return failures([record.message_id for record in records if record in held])

    async def _send(self, records: Sequence[Record], source: BotQueue, remaining_s: float) -> Held:
        deadline = asyncio.get_running_loop().time() + remaining_s - CALL_TIMEOUT_S - CLOSING_S
        bot = await self._directory.bot(source.bot_id)
        if bot is None or not bot.is_active:
            log().info("bot isn't active", bot_id=source.bot_id, status=bot.status if bot else "unknown")
            await self._give_back(dict.fromkeys(records, STOPPED))
            return dict.fromkeys(records, STOPPED)
        held_s = self._directory.held_s(bot)
        if held_s:
            held = dict.fromkeys(records, Hold(held_s, "the bot's penalty"))
            log().info("bot is held by Telegram", bot_id=bot.bot_id, seconds=held_s)
            await self._give_back(held)
            return held
        token = await self._directory.token(bot)
        report = Report(bot, source.lane, self._events)
        starts = Starts(self._pacer, bot, source.lane, times=self._times, deadline=deadline)
        intake = await begin(records, source, bot, self._marks)
        await self._prepare(intake, starts, report)
        caller = Caller(
            telegram=self._telegram,
            directory=self._directory,
            token=token,
            starts=starts,
            marks=self._marks,
            recipients=self._recipients,
            report=report,
        )
        endings = Endings(self._marks, self._dead, report, self._progress, intake.attempts)
        delivery = Delivery(
            caller=caller, endings=endings, marks=self._marks, progress=self._progress, report=report, intake=intake
        )
        with ends_in(remaining_s - _RECORDED_S):
            held, given_back = await self._deliver(delivery, intake, report)
        report.waits(records, slept_s=starts.slept_s, reservations=starts.reservations)
        await self._all(
            self._give_back({record: hold for record, hold in held.items() if record not in given_back}),
            self._defer(intake, held),
            self._tell(report),
            self._stop_if_refused(bot, caller),
        )
        report.write_figures()
        return held

    async def _prepare(self, intake: Intake, starts: Starts, report: Report) -> None:
        """Claim and reserve for the batch as a whole; if this code fails on that, message by message later.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        try:
            legs = await intake.claim_all()
            report.odd_groups(intake.chains)
            await starts.reserve(legs)
        except StateUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - whichever message it was, its neighbours must not wait for it
            log().exception("failed to prepare a batch as a whole")
            report.figures["Unforeseen"] += 1
            intake.take_apart()

    async def _deliver(self, delivery: Delivery, intake: Intake, report: Report) -> tuple[Held, set[Record]]:
        """Deliver all chains: side by side, but for those that hold a message in quarantine.

        Returns:
            What goes back to the queue, and what of that was given back already.
        """
        together, alone = intake.apart()
        held = await _deliver_together(delivery, together)
        finished, given_back = list(together), set[Record]()
        for chain in alone:
            # A worker that dies keeps all of its batch until the queue's timeout, so nothing else is left in its hands.
            await self._all(
                self._tell(report),
                self._take_off([one for done in finished for one in done.records() if one not in held]),
                self._defer(intake, held),
                self._give_back({record: hold for record, hold in held.items() if record not in given_back}),
            )
            given_back |= held.keys()
            held |= await _deliver_together(delivery, [chain])
            finished = [chain]
        return held, given_back

    async def _all(self, *work: Coroutine[Any, Any, None]) -> None:
        """Side by side, so that what hangs costs its own time alone. A fault in one is no fault of the messages."""
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, Exception):
                log().error("failed to close a batch", reason=f"{type(result).__name__} {result}", exc_info=result)

    async def _defer(self, intake: Intake, held: Held) -> None:
        try:
            await asyncio.gather(*(self._marks.settle(one) for one in intake.attempts.deferrals(list(held))))
        except StateUnavailableError as error:
            log().warning("failed to record deferred messages", reason=str(error))

    async def _tell(self, report: Report) -> None:
        """Put the delivery log on its queue and events on their bus.

        Messages that were sent stay sent whatever happens here.
        """
        await self._all(self._tell_log(report), self._tell_events(report))

    async def _tell_log(self, report: Report) -> None:
        lines = report.take_lines()
        if not lines:
            return
        try:
            url = await on_thread(self._queues.url, self._names.logs(report.bot_id))
            await on_thread(self._queues.send, url, lines)
        except StateUnavailableError as error:
            report.figures["LogLost"] += len(lines)
            log().error("the delivery log lacks these lines", lines=len(lines), reason=str(error))

    async def _tell_events(self, report: Report) -> None:
        """No message waits for the bus: after a second, or a refusal, its events are counted as lost."""
        events = report.take_events()
        if self._events is None or not events:
            return
        try:
            with ends_in(EVENTS_S):
                await on_thread(self._events.put, events)
        except Exception as error:  # noqa: BLE001 - nor for a fault of ours with events
            report.figures["EventsLost"] += len(events)
            log().error("events of messages are lost", events=len(events), reason=str(error) or type(error).__name__)

    async def _take_off(self, records: Sequence[Record]) -> None:
        if not records:
            return
        try:
            url = await on_thread(self._queues.url, _queue_of(records[0]))
            await on_thread(self._queues.delete, url, [record.receipt for record in records])
        except StateUnavailableError as error:
            log().warning("what is done may come back", reason=str(error))

    async def _stop_if_refused(self, bot: Bot, caller: Caller) -> None:
        if caller.stopped_by is not None:
            with correlated(caller.stopped_in):
                await self._stop(bot, str(caller.stopped_by))

    async def _stop(self, bot: Bot, reason: str) -> None:
        try:
            stopped = await self._directory.stop(bot, f"Telegram refuses the token: {reason}")
        except StateUnavailableError as error:
            log().warning("the bot isn't marked as stopped yet", bot_id=bot.bot_id, reason=str(error))
            return
        if stopped:
            log().error("bot stopped", bot_id=bot.bot_id, reason=reason)

    async def _give_back(self, held: Held) -> None:
        if not held:
            return
        try:
            await on_thread(hide, self._queues, {record: hold.seconds for record, hold in held.items()})
        except StateUnavailableError as error:
            log().warning("messages come back after the queue's own timeout", reason=str(error))


async def _deliver_together(delivery: Delivery, chains: Sequence[Chain]) -> Held:
    """Deliver chains side by side; what goes back to the queue."""
    held: Held = {}
    for chain, end in zip(chains, await asyncio.gather(*(delivery.run(chain) for chain in chains)), strict=True):
        if end is not None:
            position, hold = end
            held |= {record: hold for link in chain.links[position:] for record in records_of_link(link)}
    return held


def _queue_of(record: Record) -> str:
    return record.queue_arn.rpartition(":")[2]
