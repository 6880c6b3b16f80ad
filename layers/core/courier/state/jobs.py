"""Downloads and who waits for them: one execution however many ask, and one answer for each.

Every change is conditional, so that any number of processes may do anything at any moment and die at any instruction:

- Who joins is written down together with the count of those who wait, on condition that the attempt runs.
- Who closes sets the job's state first, on the same condition, and reads the waiters then: nobody can have joined the
  attempt since. While what it stored is delivered, late ones wait with the others; the delivery ends on condition that
  nobody waits.
- The last one to leave cancels the job in the transaction that takes them out.
- As long as an attempt runs, or somebody waits, the job is in the index with a time at which somebody looks after it.

An example is in `tests/functional/download`.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from courier.state import job_changes, job_rows
from courier.state.bots import KIND_INDEX
from courier.state.conditional import Expression, Writer, wait
from courier.state.files import FileTable
from courier.state.media import (
    End,
    Job,
    JobState,
    Joined,
    Joining,
    Known,
    Left,
    Outcome,
    Request,
    Started,
    Stored,
    StoredFile,
    Waiter,
)
from courier.state.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: Seconds after which an attempt that nobody has seen alive is looked after.
BEGIN_S = 120
#: The same for an attempt that is over, but whose waiters weren't all answered: longer than a function runs.
ANSWER_S = 960
#: The same for one that was cancelled, and whose execution wasn't seen to be stopped.
STOP_S = 60


class JobTable:
    """Jobs in the state table.

    Args:
        table: The table's name.
        files: Where files are looked up.
        silent_s: Seconds after which an execution that was alive and says nothing more is looked after. Steps tell at
            their beginnings and every few seconds of a download; between two of them lie a minute's pause, or retries.
        clock: Seconds since 1970.
        pause: Waits before another try, whose number it is told.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        silent_s: int = 600,
        clock: Callable[[], float] = time.time,
        pause: Callable[[int], None] = wait,
    ) -> None:
        self._reader = Reader(client, table)
        self._writer = Writer(client, table, pause)
        self._files = FileTable(client, table, clock)
        self._silent_s = silent_s
        self._clock = clock

    def job(self, content: str) -> Job | None:
        """A job as it was written last.

        Raises:
            StateUnavailableError: if the table can't be read; so in all methods.
        """
        item = self._reader.row(job_rows.key(content, "job"))
        return job_rows.job_of(item) if item else None

    def join(self, request: Request, seen: StoredFile | None = None) -> Joining:
        """Wait for what runs, or be told of the file, or be the first of a new attempt.

        The same request has the same effect once: a repeat is told what became of it.

        Args:
            seen: The file, once somebody has seen that it is in the store: the new attempt has only to deliver it.
        """
        for _ in self._writer.rounds():
            job = self.job(request.hash)
            if job and job.state == JobState.RUNNING:
                if self._enter(request, job.attempt, job_changes.one_more(job)):
                    return Joined(job)
                if known := self._known(request):
                    return known
                continue
            if known := self._known(request):
                return known
            # Read after the job: whoever closed it had written down the file before.
            file = self._files.stored(request.hash)
            if job and file and job.state == JobState.DONE and job.deadline_at is not None:
                # It is being delivered: a second execution would upload it a second time.
                if self._enter(request, job.attempt, job_changes.one_late(job)):
                    return Joined(job)
                continue
            if file and file != seen:
                return Stored(file)
            now = self._now()
            started, change = job_changes.first(request, job, now, now + BEGIN_S, is_stored=file is not None)
            if self._enter(request, started.attempt, change):
                return Started(started)
        raise AssertionError("the last round raises")

    def begun(self, content: str, attempt: int) -> bool:
        """An execution tells that it is alive, at its first step and whenever it may take longer.

        Returns:
            Whether it is still wanted. If it isn't, it was cancelled, or another attempt has taken its place: it ends.
        """
        return self._writer.update(job_changes.alive(content, attempt, self._now() + self._silent_s))

    def close(self, content: str, attempt: int, outcome: Outcome, *, due: int | None = None) -> Outcome | None:
        """Set how an attempt ended: nobody joins it any more.

        Args:
            due: The deadline that was seen by somebody else than the attempt's execution; where it is another now,
                somebody has looked after the job.

        Returns:
            How it ended by this call or an earlier one; None of an attempt that isn't the last one or was cancelled,
            whose waiters are somebody else's.
        """
        if self._writer.update(job_changes.closed(content, attempt, outcome, self._now() + ANSWER_S, due)):
            return outcome
        job = self.job(content)
        if job is None or job.attempt != attempt or job.state not in (JobState.DONE, JobState.FAILED):
            return None
        if due is None:
            self._writer.update(job_changes.attended(content, attempt, self._now() + ANSWER_S))
        return Outcome(job.failure, job.detail)

    def waiters(self, content: str, attempt: int) -> Iterator[Waiter]:
        """Who waits for an attempt and wasn't answered, those among them whom earlier attempts left behind."""
        query = job_rows.waiters_until(content, attempt)
        return map(job_rows.waiter_of, self._reader.query(ConsistentRead=True, **query))

    def waits(self, content: str, waiter: Waiter) -> bool:
        """Whether somebody who was read a while ago still waits."""
        return self._reader.row(job_rows.key(content, job_rows.waiter_sk(waiter.attempt, waiter.waiter_id))) is not None

    def answered(self, content: str, waiter: Waiter) -> bool:
        """Remember that a waiter was answered; False if its wait had ended before."""
        return self._exit(content, waiter, End.ANSWERED, job_changes.one_less(content))

    def leave(self, content: str, waiter_id: str) -> Left:
        """A waiter doesn't wait any more. Whoever is told `alone` stops that execution, then calls `settle`.

        Of a repeat, and of one whose caller died, the last one out is told again until the job is settled.
        """
        for _ in self._writer.rounds():
            asked = self._reader.row(job_rows.key(content, f"asked#{waiter_id}"))
            job = self.job(content)
            if asked is None or job is None:
                return Left(None)
            if "ended" in asked:
                end = asked["ended"]["S"]
                is_alone = end == End.CANCELLED and job_changes.is_unstopped(job)
                return Left(end, job.attempt if is_alone else None)
            row = self._reader.row(job_rows.key(content, job_rows.waiter_sk(int(asked["attempt"]["N"]), waiter_id)))
            if row is None:
                # Its wait has ended since it was asked.
                continue
            is_last = job.state == JobState.RUNNING and job.waiting == 1
            change = (
                job_changes.last_less(job, self._now() + STOP_S) if is_last else job_changes.one_less_of_many(content)
            )
            if self._exit(content, job_rows.waiter_of(row), End.CANCELLED, change):
                return Left(End.CANCELLED, job.attempt if is_last else None)
        raise AssertionError("the last round raises")

    def settle(self, content: str, attempt: int) -> bool:
        """Nobody has to look after a job any more; False if it isn't over, or somebody waits."""
        return self._writer.update(job_changes.settled(content, attempt, self._now()))

    def stuck(self, now: float) -> Iterator[Job]:
        """Jobs whose deadline has passed. What was written in the last second may be missing, or be otherwise."""
        query = job_rows.overdue(int(now))
        return map(job_rows.job_of, self._reader.query(IndexName=KIND_INDEX, **query))

    def again(self, job: Job) -> Job | None:
        """Put another attempt in the place of one that is stuck; None if somebody has looked after it meanwhile.

        Who waits for the old one waits for the new one, whose execution is to be started.
        """
        following, change = job_changes.again(job, self._now() + BEGIN_S)
        return following if self._writer.update(change) else None

    def claim(self, job: Job) -> Job | None:
        """Look after a job that is over, by another execution if somebody waits; None if somebody else does."""
        following, change = job_changes.claimed(job, self._now() + ANSWER_S)
        return following if self._writer.update(change) else None

    def _known(self, request: Request) -> Known | Joined | None:
        """What became of a request that was seen before."""
        asked = self._reader.row(job_rows.key(request.hash, f"asked#{request.waiter.waiter_id}"))
        if asked is None:
            return None
        if "ended" in asked:
            return Known(asked["ended"]["S"])
        # Whoever waits has a job; it may be a newer one than was seen before.
        job = self.job(request.hash)
        return Joined(job) if job else None

    def _enter(self, request: Request, attempt: int, change: Expression) -> bool:
        waiter = request.waiter.model_copy(update={"attempt": attempt, "joined_at": self._now()})
        return self._writer.together(("Update", change), *job_rows.new_waiter(request, waiter))

    def _exit(self, content: str, waiter: Waiter, end: End, change: Expression) -> bool:
        rows = job_rows.no_waiter(content, waiter, end, self._now())
        return self._writer.together(("Update", change), *rows)

    def _now(self) -> int:
        return int(self._clock())
