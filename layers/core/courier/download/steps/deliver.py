"""The last step: everyone who waits for an attempt is answered, with the file or an apology, and listeners are told."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from courier.contracts.events import DomainEvent, MediaFailed, MediaReady
from courier.download.accumulation import Accumulation
from courier.download.delivery.answers import FileAnswers
from courier.errors import CourierError
from courier.state.media import Job, JobState, Outcome
from courier.telemetry import correlated, count, log

#: Seconds before the function's end after which nobody more is answered: what is begun by then comes to its end.
MARGIN_S = 15.0
#: Characters of a failure's detail.
_DETAIL = 500


class TellsEvents(Protocol):
    """See `courier.events.bus.EventBus`."""

    def put(self, events: Sequence[DomainEvent]) -> None: ...


@dataclass(frozen=True, slots=True)
class DeliverStep:
    """Around `Accumulation.finish`.

    Attributes:
        accumulation: Its answers are replaced by these for the time that is left.
        clock: Seconds since 1970.
    """

    accumulation: Accumulation
    answers: FileAnswers
    events: TellsEvents
    clock: Callable[[], float] = field(default=time.time)

    async def run(self, payload: dict[str, Any], left_s: float) -> dict[str, Any]:
        """Answer everyone.

        Args:
            payload: `job`, and `failure` with its `detail` where there is no file.
            left_s: Seconds until the function ends.

        Returns:
            `outcome`: `done`; `again` if somebody is left, who can't be answered now or for whom no time was left;
            `stale` if others answer whoever waits, or nobody does.
        """
        job = payload["job"]
        with correlated(str(job["correlation_id"]), execution=f"{job['hash']}-{job['attempt']}"):
            # Answers block: on a thread, so that uploads have the loop.
            return {"outcome": await asyncio.to_thread(self._run, payload, self.clock() + left_s)}

    def _run(self, payload: dict[str, Any], ends_at: float) -> str:
        content, attempt = str(payload["job"]["hash"]), int(payload["job"]["attempt"])
        outcome = Outcome(payload.get("failure") or None, str(payload.get("detail") or "")[:_DETAIL])
        accumulation = replace(self.accumulation, answers=self.answers.within(ends_at - MARGIN_S / 3))
        try:
            finished = accumulation.finish(content, attempt, outcome, until=ends_at - MARGIN_S)
            count({"MediaAnswered": finished.answered})
            if not finished.is_done:
                return "again"
            job = accumulation.jobs.job(content)
            if job is None or job.attempt != attempt or job.state not in (JobState.DONE, JobState.FAILED):
                return "stale"
            self._tell(job)
        except CourierError as error:
            log().warning("somebody is left to be answered", reason=str(error))
            return "again"
        return "done"

    def _tell(self, job: Job) -> None:
        """Told at least once: where the bus can't be reached, the step is made again, and nobody is answered twice."""
        about = {
            "correlation_id": job.correlation_id,
            "occurred_at": self.clock(),
            "hash": job.hash,
            "attempt": job.attempt,
            "url": job.url,
            "kind": job.media,
            "quality": job.quality,
        }
        if job.failure is not None:
            log().info("download failed", failure=job.failure, detail=job.detail)
            count({"MediaFailed": 1})
            self.events.put([MediaFailed.model_validate(about | {"failure": job.failure, "details": job.detail})])
            return
        file = self.accumulation.files.stored(job.hash)
        if file is not None:
            count({"MediaReady": 1})
            told = file.model_dump(include={"key", "bytes", "sha256", "title", "duration"})
            self.events.put([MediaReady.model_validate(about | told)])
