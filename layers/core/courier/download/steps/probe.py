"""The step `probe`: what is at the link, whether it may be had, and by which identity it is known."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from courier.download.errors import Failed, Failure
from courier.download.identity import BadUrlError
from courier.download.kinds import Kind, Wish
from courier.download.making.workshop import STALE, Outcome, job_of
from courier.download.policy import Limits, decide
from courier.download.probing.paging import page_of
from courier.download.probing.prober import Prober
from courier.download.probing.slowdown import site_of
from courier.state.media import Job
from courier.telemetry import log

#: Seconds of a probe at most, and how many of them are left for what comes after it.
MOST_S, REST_S = 75.0, 5.0
#: Seconds of the shortest wait that is worth two transitions of the state machine's.
_LEAST_WAIT_S = 1
#: Bytes of a page as the state machine carries it: more than 256 KiB of data end an execution where nothing catches it.
_MOST_BYTES = 32_000
#: A site's word for "too many", in yt-dlp's sentences.
_TOO_MANY = re.compile(r"\b429\b|too many requests", re.IGNORECASE)


class Wanted(Protocol):
    """The job's row."""

    def begun(self, content: str, attempt: int) -> bool:
        """Tell that an execution is alive; False if it isn't wanted any more."""


class Paces(Protocol):
    """Sites' paces; see `slowdown.Slowdown`."""

    def wait_s(self, site: str, job: str) -> float | None:
        """Seconds until a job may ask a site; None: too many stand there."""

    def refused(self, site: str, job: str) -> bool:
        """Whether a job that was told so by a site is to try again."""


@dataclass(frozen=True, slots=True)
class Probe:
    """See above.

    Attributes:
        site: Whose pace a link has.
    """

    jobs: Wanted
    paces: Paces
    prober: Prober
    limits: Limits
    site: Callable[[str], str] = site_of

    def run(self, payload: dict[str, Any], left_s: float) -> Outcome:
        """`accepted` with the page, `failed`, `wait` or `stale`.

        Args:
            payload: `job`.
            left_s: Seconds until the function is killed.

        Raises:
            StateUnavailableError: The table can't be reached, or how sites are reached can't be read.
        """
        job = job_of(payload)
        if not self.jobs.begun(job.hash, job.attempt):
            return STALE
        try:
            site = self.site(job.url)
        except BadUrlError as error:
            return _failed(Failed(Failure.BAD_URL, str(error)))
        left = self.paces.wait_s(site, job.execution)
        if left is None:
            return _failed(Failed(Failure.TEMPORARY, f"too many stand before {site}"))
        if left >= _LEAST_WAIT_S:
            return _wait(left)
        return self._looked(job, site, min(MOST_S, left_s - REST_S))

    def _looked(self, job: Job, site: str, timeout_s: float) -> Outcome:
        found = self.prober.look(job.url, timeout_s)
        if isinstance(found, Failed):
            too_many = found.failure is Failure.TEMPORARY and _TOO_MANY.search(found.detail)
            if too_many and self.paces.refused(site, job.execution):
                left = self.paces.wait_s(site, job.execution)
                return _failed(found) if left is None else _wait(left)
            return _failed(found)
        wish = Wish(Kind(job.media), job.quality)
        decided = decide(found.probed, wish, self.limits)
        if isinstance(decided, Failed):
            return _failed(decided)
        page = page_of(found, decided, wish)
        answer = page.model_dump(mode="json")
        if (size := len(json.dumps(answer))) > _MOST_BYTES:
            return _failed(Failed(Failure.UNSUPPORTED, f"what its page says of it takes {size} bytes"))
        log().info("page accepted", page=page.normalised_url, selector=page.selector, bytes=page.expected_bytes)
        return {"outcome": "accepted", "page": answer}


def _wait(seconds: float) -> Outcome:
    return {"outcome": "wait", "seconds": max(math.ceil(seconds), _LEAST_WAIT_S)}


def _failed(failed: Failed) -> Outcome:
    log().info("page refused", failure=failed.failure, detail=failed.detail)
    return {"outcome": "failed", "failure": failed.failure.value, "detail": failed.detail}
