"""The step `find`: whether what the site calls by one name was stored under another link, or its video for a sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from courier.download.kinds import Kind
from courier.download.making.workshop import STALE, STORED, Outcome, job_of
from courier.download.page import Page
from courier.download.steps.probe import Wanted
from courier.state.media import StoredFile


class Files(Protocol):
    """The table of what is stored; see `courier.state.files`."""

    def stored(self, content: str) -> StoredFile | None:
        """The file of a hash."""

    def keep(self, content: str, file: StoredFile) -> StoredFile:
        """Remember a file under a hash."""

    def missing(self, content: str, file: StoredFile) -> None:
        """The store doesn't have a file any more."""


class Store(Protocol):
    """S3; see `storing.ObjectStore`."""

    def has(self, key: str) -> bool:
        """Whether there is an object."""


@dataclass(frozen=True, slots=True)
class Find:
    """See above."""

    jobs: Wanted
    files: Files
    store: Store

    def run(self, payload: dict[str, Any], left_s: float) -> Outcome:  # noqa: ARG002 - all steps are run alike
        """`stored`, `extract` with the key of a video, `absent` or `stale`.

        Args:
            payload: `job` and `page`.
            left_s: Seconds until the function is killed.

        Raises:
            StateUnavailableError: The table or the store can't be reached.
        """
        job, page = job_of(payload), Page.model_validate(payload["page"])
        if not self.jobs.begun(job.hash, job.attempt):
            return STALE
        if file := self._there([page.canonical_hash]):
            if page.canonical_hash != job.hash:
                self.files.keep(job.hash, file)
            return STORED
        if job.media == Kind.AUDIO and (video := self._there(page.video_hashes or (page.video_hash,))):
            return {"outcome": "extract", "source": video.key}
        return {"outcome": "absent"}

    def _there(self, contents: Sequence[str]) -> StoredFile | None:
        """The first that the table knows and the store still has: its lifecycle rules delete without telling."""
        for content in contents:
            file = self.files.stored(content)
            if file is not None and self.store.has(file.key):
                return file
            if file is not None:
                self.files.missing(content, file)
        return None
