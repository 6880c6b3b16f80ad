"""How far a download is, in one message to each of the first who wait, edited as long as it goes on.

It never costs the download anything: what can't be told is left out.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from courier.download.delivery.mail import Mail
from courier.download.delivery.wording import progress
from courier.errors import CourierError
from courier.state.media import Waiter
from courier.state.progress import ProgressTable
from courier.telemetry import correlated, log

#: How many are told.
MOST_TOLD = 20
#: Seconds of a download after which it is worth a message.
WORTH_S = 3.0
#: Seconds between two edits of one message: a chat takes a message a second, a group 20 a minute, and answers go first.
PRIVATE_S, GROUP_S = 5.0, 15.0
#: Seconds for which those who wait are believed to be the same.
WAITERS_S = 5.0


class Job(Protocol):
    """What is downloaded; `courier.state.media.Job` is one."""

    @property
    def hash(self) -> str: ...
    @property
    def attempt(self) -> int: ...


class KnowsWaiters(Protocol):
    """See `courier.state.jobs.JobTable`."""

    def waiters(self, content: str, attempt: int) -> Iterable[Waiter]: ...


@dataclass(slots=True)
class _Told:
    """What one was told last."""

    words: str
    at: float


@dataclass(slots=True)
class _Run:
    """One attempt as it goes on."""

    began: float
    waiters: list[Waiter] = field(default_factory=list)
    read_at: float = 0.0
    told: dict[str, _Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProgressMessages:
    """Tells those who wait how far it is.

    Attributes:
        clock: Seconds since 1970.
    """

    jobs: KnowsWaiters
    table: ProgressTable
    mail: Mail
    clock: Callable[[], float] = field(default=time.time)
    _runs: dict[tuple[str, int], _Run] = field(default_factory=dict)

    def tell(self, job: Job, fraction: float | None, stage: str) -> None:
        """Tell how far a job is; may be called as often as one likes.

        Args:
            fraction: Of the stage, 0 to 1; None where nobody knows.
            stage: What is done, in words.
        """
        name = (job.hash, job.attempt)
        if name not in self._runs:
            # A process has one job at a time.
            self._runs.clear()
            self._runs[name] = _Run(self.clock())
        run, words = self._runs[name], progress(stage, fraction)
        if self.clock() - run.began < WORTH_S:
            return
        try:
            for waiter in self._waiters(job, run):
                self._tell_one(run, waiter, words)
        except CourierError as error:
            log().warning("progress isn't told", reason=str(error))

    def _waiters(self, job: Job, run: _Run) -> list[Waiter]:
        if self.clock() - run.read_at >= WAITERS_S:
            run.waiters = list(islice(self.jobs.waiters(job.hash, job.attempt), MOST_TOLD))
            run.read_at = self.clock()
        return run.waiters

    def _tell_one(self, run: _Run, waiter: Waiter, words: str) -> None:
        now, told = self.clock(), run.told.get(waiter.waiter_id)
        if told is not None and (told.words == words or now - told.at < _pause_s(waiter)):
            return
        with correlated(waiter.correlation_id):
            # An earlier attempt may have told; the number of an edit is its time, so that no two are taken for one.
            if told is None and not self.table.has(waiter.waiter_id):
                self.table.note(waiter.waiter_id)
                self.mail.begin_progress(waiter, words)
            else:
                self.mail.edit_progress(waiter, words, int(now))
        run.told[waiter.waiter_id] = _Told(words, now)


@dataclass(frozen=True, slots=True)
class ProgressEnds:
    """Takes away the messages that told how far something was: their answers are there, or nobody wants them."""

    table: ProgressTable
    mail: Mail

    def forget(self, waiter: Waiter) -> None:
        """Take away somebody's, if there is one.

        Raises:
            StateUnavailableError: if table or queue can't be reached.
        """
        if self.table.has(waiter.waiter_id):
            self.mail.end_progress(waiter)


def _pause_s(waiter: Waiter) -> float:
    is_private = isinstance(waiter.chat_id, int) and waiter.chat_id > 0
    return PRIVATE_S if is_private else GROUP_S
