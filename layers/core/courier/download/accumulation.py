"""One download however many ask, and one answer for each: who joins, who is answered, who starts and stops what.

The order of things is all that is decided here. What is true of it stands in `courier.state.jobs`, and a test runs every
interleaving of these functions, each able to die at any step (`tests/unit/download/test_interleavings.py`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from courier.errors import CourierError
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import (
    Job,
    Joined,
    Joining,
    JobState,
    Left,
    Outcome,
    Request,
    Started,
    Stored,
    StoredFile,
    Waiter,
    execution_of,
)
from courier.telemetry import log

#: Executions for one request, before those who wait are told that it doesn't work now.
MOST_TRIES = 3
#: Seconds after which nobody tries any more to answer somebody who can't be: the sender's own memory of ids ends.
GIVE_UP_S = 24 * 3600
#: `Failure`'s word for what may work later.
TEMPORARY = "temporary"


class Starts(Protocol):
    """Executions."""

    def start(self, job: Job) -> None:
        """Start a job's execution under the name `job.execution`; that there was one already is success."""

    def stop(self, name: str) -> None:
        """Stop an execution; that there is none that runs is success."""


class Answers(Protocol):
    """Answers for users."""

    def answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        """Give somebody the file, or an apology; the message's `external_id` is the waiter's id.

        What can never be answered (the bot is gone) is success too. An error means that it may work later.
        """


class Objects(Protocol):
    """The store."""

    def has(self, key: str) -> bool:
        """Whether an object is there."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of an attempt's waiters.

    Attributes:
        answered: How many were answered by this call.
        is_done: Whether nobody is left. If not, the same call is to be made again.
    """

    answered: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, by numbers of jobs: started again, given up with an apology, answered or stopped after all."""

    again: int = 0
    given_up: int = 0
    ended: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Accumulation:
    """Those who wait.

    Attributes:
        clock: Seconds since 1970.
    """

    jobs: JobTable
    files: FileTable
    starts: Starts
    answers: Answers
    objects: Objects
    clock: Callable[[], float] = field(default=time.time)

    def request(self, request: Request) -> Joining:
        """Somebody wants something. Repeats are harmless, also where an earlier call died half-way.

        Raises:
            CourierError: if something couldn't be reached: the request is to be made again.
        """
        while True:
            joining = self.jobs.join(request)
            match joining:
                case Started(job):
                    self._launch(job)
                case Joined(job) if job.state == JobState.RUNNING and not job.is_begun:
                    # Whoever made the attempt may have died before its execution was started.
                    self._launch(job)
                case Stored(file) if not self.objects.has(file.key):
                    self.files.missing(request.hash, file)
                    continue
                case Stored(file):
                    self.answers.answer(request.waiter, Outcome(), file)
                    self.jobs.served(request.hash, request.waiter.waiter_id)
                case _:
                    pass
            return joining

    def finish(self, content: str, attempt: int, outcome: Outcome, *, until: float | None = None) -> Finished:
        """An attempt is over: answer everyone who waits for it. Made again, it goes on where it was.

        Args:
            until: When to stop, in seconds since 1970.

        Raises:
            CourierError: if somebody couldn't be answered now; all others were.
        """
        closed = self.jobs.close(content, attempt, outcome)
        if closed is None:
            # Cancelled, or another attempt has taken its place, and answers whoever is left.
            return Finished(0, is_done=True)
        return self._answer(content, attempt, closed, until)

    def cancel(self, content: str, waiter_id: str) -> Left:
        """Somebody doesn't want it any more; the last one out stops the execution.

        Raises:
            CourierError: if something couldn't be reached: the call is to be made again.
        """
        left = self.jobs.leave(content, waiter_id)
        if left.alone is not None:
            self._put_out(content, left.alone)
        return left

    def sweep(self, now: float) -> Swept:
        """Look after all jobs whose deadline has passed, as often as a schedule says. One that fails has another turn."""
        numbers = {"again": 0, "given_up": 0, "ended": 0, "failed": 0}
        for job in self.jobs.stuck(now):
            try:
                done = self.mend(job)
            except CourierError as error:
                log().warning("job couldn't be looked after", execution=job.execution, error=str(error))
                done = "failed"
            if done:
                numbers[done] += 1
        return Swept(**numbers)

    def mend(self, job: Job) -> str | None:
        """Look after a job as it was seen: of an execution that is known to be dead, nobody needs to wait for the sweep.

        Returns:
            What was done, as `Swept` names it; None if somebody else has looked after it.

        Raises:
            CourierError: if something couldn't be reached; the job has another turn.
        """
        if job.state == JobState.RUNNING and job.tries < MOST_TRIES:
            following = self.jobs.again(job)
            if following is None:
                return None
            log().warning("download is started again", execution=following.execution, correlation_id=job.correlation_id)
            self._launch(following)
            return "again"
        if job.state == JobState.RUNNING:
            closed = self.jobs.close(
                job.hash, job.attempt, Outcome(TEMPORARY, f"{job.tries} executions didn't end"), due=job.deadline_at
            )
            if closed is None:
                return None
            log().error("download is given up", execution=job.execution, correlation_id=job.correlation_id)
            self.starts.stop(job.execution)
            self._answer(job.hash, job.attempt, closed)
            return "given_up"
        if not self.jobs.claim(job):
            return None
        if job.state == JobState.CANCELLED:
            self._put_out(job.hash, job.attempt)
        else:
            self._answer(job.hash, job.attempt, Outcome(job.failure, job.detail))
        return "ended"

    def _launch(self, job: Job) -> None:
        if job.before:
            # It may still run, and what it does is for nobody.
            self.starts.stop(execution_of(job.hash, job.before))
        self.starts.start(job)

    def _put_out(self, content: str, attempt: int) -> None:
        self.starts.stop(execution_of(content, attempt))
        self.jobs.settle(content, attempt)

    def _answer(self, content: str, attempt: int, outcome: Outcome, until: float | None = None) -> Finished:
        """Answer everyone who waits for an attempt that is closed; one who can't be answered holds nobody back."""
        file = self.files.stored(content) if outcome.failure is None else None
        if outcome.failure is None and file is None:
            outcome = Outcome(TEMPORARY, "the file isn't there any more")
        answered, last_error = 0, None
        for waiter in self.jobs.waiters(content, attempt):
            if until is not None and self.clock() >= until:
                return Finished(answered, is_done=False)
            try:
                self.answers.answer(waiter, outcome, file)
            except CourierError as error:
                if self.clock() - waiter.joined_at < GIVE_UP_S:
                    last_error = error
                    continue
                log().error("waiter can't be answered", waiter=waiter.waiter_id, error=str(error))
            answered += self.jobs.answered(content, waiter)
        if last_error:
            raise last_error
        self.jobs.settle(content, attempt)
        return Finished(answered, is_done=True)
