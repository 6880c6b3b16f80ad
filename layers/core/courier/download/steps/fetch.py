"""The step `fetch`: yt-dlp and ffmpeg in one function, for what is small enough and quick enough for that."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from courier.download.access import Access, guarded_host
from courier.download.guard.running import Job as Task
from courier.download.kinds import Kind
from courier.download.making import job as guarded
from courier.download.making.folders import job_folder
from courier.download.making.orders import FetchOrder
from courier.download.making.workshop import STALE, Outcome, Workshop, job_of
from courier.download.page import Page
from courier.state.media import Job

#: Seconds before the function's end in which the file is stored: 500 MB at 10 MB/s, and a margin.
STORE_S = 60.0
#: The share of the rest that may go by before all is downloaded; what comes then is made an mp4 or an mp3.
DOWNLOAD_SHARE = 0.75
#: Seconds below which beginning makes no sense.
_LEAST_S = 5.0
#: The share of the free disk that a file may have: it lies there twice, as it came and as it goes.
_DISK_SHARE = 0.45
_LATE: Outcome = {"outcome": "transfer", "reason": "time"}


@dataclass(frozen=True, slots=True)
class Fetch:
    """See above.

    Attributes:
        access: How sites are reached now.
        large_bytes: What is larger is for `transfer`.
        store_s: As `STORE_S`.
    """

    workshop: Workshop
    access: Callable[[], Access]
    large_bytes: int
    store_s: float = STORE_S

    def run(self, payload: dict[str, Any], left_s: float) -> Outcome:
        """Download what the payload's `page` describes; `stored`, `failed`, `transfer` or `stale`.

        Args:
            payload: `job` and `page`.
            left_s: Seconds until the function is killed.

        Raises:
            StateUnavailableError: the table or the store can't be reached.
        """
        job, page = job_of(payload), Page.model_validate(payload["page"])
        if (watch := self.workshop.watch(job)) is None:
            return STALE
        work_s = left_s - self.store_s
        if work_s < _LEAST_S:
            return _LATE
        with job_folder(self.workshop.base) as folder:
            room = min(self.large_bytes, int(shutil.disk_usage(folder).free * _DISK_SHARE))
            if (page.expected_bytes or 0) > room:
                return {"outcome": "transfer", "reason": "size"}
            outcome = self.workshop.work(self._task(job, page, folder, room, work_s), watch, _LATE)
            return self.workshop.finish(outcome, page, watch, folder)

    def _task(self, job: Job, page: Page, folder: Path, room: int, work_s: float) -> Task:
        access, programs = self.access(), self.workshop.programs
        order = FetchOrder(
            kind=Kind(job.media),
            folder=folder,
            ffmpeg=programs.ffmpeg,
            work_s=work_s,
            max_duration_s=self.workshop.max_duration_s,
            title=page.title,
            performer=page.performer,
            url=job.url,
            selector=page.selector,
            download_s=work_s * DOWNLOAD_SHARE,
            max_bytes=self.workshop.max_bytes,
            room_bytes=room,
            expected_bytes=page.expected_bytes,
            thumbnail=page.thumbnail,
            item=page.item,
            deno=programs.deno,
            proxy=access.proxy,
            cookies=access.cookies,
        )
        return Task(
            target=f"{guarded.__name__}:{guarded.fetch.__name__}",
            payload=order.model_dump(mode="json"),
            folder=folder,
            timeout_s=work_s,
            allowed=access.allowed,
            proxy=guarded_host(access.proxy),
            programs=programs.paths,
            secret=urlsplit(access.proxy).password or "",
        )
