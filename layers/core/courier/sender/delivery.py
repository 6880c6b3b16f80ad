"""One message group of a batch: its messages one after another, until one of them must wait."""

import time

from courier.errors import StateUnavailableError, UncorrelatedError
from courier.sender.attempt import Again, Delivered, GivenUp, Result, pause_after
from courier.sender.caller import Caller
from courier.sender.endings import Endings
from courier.sender.hold import NO_STATE_S, Hold
from courier.sender.intake import Intake
from courier.sender.jobs import Chain, Fault, Job, Link, Refusal, Unread
from courier.sender.marks import Claim, End, Marks, Parts, Verdict
from courier.sender.progress import Progress
from courier.sender.report import Report
from courier.telemetry import correlated, log

#: Seconds until a message looks again whether the one that it depends on was delivered.
UNDECIDED_WAIT_S = 5


class Delivery:
    """Delivers the message groups of one batch."""

    def __init__(
        self, *, caller: Caller, endings: Endings, marks: Marks, progress: Progress, report: Report, intake: Intake
    ) -> None:
        self._caller = caller
        self._endings = endings
        self._marks = marks
        self._progress = progress
        self._report = report
        self._intake = intake

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
                except UncorrelatedError as error:
                    hold = self._uncorrelated(link, error)
                except Exception as error:  # noqa: BLE001 - a fault of ours with one message must not cost its neighbours
                    hold = await self._unforeseen(link, error)
            if hold is not None:
                await self._caller.abandon(chain.number)
                self._report.held(len(chain.links) - position, hold)
                return position, hold
        return None

    async def _link(self, link: Link, chain: int) -> Hold | None:
        if isinstance(link, Unread):
            await self._intake.attempts.start(link.record)
            link = self._intake.read(link.record)
        match link:
            case Refusal():
                await self._endings.buried(link, link.reason)
                return None
            case Fault():
                raise link.error
            case _:
                return await self._job(*await self._intake.claim(link), chain)

    async def _job(self, job: Job, claim: Claim, chain: int) -> Hold | None:
        if claim.verdict is Verdict.DUPLICATE_PENDING:
            return Hold(UNDECIDED_WAIT_S, "the message that it duplicates is undecided")
        if claim.verdict is not Verdict.TRY:
            await self._endings.known(job, claim)
            return None
        expires_at = job.message.expires_at
        if expires_at is not None and expires_at.timestamp() <= time.time():
            await self._endings.expired(job, claim)
            return None
        aimed = await self._aimed(job)
        return await self._deliver(aimed, claim, chain) if isinstance(aimed, Job) else aimed

    async def _aimed(self, job: Job) -> Job | Hold | None:
        """The job with the ids of the message that it names by external id; None if there is no such message."""
        if job.target is None:
            return job
        sent = await self._marks.sent_as(job.identity.bot_id, job.target)
        if isinstance(sent, End) and sent.ids:
            return job.aimed_at(list(sent.ids))
        if sent is Verdict.DUPLICATE_PENDING:
            return Hold(UNDECIDED_WAIT_S, "the message that it names isn't sent yet")
        if message_ids := await self._progress.message_ids(job):
            return job.aimed_at(message_ids)
        name = job.target.partition(":")[2]
        await self._endings.buried(job, f"data.external_id: no message {name} was sent within a day; give message_id")
        return None

    async def _deliver(self, job: Job, claim: Claim, chain: int) -> Hold | None:
        done, calls = claim.parts, claim.calls
        result: Result | Hold | None = None
        for part in range(done.count, len(job.calls)):
            result = await self._caller.call(job, part, chain, calls)
            calls += 1
            if not isinstance(result, Delivered):
                break
            done = Parts(part + 1, done.ids + result.ids)
            if done.count < len(job.calls):
                await self._endings.part_sent(job, done)
        match result:
            case Hold():
                return result
            case Again():
                return await self._endings.again(job, calls, result)
            case GivenUp():
                await self._endings.given_up(job, calls, result, done)
            case _:
                await self._endings.delivered(job, calls, done.ids, result.details if result else None)
        return None

    def _uncorrelated(self, link: Link, error: UncorrelatedError) -> Hold:
        """A fault of this code that nothing was done under: the message is good, and waits for code that is.

        It is never given up for it here: SQS's thousand receives, and the alarm on errors, are time enough to mend it.
        """
        log().error("work under another correlation id", expected=error.expected, found=error.found)
        self._report.figures["Uncorrelated"] += 1
        return Hold(pause_after(link.record.receives), "a fault of ours")

    async def _unforeseen(self, link: Link, error: Exception) -> Hold | None:
        """A fault of this code: some attempts, then the message is set aside with what is known of it."""
        log().exception("unforeseen")
        self._report.figures["Unforeseen"] += 1
        try:
            if not await self._intake.attempts.raised(link.record):
                return Hold(pause_after(link.record.receives), "a fault of ours")
            await self._endings.buried(link, f"tg-courier failed on it: {type(error).__name__} {error}")
        except StateUnavailableError:
            return Hold(NO_STATE_S, "a fault of ours, and no dead-letter queue")
        except Exception:  # noqa: BLE001 - its dead letter can't be made: it waits for code that can
            log().exception("failed to dead-letter a message")
            return Hold(pause_after(link.record.receives), "a fault of ours")
        return None
