"""What becomes of messages: noted in their marks, in the delivery log, and among the dead letters."""

from collections.abc import Sequence

from courier.contracts.outcomes import Outcome
from courier.deadlines import on_thread
from courier.errors import StateUnavailableError, TelegramError
from courier.queues.dead_letters import DeadLetter
from courier.sender.attempt import Again, GivenUp
from courier.sender.hold import Hold
from courier.sender.jobs import Job, Link, Refusal
from courier.sender.marks import Became, Claim, End, Identity, Marks, Parts, Settlement, Verdict
from courier.sender.progress import Progress
from courier.sender.quarantine import Attempts
from courier.sender.report import Ending, Report, TakesDeadLetters
from courier.telemetry import log


class Endings:
    """Ends the messages of one batch."""

    def __init__(
        self, marks: Marks, dead: TakesDeadLetters, report: Report, progress: Progress, attempts: Attempts
    ) -> None:
        self._marks = marks
        self._attempts = attempts
        self._dead = dead
        self._report = report
        self._progress = progress

    async def known(self, job: Job, claim: Claim) -> None:
        """A message that ended before, or that duplicates a delivered one.

        It is noted again: whether the batch that sent it got as far as the delivery log isn't known.
        """
        if claim.end is not None and claim.end.is_sent:
            outcome: Outcome = "delivered" if claim.verdict is Verdict.ENDED else "duplicate"
            self._note(job, Ending(outcome, claim.calls, ids=claim.end.ids))

    async def delivered(self, job: Job, attempts: int, ids: Sequence[int], details: str | None) -> None:
        """Telegram has it; so the edits that it absorbed are done too."""
        await self._progress.sent(job, ids)
        await self._end(job, "sent", Ending("delivered", attempts, ids=tuple(ids), details=details))
        await self._superseded(job)

    async def part_sent(self, job: Job, parts: Parts) -> None:
        """One of its parts is at Telegram: a redelivery goes on behind it."""
        await self._settle(job, "part", parts.text())

    async def again(self, job: Job, attempts: int, again: Again) -> Hold:
        """A call in vain."""
        await self._settle(job, "retry")
        self._note(job, _failed("retrying", attempts, again.error, retry_in=again.pause_s))
        return Hold(again.pause_s, str(again.error))

    async def given_up(self, job: Job, attempts: int, result: GivenUp, parts: Parts) -> None:
        """It will never be delivered whole.

        Raises:
            StateUnavailableError: if its dead letter isn't safely put; it must stay in its queue then.
        """
        if result.is_dead:
            done = f" (after {parts.count} of {len(job.calls)} parts)" if parts.count else ""
            await self._bury(job, f"Telegram refuses it: {result.error.code} {result.error.description}{done}")
        await self._end(job, "failed", _failed(result.outcome, attempts, result.error))
        await self._superseded(job)

    async def expired(self, job: Job, claim: Claim) -> None:
        """Its time has passed; whoever sent it wanted it dropped."""
        await self._end(job, "failed", Ending("expired", claim.calls, details="expires_at has passed"))
        await self._superseded(job)

    async def buried(self, link: Link, reason: str) -> None:
        """It goes to the dead letters for a reason of ours.

        Raises:
            StateUnavailableError: if that isn't safely done; it must stay in its queue then.
        """
        await self._bury(link, reason)
        if not isinstance(link, Job):
            await self._settle(link, "failed", End(is_sent=False).text())
            self._report.refused(Refusal(link.record, reason))
            return
        await self._end(link, "failed", Ending("failed", 0, details=reason))
        await self._superseded(link)

    async def _superseded(self, job: Job) -> None:
        for edit in job.absorbed:
            ending = Ending("superseded", 0, details=f"merged into {job.record.message_id}")
            await self._end(edit, "failed", ending)

    async def _end(self, job: Job, became: Became, ending: Ending) -> None:
        await self._settle(job, became, End(became == "sent", ending.ids).text())
        self._note(job, ending)

    def _note(self, job: Job, ending: Ending) -> None:
        """Report an outcome. What became of the message stands, whatever happens here."""
        try:
            self._report.note(job, ending)
        except Exception:  # noqa: BLE001 - a fault of ours with words about a message must not undo what was done
            log().exception("failed to report an outcome", outcome=ending.outcome)
            self._report.figures["Unforeseen"] += 1

    async def _settle(self, link: Link, became: Became, value: str = "") -> None:
        identity = (
            link.identity if isinstance(link, Job) else Identity(self._report.bot_id, link.record.message_id, None)
        )
        self._attempts.finished(link.record)
        try:
            await self._marks.settle(Settlement(identity, became, value))
        except StateUnavailableError as error:
            # What Telegram did stands; without the mark only a redelivery of this very message could repeat it.
            log().warning("mark not written", reason=str(error), became=became)

    async def _bury(self, link: Link, reason: str) -> None:
        if isinstance(link, Job) and self._progress.is_told_by(link):
            # Nobody would send it again, and what it is about has an answer of its own.
            log().info("progress isn't told", reason=reason)
            return
        await on_thread(self._dead.put, [DeadLetter(link.record, reason)])


def _failed(outcome: Outcome, attempts: int, error: TelegramError, retry_in: int | None = None) -> Ending:
    cause = type(error).__name__.removesuffix("Error")
    return Ending(outcome, attempts, error_code=error.code, details=error.description, retry_in=retry_in, cause=cause)
