"""One download however many ask: who joins what, who takes it back, and what becomes of executions that die.

The order of things is all that is decided here, and in `accumulation`, where those who wait are answered. What is true
of it stands in `courier.state.jobs`, and a test runs every interleaving of these functions, each able to die at any
step (`tests/unit/download/test_interleavings.py`).
"""

from dataclasses import dataclass
from typing import Protocol

from courier.errors import CourierError
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import (
    Job,
    JobState,
    Joined,
    Joining,
    Left,
    Outcome,
    Request,
    Started,
    Stored,
    StoredFile,
    execution_of,
)
from courier.telemetry import log

#: Executions for one request, before those who wait are told that it doesn't work now.
MOST_TRIES = 3
#: `Failure`'s word for what may work later.
TEMPORARY = "temporary"


class Starts(Protocol):
    """Executions."""

    def start(self, job: Job) -> None:
        """Start a job's execution under the name `job.execution`; that there was one already is success."""

    def stop(self, name: str) -> None:
        """Stop an execution; that there is none that runs is success."""


class Objects(Protocol):
    """The store."""

    def has(self, key: str) -> bool:
        """Whether an object is there."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, by numbers of jobs.

    Attributes:
        again: Started again.
        given_up: Didn't end however often; those who wait are told.
        ended: Were over, and are answered or stopped after all.
        failed: Have another turn.
    """

    again: int = 0
    given_up: int = 0
    ended: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Interest:
    """Those who want something."""

    jobs: JobTable
    files: FileTable
    starts: Starts
    objects: Objects

    def request(self, request: Request) -> Joining:
        """Somebody wants something. Repeats are harmless, also where an earlier call died half-way.

        What is stored is delivered by an execution too: however many ask for it at once, it is uploaded once.

        Raises:
            CourierError: if something couldn't be reached: the request is to be made again.
        """
        seen: StoredFile | None = None
        while True:
            joining = self.jobs.join(request, seen)
            match joining:
                case Started(job):
                    self._launch(job)
                case Joined(job) if job.state == JobState.RUNNING and not job.is_begun:
                    # Whoever made the attempt may have died before its execution was started.
                    self._launch(job)
                case Stored(file):
                    if self.objects.has(file.key):
                        seen = file
                    else:
                        self.files.missing(request.hash, file)
                    continue
                case _:
                    pass
            return joining

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
        """Look after all jobs whose deadline has passed. One that fails has another turn."""
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
        """Look after a job as it was seen, in a sweep or as soon as its execution is known to be dead.

        Returns:
            What was done, as `Swept` names it; None if somebody else has looked after it.

        Raises:
            CourierError: if something couldn't be reached; the job has another turn.
        """
        if job.state == JobState.RUNNING:
            return self._again(job) if job.tries < MOST_TRIES else self._give_up(job)
        claimed = self.jobs.claim(job)
        if claimed is None:
            return None
        if job.state == JobState.CANCELLED:
            self._put_out(job.hash, job.attempt)
        elif not self.jobs.settle(job.hash, job.attempt):
            self.starts.start(claimed)
        return "ended"

    def _again(self, job: Job) -> str | None:
        following = self.jobs.again(job)
        if following is None:
            return None
        log().warning("download is started again", execution=following.execution, correlation_id=job.correlation_id)
        self._launch(following)
        return "again"

    def _give_up(self, job: Job) -> str | None:
        outcome = Outcome(TEMPORARY, f"{job.tries} executions didn't end")
        if self.jobs.close(job.hash, job.attempt, outcome, due=job.deadline_at) != outcome:
            return None
        log().error("download is given up", execution=job.execution, correlation_id=job.correlation_id)
        self.starts.stop(job.execution)
        self.starts.start(job.model_copy(update={"state": JobState.FAILED, "deliveries": 1}))
        return "given_up"

    def _launch(self, job: Job) -> None:
        if job.before:
            # It may still run, and what it does is for nobody.
            self.starts.stop(execution_of(job.hash, job.before))
        self.starts.start(job)

    def _put_out(self, content: str, attempt: int) -> None:
        self.starts.stop(execution_of(content, attempt))
        self.jobs.settle(content, attempt)
