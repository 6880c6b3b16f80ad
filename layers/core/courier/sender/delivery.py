"""One message group of a batch: its messages one after another, until one of them must wait."""

import asyncio
import json
import math
import time

from courier.contracts.outcomes import Outcome
from courier.errors import (
    MigratedError,
    RateLimitedError,
    StateUnavailableError,
    TelegramError,
    TokenRefusedError,
)
from courier.queues.dead_letters import DeadLetter
from courier.sender.attempt import Again, Delivered, GivenUp, Result, attempt, pause_after
from courier.sender.hold import NO_STATE_S, STOPPED, Hold
from courier.sender.jobs import Chain, Job, Refusal
from courier.sender.marks import Became, Claim, Marks, Settlement, Verdict
from courier.sender.report import Ending, Report, TakesDeadLetters
from courier.sender.starts import Starts
from courier.telegram.client import CallsTelegram
from courier.telemetry import correlated, log

#: Receives after which a message that meets a fault of this code is given up.
UNFORESEEN_TRIES = 5
#: Seconds until a twin looks again whether its owner was delivered.
TWIN_WAIT_S = 5


class Delivery:
    """Delivers the message groups of one batch.

    Args:
        claims: What is known of each message, by its SQS id.
    """

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        token: str,
        marks: Marks,
        dead: TakesDeadLetters,
        starts: Starts,
        report: Report,
        claims: dict[str, Claim],
    ) -> None:
        self._telegram = telegram
        self._token = token
        self._marks = marks
        self._dead = dead
        self._starts = starts
        self._report = report
        self._claims = claims
        self._stopped: TokenRefusedError | None = None

    @property
    def stopped_by(self) -> TokenRefusedError | None:
        """The refusal of the bot's token, if there was one."""
        return self._stopped

    async def run(self, chain: Chain) -> tuple[int, Hold] | None:
        """Deliver a chain.

        Returns:
            From which link on it must go back to the queue, and for how long; None if nothing must.
        """
        for position, link in enumerate(chain.links):
            with correlated(link.record.correlation_id):
                try:
                    hold = await self._link(link, chain.number)
                except StateUnavailableError as error:
                    log().warning("held, since state can't be reached", reason=str(error))
                    hold = Hold(NO_STATE_S, "state can't be reached")
                except Exception as error:  # noqa: BLE001 - a fault of ours with one message must not cost its neighbours
                    hold = await self._unforeseen(link, error)
            if hold is not None:
                return position, hold
        return None

    async def _link(self, link: Job | Refusal, chain: int) -> Hold | None:
        if isinstance(link, Refusal):
            await self._bury(link, link.reason)
            self._report.refused(link)
            return None
        claim = await self._claim_of(link)
        if claim.verdict is not Verdict.TRY:
            return self._known(link, claim)
        expires_at = link.message.expires_at
        if expires_at is not None and expires_at.timestamp() <= time.time():
            await self._end(link, "failed", Ending("expired", claim.calls, details="expires_at has passed"))
            return None
        return await self._deliver(link, claim, chain)

    async def _claim_of(self, job: Job) -> Claim:
        """The batch's claim; made anew for a twin, whose owner may stand before it in this very batch."""
        claim = self._claims[job.record.message_id]
        if claim.verdict is Verdict.TWIN_UNDECIDED:
            (claim,) = await self._marks.claim([job.identity])
        return claim

    def _known(self, job: Job, claim: Claim) -> Hold | None:
        if claim.verdict is Verdict.TWIN_UNDECIDED:
            return Hold(TWIN_WAIT_S, "its twin is undecided")
        outcome: Outcome = "delivered" if claim.verdict is Verdict.ENDED else "duplicate"
        ended = json.loads(claim.result)
        if ended["sent"]:
            # Noted again: whether the batch that sent it got as far as the delivery log isn't known.
            self._report.note(job, Ending(outcome, claim.calls, sent_msg_id=ended["id"]))
        return None

    async def _deliver(self, job: Job, claim: Claim, chain: int) -> Hold | None:
        hold = await self._starts.wait(job, chain)
        if self._stopped is not None:
            hold = STOPPED
        if hold is not None:
            self._report.held(1, hold.reason, hold.seconds)
            return hold
        try:
            async with self._starts.calling(job):
                result = await attempt(self._telegram, self._token, job, claim.calls)
        except RateLimitedError as error:
            await self._starts.penalise(job, error.retry_after_s)
            self._report.figures["RateLimited"] += 1
            result = Again(max(1, math.ceil(error.retry_after_s)), error)
        except TokenRefusedError as error:
            self._stopped = error
            result = Again(STOPPED.seconds, error)
        except MigratedError as error:
            log().info("chat moved", chat_id=job.call.chat_id, new_chat_id=error.new_chat_id)
            if job.call.chat_id == error.new_chat_id:
                result = GivenUp("failed", error, is_dead=True)
            else:
                self._starts.forget(job)
                return await self._deliver(job.moved(error.new_chat_id), claim, chain)
        return await self._conclude(job, claim, result)

    async def _conclude(self, job: Job, claim: Claim, result: Result) -> Hold | None:
        attempts = claim.calls + 1
        match result:
            case Delivered():
                ending = Ending("delivered", attempts, result.sent_msg_id, details=result.details)
                await self._end(job, "sent", ending)
                return None
            case GivenUp(outcome=outcome, error=error):
                if result.is_dead:
                    await self._bury(job, f"Telegram refuses it: {error.code} {error.description}")
                await self._end(job, "failed", _failed(outcome, attempts, error))
                return None
            case Again(error=error):
                await self._settle(Settlement(job.identity, "retry"))
                self._report.note(job, _failed("retrying", attempts, error, retry_in=result.pause_s))
                return Hold(result.pause_s, str(error))

    async def _unforeseen(self, link: Job | Refusal, error: Exception) -> Hold | None:
        """A fault of this code: a few tries, then the message is set aside with what is known of it."""
        log().exception("unforeseen")
        self._report.figures["Unforeseen"] += 1
        if link.record.receives < UNFORESEEN_TRIES:
            return Hold(pause_after(link.record.receives), "a fault of ours")
        try:
            await self._bury(link, f"tg-courier failed on it: {type(error).__name__} {error}")
        except StateUnavailableError:
            return Hold(NO_STATE_S, "a fault of ours, and no dead-letter queue")
        if isinstance(link, Job):
            await self._settle(Settlement(link.identity, "failed", json.dumps({"sent": False, "id": None})))
        return None

    async def _end(self, job: Job, became: Became, ending: Ending) -> None:
        remembered = {"sent": became == "sent", "id": ending.sent_msg_id}
        await self._settle(Settlement(job.identity, became, json.dumps(remembered)))
        self._report.note(job, ending)

    async def _settle(self, settlement: Settlement) -> None:
        try:
            await self._marks.settle(settlement)
        except StateUnavailableError as error:
            # What Telegram did stands; without the mark only a redelivery of this very message could repeat it.
            log().warning("mark not written", reason=str(error), became=settlement.became)

    async def _bury(self, link: Job | Refusal, reason: str) -> None:
        letter = DeadLetter(link.record, reason)
        await asyncio.to_thread(self._dead.put, [letter])


def _failed(outcome: Outcome, attempts: int, error: TelegramError, retry_in: int | None = None) -> Ending:
    return Ending(outcome, attempts, error_code=error.code, details=error.description, retry_in=retry_in)
