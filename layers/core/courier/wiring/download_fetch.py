"""The fetch function's parts, put together: the steps `fetch` and `extract`."""

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
from courier.download.making.workshop import Outcome, Workshop
from courier.download.steps.extract import Extract
from courier.download.steps.fetch import Fetch
from courier.download.storing import ObjectStore
from courier.settings import FetchSettings
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.parameters import Parameters
from courier.wiring.aws import aws_client
from courier.wiring.download_answers import progress_messages
from courier.wiring.guarded import guarded_run

#: Seconds between two pieces of a file that goes to S3, not of the whole; a file is put again whole, so not often.
_S3 = Config(connect_timeout=2, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class FetchFunction:
    """What the fetch function runs."""

    steps: dict[str, Callable[[dict[str, Any], float], Outcome]]

    def run(self, payload: dict[str, Any], left_s: float) -> Outcome:
        """Take the step that a payload names."""
        return self.steps[payload["step"]](payload, left_s)


@cache
def download_fetch() -> FetchFunction:
    """What the fetch function runs."""
    settings = FetchSettings.of(dict(os.environ))
    table = aws_client(DYNAMODB)
    access = AccessByParameter(
        secrets=Parameters(aws_client(SSM)),
        allowed=settings.media_allowed_hosts,
        proxy_parameter=settings.media_proxy_parameter,
        cookies_parameter=settings.media_cookies_parameter,
    )
    workshop = Workshop(
        jobs=JobTable(table, settings.table_name),
        files=FileTable(table, settings.table_name),
        # boto3's alone sends files.
        store=ObjectStore(boto3.client("s3", config=_S3), settings.media_bucket),
        progress=progress_messages(settings),
        programs=programs(),
        base=Path(gettempdir()) / "courier-jobs",
        max_bytes=settings.media_max_bytes,
        max_duration_s=settings.media_max_duration_s,
        run=guarded_run(),
    )
    fetch = Fetch(workshop, access, settings.media_large_bytes)
    return FetchFunction({"fetch": fetch.run, "extract": Extract(workshop).run})
