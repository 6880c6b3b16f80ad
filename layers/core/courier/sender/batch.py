"""A batch of a bot's queue: claimed at once, reserved at once, sent side by side, answered message by message."""

import asyncio
from collections.abc import Sequence

from courier.errors import StateUnavailableError
from courier.queues.names import BotQueue, QueueNames, source_of
from courier.queues.records import BatchResponse, Record, failures
from courier.sender.call_times import CallTimes
from courier.sender.delivery import Delivery
from courier.sender.directory import Directory
from courier.sender.hold import NO_STATE_S, STOPPED, Hold
from courier.sender.jobs import Chain, Job, chains_of
from courier.sender.marks import Claim, Marks, Settlement, Verdict
from courier.sender.pace import Pacer
from courier.sender.report import PutsOnQueues, Report, TakesDeadLetters
from courier.sender.starts import Starts
from courier.state.bots import Bot
from courier.telegram.client import CALL_TIMEOUT_S, CallsTelegram
from courier.telemetry import log

#: Seconds kept at an invocation's end for what follows the last answer: marks, logs, visibility.
CLOSING_S = 2.0

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
        queues: PutsOnQueues,
        names: QueueNames,
    ) -> None:
        self._telegram = telegram
        self._directory = directory
        self._pacer = pacer
        self._marks = marks
        self._dead = dead
        self._queues = queues
        self._names = names
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
        try:
            held = await self._send(records, source, remaining_s)
        except StateUnavailableError as error:
            log().warning("nothing is sent, since state can't be reached", reason=str(error))
            held = dict.fromkeys(records, Hold(NO_STATE_S, "state can't be reached"))
        if held:
            await self._give_back(held)
        return failures([record.message_id for record in records if record in held])

    async def _send(self, records: Sequence[Record], source: BotQueue, remaining_s: float) -> Held:
        deadline = asyncio.get_running_loop().time() + remaining_s - CALL_TIMEOUT_S - CLOSING_S
        bot = await self._directory.bot(source.bot_id)
        if bot is None or not bot.is_active:
            log().info("bot isn't active", bot_id=source.bot_id, status=bot.status if bot else "unknown")
            return dict.fromkeys(records, STOPPED)
        token = await self._directory.token(bot)
        chains = chains_of(records, source, bot)
        claims = await self._claims(chains)
        starts = Starts(self._pacer, bot, source.lane, times=self._times, deadline=deadline)
        await starts.reserve(chains, [job for job in _jobs(chains) if _is_to_be_tried(job, claims)])
        report = Report(bot, source.lane)
        delivery = Delivery(
            telegram=self._telegram,
            token=token,
            marks=self._marks,
            dead=self._dead,
            starts=starts,
            report=report,
            claims=claims,
        )
        ends = await asyncio.gather(*(delivery.run(chain) for chain in chains))
        held = {
            link.record: end[1]
            for chain, end in zip(chains, ends, strict=True)
            if end is not None
            for link in chain.links[end[0] :]
        }
        if delivery.stopped_by is not None:
            await self._stop(bot, str(delivery.stopped_by))
        await self._close(report, [job for job in _jobs(chains) if job.record in held], bot)
        return held

    async def _claims(self, chains: Sequence[Chain]) -> dict[str, Claim]:
        jobs = _jobs(chains)
        claims = await self._marks.claim([job.identity for job in jobs]) if jobs else []
        return {job.record.message_id: claim for job, claim in zip(jobs, claims, strict=True)}

    async def _close(self, report: Report, held: Sequence[Job], bot: Bot) -> None:
        """Tell whoever wants to know; messages that were sent stay sent whatever happens here."""
        try:
            await asyncio.gather(*(self._marks.settle(Settlement(job.identity, "hold")) for job in held))
            if report.lines:
                url = await asyncio.to_thread(self._queues.url, self._names.logs(bot.bot_id))
                await asyncio.to_thread(self._queues.send, url, report.entries())
        except StateUnavailableError as error:
            report.figures["LogLost"] += len(report.lines)
            log().error("the delivery log lacks these lines", lines=len(report.lines), reason=str(error))
        report.write_figures()

    async def _stop(self, bot: Bot, reason: str) -> None:
        try:
            stopped = await self._directory.stop(bot, f"Telegram refuses the token: {reason}")
        except StateUnavailableError as error:
            log().warning("the bot isn't marked as stopped yet", bot_id=bot.bot_id, reason=str(error))
            return
        if stopped:
            log().error("bot stopped", bot_id=bot.bot_id, reason=reason)

    async def _give_back(self, held: Held) -> None:
        name = next(iter(held)).queue_arn.rpartition(":")[2]
        seconds = {record.receipt: hold.seconds for record, hold in held.items()}
        try:
            url = await asyncio.to_thread(self._queues.url, name)
            refused = await asyncio.to_thread(self._queues.hide, url, seconds)
        except StateUnavailableError as error:
            refused = [str(error)]
        if refused:
            log().warning("messages come back after the queue's own timeout", reason="; ".join(refused))


def _jobs(chains: Sequence[Chain]) -> list[Job]:
    return [job for chain in chains for job in chain.jobs()]


def _is_to_be_tried(job: Job, claims: dict[str, Claim]) -> bool:
    return claims[job.record.message_id].verdict is Verdict.TRY
