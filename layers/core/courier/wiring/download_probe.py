"""The probe function's parts, put together: the steps `probe` and `find`."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import boto3
from botocore.config import Config

from courier.aws.services import DYNAMODB, SSM
from courier.download.access import AccessByParameter
from courier.download.making.programs import programs
from courier.download.making.workshop import Outcome
from courier.download.policy import Limits
from courier.download.probing.prober import Prober
from courier.download.probing.slowdown import Slowdown
from courier.download.steps.find import Find
from courier.download.steps.probe import Probe
from courier.download.storing import ObjectStore
from courier.settings import ProbeSettings
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.parameters import Parameters
from courier.wiring.aws import aws_client
from courier.wiring.guarded import guarded_run
from courier.wiring.process import run
from courier.wiring.redis import redis_of

#: As in control's wiring: seconds, not botocore's minutes.
_AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class ProbeFunction:
    """What the probe function runs."""

    steps: dict[str, Callable[[dict[str, Any], float], Outcome]]

    def run(self, payload: dict[str, Any], left_s: float) -> Outcome:
        """Take the step that a payload names."""
        return self.steps[payload["step"]](payload, left_s)


@dataclass(frozen=True, slots=True)
class _Paces:
    """`Slowdown` for those who don't wait: steps are no coroutines, since yt-dlp isn't."""

    slowdown: Slowdown

    def wait_s(self, site: str, job: str) -> float | None:
        return run(self.slowdown.wait_s(site, job))

    def refused(self, site: str, job: str) -> bool:
        return run(self.slowdown.refused(site, job))


@cache
def download_probe() -> ProbeFunction:
    """What the probe function runs."""
    settings = ProbeSettings.of(dict(os.environ))
    table = aws_client(DYNAMODB)
    files = FileTable(table, settings.table_name)
    jobs = JobTable(table, settings.table_name)
    access = AccessByParameter(
        secrets=Parameters(aws_client(SSM)),
        allowed=settings.media_allowed_hosts,
        proxy_parameter=settings.media_proxy_parameter,
        cookies_parameter=settings.media_cookies_parameter,
    )
    limits = Limits(
        max_bytes=settings.media_max_bytes,
        large_bytes=settings.media_large_bytes,
        max_duration_s=settings.media_max_duration_s,
        max_age=settings.media_max_age,
    )
    probing = Probe(
        jobs=jobs,
        paces=_Paces(Slowdown(redis_of(settings), settings.media_site_per_minute)),
        prober=Prober(access, Path(gettempdir()) / "courier-probes", programs().deno, guarded_run()),
        limits=limits,
    )
    finding = Find(jobs, files, ObjectStore(boto3.client("s3", config=_AWS), settings.media_bucket))
    return ProbeFunction({"probe": probing.run, "find": finding.run})
