"""Where files are made: a guarded process in a folder of its own, and the store and the table at its end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from courier.download.errors import Failure, failure_of
from courier.download.guard import running
from courier.download.guard.running import JobCrashedError, JobError, JobStoppedError, JobTimeoutError
from courier.download.identity import thumb_key
from courier.download.kinds import Kind
from courier.download.making.orders import Made
from courier.download.making.programs import Programs
from courier.download.making.watching import Jobs, Progress, Watch
from courier.download.page import Page
from courier.download.storing import sha256_of
from courier.errors import StateUnavailableError
from courier.state.media import Job, StoredFile
from courier.telemetry import log

type Outcome = dict[str, Any]

STALE: Outcome = {"outcome": "stale"}
STORED: Outcome = {"outcome": "stored"}
_TYPES = {Kind.VIDEO: "video/mp4", Kind.AUDIO: "audio/mpeg"}


class Files(Protocol):
    """The table of what is stored."""

    def keep(self, content: str, file: StoredFile) -> StoredFile:
        """Remember a file under a hash."""


class Store(Protocol):
    """S3; see `storing.ObjectStore`."""

    def put(self, file: Path, sha256: str, key: str, content_type: str, texts: Mapping[str, str]) -> bool:
        """False where there is one already."""

    def described(self, key: str) -> dict[str, str] | None:
        """Metadata and `bytes`; None where there is no object."""

    def get(self, key: str, file: Path) -> bool:
        """False where there is no object."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What `fetch` and `extract` share.

    Attributes:
        base: Folder of the jobs' folders.
        max_bytes: The largest file that this stack takes.
        max_duration_s: The longest.
        run: Runs a guarded job.
        clock: Seconds of any beginning, for how often is asked and told.
        now: The time that is written beside what is stored.
    """

    jobs: Jobs
    files: Files
    store: Store
    progress: Progress
    programs: Programs
    base: Path
    max_bytes: int
    max_duration_s: float
    run: Callable[..., Any] = running.run
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def watch(self, job: Job) -> Watch | None:
        """Whoever works on a job begins so; None of one that isn't wanted any more."""
        if not self.jobs.begun(job.hash, job.attempt):
            return None
        return Watch(job, self.jobs, self.progress, self.clock)

    def work(self, task: running.Job, watch: Watch, late: Outcome, crashed: Outcome | None = None) -> Outcome:
        """Run a guarded job to its outcome; a job that fails otherwise than foreseen is `failed`.

        Args:
            late: The outcome of a job that took too long.
            crashed: The same where its process died; by default the users are told to come back.
        """
        try:
            outcome: Outcome = self.run(task, note=watch.note, is_wanted=watch.is_wanted)
        except JobStoppedError:
            return STALE
        except JobTimeoutError:
            return late
        except JobCrashedError as error:
            log().warning("guarded process died", words=str(error))
            return crashed or _failed(Failure.TEMPORARY, str(error))
        except JobError as error:
            found = failure_of(error)
            if not error.is_forbidden:
                log().warning("guarded job broke off", failure=found.failure, trace=error.trace)
            return _failed(found.failure, found.detail)
        return outcome

    def finish(self, outcome: Outcome, page: Page, watch: Watch, folder: Path) -> Outcome:
        """Store what was made, if that is the outcome, and remember it.

        Raises:
            StateUnavailableError: the store or the table can't be reached.
        """
        if outcome["outcome"] != "made":
            return outcome
        made = Made.model_validate(outcome["made"])
        if (size := (folder / made.file).stat().st_size) > self.max_bytes:
            return _failed(Failure.TOO_LARGE, f"{size} bytes, of {self.max_bytes}")
        if not watch.is_wanted():
            return STALE
        watch.note({"stage": "Storing", "fraction": None})
        file = self._stored(watch.job, page, folder, made)
        # Under the job's own hash last: whoever sees that one may close the job.
        for content in dict.fromkeys((page.canonical_hash, watch.job.hash)):
            self.files.keep(content, file)
        return STORED

    def _stored(self, job: Job, page: Page, folder: Path, made: Made) -> StoredFile:
        path, key = folder / made.file, page.key
        if made.thumb:
            thumb, texts = folder / made.thumb, {"correlation-id": job.correlation_id}
            self.store.put(thumb, sha256_of(thumb), thumb_key(page.canonical_hash), "image/jpeg", texts)
        file = StoredFile(
            key=key,
            bytes=path.stat().st_size,
            sha256=sha256_of(path),
            title=page.title,
            performer=page.performer or "",
            duration=made.duration,
            width=made.width,
            height=made.height,
        )
        texts = texts_of(job, page, file, self.now())
        for _ in range(2):
            if self.store.put(path, file.sha256, key, _TYPES[Kind(job.media)], texts):
                return file
            if found := self.store.described(key):
                # Its own words were cut to fit; ours weren't.
                return file_of(key, found).model_copy(update={"title": file.title, "performer": file.performer})
            # It was deleted between the two.
        raise StateUnavailableError(f"object {key} comes and goes")


def job_of(payload: Mapping[str, Any]) -> Job:
    """The job of a step's payload: the state machine's input."""
    return Job.model_validate({"state": "running", **payload["job"]})


def texts_of(job: Job, page: Page, file: StoredFile, now: datetime) -> dict[str, str]:
    """What an object says of itself, so that the table's row can be made of it again."""
    return {
        "original-url": job.url,
        "normalised-url": page.normalised_url,
        "extractor": page.extractor,
        "title": file.title,
        "performer": file.performer,
        "sha256": file.sha256,
        "correlation-id": job.correlation_id,
        "time": now.isoformat(timespec="seconds"),
        **{name: str(number) for name in ("duration", "width", "height") if (number := getattr(file, name))},
    }


def file_of(key: str, texts: Mapping[str, str]) -> StoredFile:
    """A file as its object describes it."""
    names = ("bytes", "sha256", "title", "performer", "duration", "width", "height")
    return StoredFile.model_validate({"key": key, "sha256": "", **{n: texts[n] for n in names if n in texts}})


def _failed(failure: Failure, detail: str) -> Outcome:
    return {"outcome": "failed", "failure": failure.value, "detail": detail}
