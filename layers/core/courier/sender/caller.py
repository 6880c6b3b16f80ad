"""One call of a job: at its time, and with what concerns more than this one message taken care of."""

import math

from courier.deadlines import on_thread
from courier.errors import (
    MigratedError,
    RateLimitedError,
    StateUnavailableError,
    TokenRefusedError,
    UnreachableError,
)
from courier.pacing.pace import DURABLE_S
from courier.sender.attempt import Again, Delivered, GivenUp, Result, attempt
from courier.sender.directory import Directory
from courier.sender.hold import STOPPED, Hold
from courier.sender.jobs import Job
from courier.sender.legs import Leg
from courier.sender.marks import Marks
from courier.sender.report import RemembersUnreachable, Report
from courier.sender.starts import Starts
from courier.telegram.client import CallsTelegram
from courier.telemetry import ensure_correlated, log


class Caller:
    """Makes the calls of one batch.

    Attributes:
        stopped_by: The refusal of the bot's token, after which no call is made.
        stopped_in: The correlation id of the message that met it.
    """

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        directory: Directory,
        token: str,
        starts: Starts,
        marks: Marks,
        recipients: RemembersUnreachable,
        report: Report,
    ) -> None:
        self._telegram = telegram
        self._directory = directory
        self._token = token
        self._starts = starts
        self._marks = marks
        self._recipients = recipients
        self._report = report
        self._moves: dict[str, int] = {}
        self.stopped_by: TokenRefusedError | None = None
        self.stopped_in = ""

    async def call(self, job: Job, part: int, chain: int, calls_before: int) -> Result | Hold:
        """Make one of a job's calls when it may start.

        Raises:
            StateUnavailableError: if Redis can't say when that is.
            UncorrelatedError: if the call would be made in another message's name.
        """
        moved_to = self._moves.get(job.call.chat)
        if moved_to is not None:
            job = job.moved(moved_to)
        leg = Leg.of(job, part, chain)
        if moved_to is not None:
            self._starts.forget(leg)
        hold = await self._starts.wait(leg)
        if hold is None and await self._is_stopped(job):
            hold = STOPPED
        if hold is not None:
            return hold
        try:
            return await self._attempt(job, part, leg, calls_before)
        except MigratedError as error:
            if moved_to is not None or job.call.chat_id == error.new_chat_id:
                return GivenUp("failed", error, is_dead=True)
            await self._remember_move(job, error)
        return await self.call(job, part, chain, calls_before)

    async def _is_stopped(self, job: Job) -> bool:
        """Whether the bot may not send any more: its token was refused, or somebody stopped it meanwhile."""
        if self.stopped_by is not None:
            return True
        bot = await self._directory.bot(job.identity.bot_id)
        return bot is None or not bot.is_active

    async def abandon(self, chain: int) -> None:
        """A chain goes no further in this batch."""
        await self._starts.abandon(chain)

    async def _attempt(self, job: Job, part: int, leg: Leg, calls_before: int) -> Result:
        """The call itself, and what its refusal means for the chat and the bot."""
        ensure_correlated(job.record.correlation_id)
        try:
            async with self._starts.calling(leg):
                result = await attempt(self._telegram, self._token, job, part, calls_before)
        except RateLimitedError as error:
            if await self._starts.penalise(leg, error.retry_after_s) and error.retry_after_s > DURABLE_S:
                await self._remember_penalty(job, error)
            self._report.figures["RateLimited"] += 1
            return Again(max(1, math.ceil(error.retry_after_s)), error)
        except TokenRefusedError as error:
            self.stopped_by, self.stopped_in = error, job.record.correlation_id
            return Again(STOPPED.seconds, error)
        except UnreachableError as error:
            await self._remember_unreachable(job, error)
            return GivenUp("failed", error, is_dead=True)
        if isinstance(result, Delivered):
            await self._starts.taken(leg)
        return result

    async def _remember_move(self, job: Job, error: MigratedError) -> None:
        log().info("chat moved", chat_id=job.call.chat_id, new_chat_id=error.new_chat_id)
        self._moves[job.call.chat] = error.new_chat_id
        try:
            await self._marks.moved(job.identity.bot_id, job.call.chat, error.new_chat_id)
        except StateUnavailableError as unavailable:
            log().warning("a chat's new id is known to this batch alone", reason=str(unavailable))

    async def _remember_penalty(self, job: Job, error: RateLimitedError) -> None:
        bot = await self._directory.bot(job.identity.bot_id)
        try:
            if bot is not None:
                await self._directory.hold(bot, error.retry_after_s)
        except StateUnavailableError as unavailable:
            log().warning("a long penalty is known to Redis alone", reason=str(unavailable))

    async def _remember_unreachable(self, job: Job, error: UnreachableError) -> None:
        if job.call.chat_id is None:
            return
        try:
            await on_thread(self._recipients.note, job.identity.bot_id, job.call.chat_id, error.description)
        except StateUnavailableError as unavailable:
            log().warning("an unreachable recipient isn't remembered", reason=str(unavailable))
