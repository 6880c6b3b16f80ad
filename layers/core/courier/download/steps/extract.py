"""The step `extract`: the sound of a video that is stored already, without a second download."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courier.download.guard.running import Job as Task
from courier.download.identity import content_of, thumb_key
from courier.download.kinds import Kind
from courier.download.making import job as guarded
from courier.download.making.folders import job_folder
from courier.download.making.orders import Order
from courier.download.making.workshop import STALE, Outcome, Workshop, job_of
from courier.download.page import Page

#: Seconds before the function's end in which the file is stored.
STORE_S = 30.0
#: Seconds below which beginning makes no sense.
_LEAST_S = 5.0
#: The share of the free disk that a video may have.
_DISK_SHARE = 0.8
#: The machine goes on with `fetch`, which knows other ways to the sound.
_ABSENT: Outcome = {"outcome": "absent"}


@dataclass(frozen=True, slots=True)
class Extract:
    """See above.

    Attributes:
        store_s: As `STORE_S`.
    """

    workshop: Workshop
    store_s: float = STORE_S

    def run(self, payload: dict[str, Any], left_s: float) -> Outcome:
        """Make an mp3 of the stored video `source`; `stored`, `failed`, `absent` or `stale`.

        Args:
            payload: `job`, `page` and `source`, which is a key.
            left_s: Seconds until the function is killed.

        Raises:
            StateUnavailableError: the table or the store can't be reached.
        """
        job, page, ends = job_of(payload), Page.model_validate(payload["page"]), self.workshop.clock() + left_s
        if (watch := self.workshop.watch(job)) is None:
            return STALE
        source = str(payload["source"])
        with job_folder(self.workshop.base) as folder:
            if not self._fetched(source, folder):
                return _ABSENT
            work_s = ends - self.workshop.clock() - self.store_s
            if work_s < _LEAST_S:
                return _ABSENT
            task = self._task(page, folder, work_s)
            outcome = self.workshop.work(task, watch, late=_ABSENT, crashed=_ABSENT)
            return self.workshop.finish(outcome, page, watch, folder)

    def _fetched(self, key: str, folder: Path) -> bool:
        """Whether the video lies in the folder now, and its picture too if it has one."""
        store = self.workshop.store
        found = store.described(key)
        if found is None or int(found["bytes"]) > shutil.disk_usage(folder).free * _DISK_SHARE:
            return False
        store.get(thumb_key(content_of(key)), folder / "picture")
        return store.get(key, folder / "source")

    def _task(self, page: Page, folder: Path, work_s: float) -> Task:
        order = Order(
            kind=Kind.AUDIO,
            folder=folder,
            ffmpeg=self.workshop.programs.ffmpeg,
            work_s=work_s,
            max_duration_s=self.workshop.max_duration_s,
            title=page.title,
            performer=page.performer,
        )
        return Task(
            target=f"{guarded.__name__}:{guarded.extract.__name__}",
            payload=order.model_dump(mode="json"),
            folder=folder,
            timeout_s=work_s,
            programs=(self.workshop.programs.ffmpeg,),
        )
