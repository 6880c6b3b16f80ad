"""A workshop with real processes and a real S3 (moto's), and small doubles for who is asked and told."""

import io
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courier.download.access import Access
from courier.download.identity import object_key
from courier.download.kinds import Kind
from courier.download.making.programs import programs
from courier.download.making.workshop import Workshop
from courier.download.steps.extract import Extract
from courier.download.steps.fetch import Fetch
from courier.download.storing import ObjectStore
from courier.state.files import FileTable
from courier.state.media import Job
from tests.support.guarded import Run
from tests.support.media_server import MediaServer

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

BUCKET = "courier-media"
JOB_HASH, CANONICAL = "0a" * 32, "0b" * 32


@dataclass
class FakeJobs:
    """The jobs' table, which wants a job for so many looks."""

    looks: int = 1_000_000
    asked: list[tuple[str, int]] = field(default_factory=list)

    def begun(self, content: str, attempt: int) -> bool:
        self.asked.append((content, attempt))
        return len(self.asked) <= self.looks


@dataclass
class FakeProgress:
    """Who is told."""

    told: list[tuple[str, float | None, str]] = field(default_factory=list)

    def tell(self, job: Job, fraction: float | None, stage: str) -> None:
        self.told.append((job.hash, fraction, stage))


@dataclass
class Bench:
    """A workshop, both steps on top of it, and what stands around."""

    base: Path
    s3: "S3Client"
    files: FileTable
    site: MediaServer
    run: Run
    jobs: FakeJobs = field(default_factory=FakeJobs)
    progress: FakeProgress = field(default_factory=FakeProgress)
    max_bytes: int = 50_000_000
    large_bytes: int = 20_000_000
    max_duration_s: float = 600.0
    store_s: float = 1.0

    def workshop(self) -> Workshop:
        return Workshop(
            jobs=self.jobs,
            files=self.files,
            store=ObjectStore(self.s3, BUCKET),
            progress=self.progress,
            programs=programs(),
            base=self.base,
            max_bytes=self.max_bytes,
            max_duration_s=self.max_duration_s,
            run=self.run,
        )

    def fetch(self, url: str, *, left_s: float = 60.0, media: str = "video", **page: Any) -> dict[str, Any]:
        """Run the step, with the site open."""
        access = Access(allowed=frozenset({self.site.target}))
        step = Fetch(self.workshop(), lambda: access, self.large_bytes, self.store_s)
        return step.run(payload(url, media=media, **page), left_s)

    def extract(self, source: str, *, left_s: float = 60.0, **page: Any) -> dict[str, Any]:
        step = Extract(self.workshop(), self.store_s)
        return step.run(payload("http://x.test/", media="audio", **page) | {"source": source}, left_s)

    def keys(self) -> list[str]:
        return sorted(one["Key"] for one in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))

    def body(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def payload(url: str, *, media: str = "video", **page: Any) -> dict[str, Any]:
    """A step's, for a page that is called as it is asked for."""
    job = {"hash": JOB_HASH, "attempt": 1, "url": url, "media": media, "quality": "best", "correlation_id": "c-1"}
    found = {
        "canonical_hash": CANONICAL,
        "key": object_key(CANONICAL, Kind(media)),
        "extractor": "generic",
        "media_id": "video",
        "title": "Größe: 100 %",
        "selector": "bv*+ba/b" if media == "video" else "ba/b",
        "normalised_url": "https://x.test/video",
        **page,
    }
    return {"job": job, "page": found}


def mp3(body: bytes) -> Any:
    """mutagen's view of an mp3: `info.length` in seconds, and its tags by their names."""
    return import_module("mutagen.mp3").MP3(io.BytesIO(body))
