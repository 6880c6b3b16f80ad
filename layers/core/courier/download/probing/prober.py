"""A probe as seen from the function: a guarded process, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from courier.download.access import Access, guarded_host
from courier.download.errors import Failed, Failure, failure_of
from courier.download.guard import running
from courier.download.guard.running import JobCrashedError, JobError, JobTimeoutError
from courier.download.identity import Identity
from courier.download.making.folders import job_folder
from courier.download.probed import Probed, probed_of
from courier.download.probing import job as guarded
from courier.download.probing.orders import ProbeOrder, Seen
from courier.telemetry import log


@dataclass(frozen=True, slots=True)
class Found:
    """A page.

    Attributes:
        canonical: The identity by which it is known from now on.
        normalised_url: The one form of the address that the link led to.
        item: Which of the page's videos it is.
    """

    probed: Probed
    canonical: Identity
    normalised_url: str
    item: int


@dataclass(frozen=True, slots=True)
class Prober:
    """See above.

    Attributes:
        access: How sites are reached now.
        base: Folder of the jobs' folders.
        deno: Runs YouTube's JavaScript.
        run: Runs a guarded job.
    """

    access: Callable[[], Access]
    base: Path
    deno: Path | None = None
    run: Callable[..., Any] = running.run

    def look(self, url: str, timeout_s: float) -> Found | Failed:
        """What is at a link.

        Raises:
            StateUnavailableError: How sites are reached can't be read.
        """
        access = self.access()
        order = ProbeOrder(url=url, deno=self.deno, proxy=access.proxy, cookies=access.cookies)
        with job_folder(self.base) as folder:
            task = running.Job(
                target=f"{guarded.__name__}:{guarded.probe.__name__}",
                payload=order.model_dump(mode="json"),
                folder=folder,
                timeout_s=timeout_s,
                allowed=access.allowed,
                proxy=guarded_host(access.proxy),
                programs=(self.deno,) if self.deno else (),
                secret=urlsplit(access.proxy).password or "",
            )
            found = self._outcome(task)
        return _without_secrets(found, access) if isinstance(found, Failed) else found

    def _outcome(self, task: running.Job) -> Found | Failed:
        try:
            told = self.run(task)
        except JobTimeoutError:
            return Failed(Failure.TEMPORARY, f"no answer within {task.timeout_s:.0f} s")
        except (JobError, JobCrashedError) as error:
            log().warning("probe broke off", error=str(error), trace=getattr(error, "trace", ""))
            return failure_of(error)
        if "failure" in told:
            return Failed(Failure(told["failure"]), told["detail"])
        seen = Seen.model_validate(told)
        identity = Identity(seen.extractor, seen.media_id)
        return Found(probed_of(seen.info), identity, seen.normalised_url, seen.item)


def _without_secrets(failed: Failed, access: Access) -> Failed:
    """An error may quote the proxy's URL, or the line of the cookies that can't be read."""
    if access.cookies and "cookies file" in failed.detail:
        log().error("the cookies' parameter isn't a file of Netscape's format")
        return Failed(Failure.TEMPORARY, "the operator's cookies can't be read")
    password = urlsplit(access.proxy).password
    return Failed(failed.failure, failed.detail.replace(password, "***")) if password else failed
