"""Whether a job is still wanted, and how far it is: asked and told at most every few seconds."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from courier.errors import CourierError
from courier.state.media import Job
from courier.telemetry import log

#: Seconds between two looks at the table: how late a cancel may be noticed.
LOOK_S = 3.0
#: Seconds between two words of progress.
TELL_S = 4.0


class Jobs(Protocol):
    """The job's row."""

    def begun(self, content: str, attempt: int) -> bool:
        """Tell that an execution is alive; False if it isn't wanted any more."""


class Progress(Protocol):
    """Who tells the users."""

    def tell(self, job: Job, fraction: float | None, stage: str) -> None:
        """How far a job is.

        Args:
            fraction: Of its present stage, 0 to 1; None where nobody knows.
            stage: What is done, in a word: `Downloading`, `Converting`, `Storing`.
        """


@dataclass(slots=True)
class Watch:
    """Of one job.

    Attributes:
        clock: Seconds, of any beginning.
    """

    job: Job
    jobs: Jobs
    progress: Progress
    clock: Callable[[], float] = time.monotonic
    _looked_at: float = field(init=False)
    _told_at: float | None = field(init=False, default=None)
    _is_wanted: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        # Every step has asked at its beginning.
        self._looked_at = self.clock()

    def is_wanted(self) -> bool:
        """Whether to go on. A table that can't be read says nothing against it."""
        if self._is_wanted and self.clock() - self._looked_at >= LOOK_S:
            self._looked_at = self.clock()
            try:
                self._is_wanted = self.jobs.begun(self.job.hash, self.job.attempt)
            except CourierError as error:
                log().warning("nobody knows whether the job is still wanted", error=str(error))
        return self._is_wanted

    def note(self, note: Mapping[str, Any]) -> None:
        """Pass on what the guarded process tells. Progress that can't be told is no reason to stop."""
        now = self.clock()
        if self._told_at is not None and now - self._told_at < TELL_S:
            return
        self._told_at = now
        try:
            self.progress.tell(self.job, note.get("fraction"), str(note.get("stage")))
        except CourierError as error:
            log().warning("progress wasn't told", error=str(error))
