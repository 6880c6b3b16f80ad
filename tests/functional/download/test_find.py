"""The step `find` on a real table and a real bucket, and the probe function put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from courier.download.access import Access
from courier.download.identity import Identity, content_hash, identity_of, object_key
from courier.download.kinds import QUALITIES, Kind, Wish
from courier.download.page import Page
from courier.download.policy import Limits
from courier.download.probing.prober import Prober
from courier.download.steps.find import Find
from courier.download.steps.probe import Probe
from courier.download.storing import ObjectStore
from courier.errors import StateUnavailableError
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import Request, Started, StoredFile, Waiter
from courier.state.parameters import Parameters
from tests.support.guarded import Run
from tests.support.media_server import MediaServer
from tests.support.media_server.pages import video_page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

TABLE, BUCKET = "courier-state", "courier-media"
SITE = Identity("site", "1")
ASKED = "a" * 64


@dataclass
class World:
    """A table, a bucket, and the step between them."""

    table: "DynamoDBClient"
    bucket: "S3Client"
    jobs: JobTable
    files: FileTable
    find: Find

    def store(self, content: str, key: str, *, is_there: bool = True) -> StoredFile:
        """A file under a hash, and in the bucket unless a lifecycle rule has deleted it."""
        if is_there:
            self.bucket.put_object(Bucket=BUCKET, Key=key, Body=b"1")
        return self.files.keep(content, StoredFile(key=key, bytes=1, sha256="00"))

    def ask(self, kind: Kind, *, asked: str = ASKED, attempt: int = 1) -> dict[str, Any]:
        """Take the step for a job under one hash, whose page is the site's."""
        wish, videos = Wish(kind), [content_hash(SITE, Wish(Kind.VIDEO, one)) for one in QUALITIES[Kind.VIDEO]]
        content = content_hash(SITE, wish)
        page = Page(
            canonical_hash=content,
            key=object_key(content, kind),
            extractor="site",
            media_id="1",
            title="",
            selector="1",
            normalised_url="https://site.example/1",
            video_hash=videos[0],
            video_hashes=tuple(videos),
        )
        job = {"hash": asked, "attempt": attempt, "url": "", "media": kind, "quality": "best", "correlation_id": "c"}
        return self.find.run({"step": "find", "job": job, "page": page.model_dump(mode="json")}, 60.0)


def video(quality: str) -> tuple[str, str]:
    """Hash and key."""
    content = content_hash(SITE, Wish(Kind.VIDEO, quality))
    return content, object_key(content, Kind.VIDEO)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        session = boto3.Session("test", "test", region_name="us-east-1")
        table, bucket = session.client("dynamodb"), session.client("s3")
        table.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        bucket.create_bucket(Bucket=BUCKET)
        jobs, files = JobTable(table, TABLE), FileTable(table, TABLE)
        waiter = Waiter(waiter_id="1-2", bot_id=1, chat_id=2)
        assert isinstance(jobs.join(Request(ASKED, "https://s.example/1", "video", "best", waiter)), Started)
        yield World(table, bucket, jobs, files, Find(jobs, files, ObjectStore(bucket, BUCKET)))


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_stored(world: World, kind: Kind) -> None:
    assert world.ask(kind) == {"outcome": "absent"}


@pytest.mark.parametrize("kind", Kind)
def test_what_was_stored_under_another_link_is_this_links_too(world: World, kind: Kind) -> None:
    content = content_hash(SITE, Wish(kind))
    kept = world.store(content, object_key(content, kind))
    assert world.ask(kind) == {"outcome": "stored"}
    found = world.files.stored(ASKED)
    assert found is not None
    assert found.key == kept.key


def test_a_link_that_is_its_own_name(world: World) -> None:
    """Another execution stored it meanwhile."""
    waiter = Waiter(waiter_id="1-3", bot_id=1, chat_id=2)
    content, key = video("best")
    world.jobs.join(Request(content, "https://site.example/1", "video", "best", waiter))
    world.store(content, key)
    assert world.ask(Kind.VIDEO, asked=content) == {"outcome": "stored"}


def test_what_the_bucket_has_lost_is_forgotten(world: World) -> None:
    content, key = video("best")
    world.store(content, key, is_there=False)
    assert world.ask(Kind.VIDEO) == {"outcome": "absent"}
    assert world.files.stored(content) is None
    assert world.files.stored(ASKED) is None


@pytest.mark.parametrize("quality", QUALITIES[Kind.VIDEO])
def test_audio_is_made_from_a_video_in_any_quality(world: World, quality: str) -> None:
    content, key = video(quality)
    world.store(content, key)
    assert world.ask(Kind.AUDIO) == {"outcome": "extract", "source": key}


def test_and_from_the_best_that_is_there(world: World) -> None:
    for quality in ("worst", "720p"):
        world.store(*video(quality))
    world.store(*video("best"), is_there=False)
    assert world.ask(Kind.AUDIO) == {"outcome": "extract", "source": video("720p")[1]}
    assert world.files.stored(video("best")[0]) is None


def test_a_video_isnt_made_from_another(world: World) -> None:
    world.store(*video("720p"))
    assert world.ask(Kind.VIDEO) == {"outcome": "absent"}


def test_a_job_that_nobody_wants(world: World) -> None:
    world.store(*video("best"))
    assert world.ask(Kind.VIDEO, attempt=2) == {"outcome": "stale"}
    assert world.files.stored(ASKED) is None


def test_a_table_that_isnt_there(world: World) -> None:
    world.table.delete_table(TableName=TABLE)
    with pytest.raises(StateUnavailableError):
        world.ask(Kind.AUDIO)


@dataclass
class NoPaces:
    """Nobody waits."""

    def wait_s(self, _site: str, _job: str) -> float | None:
        return 0.0

    def refused(self, _site: str, _job: str) -> bool:
        return False


def test_two_links_to_one_page_store_one_object(world: World, site: MediaServer, tmp_path: Path, run: Run) -> None:
    """Both steps, for one who has the page's link and one whose link leads there: the second finds the first's file."""
    prober = Prober(lambda: Access(allowed=frozenset({site.target})), tmp_path, run=run)
    limits = Limits(max_bytes=10_000_000, large_bytes=10_000_000, max_duration_s=60)
    probe = Probe(world.jobs, NoPaces(), prober, limits)
    page_url = site.put("/page", video_page(site.url("video.mp4")))

    def steps(url: str, waiter_id: str) -> tuple[Page, dict[str, Any], str]:
        content = content_hash(identity_of(url), Wish(Kind.VIDEO))
        waiter = Waiter(waiter_id=waiter_id, bot_id=1, chat_id=2)
        joined = world.jobs.join(Request(content, url, "video", "best", waiter))
        assert isinstance(joined, Started)
        job = joined.job.model_dump(mode="json")
        probed = probe.run({"step": "probe", "job": job}, 60.0)
        assert probed["outcome"] == "accepted", probed
        found = world.find.run({"step": "find", "job": job, "page": probed["page"]}, 60.0)
        return Page.model_validate(probed["page"]), found, content

    first, found, content = steps(page_url, "1-5")
    assert (first.canonical_hash, found) == (content, {"outcome": "absent"})
    world.store(content, first.key)
    second, found, content = steps(site.redirect(page_url), "1-6")
    assert (second.key, found) == (first.key, {"outcome": "stored"})
    assert content != first.canonical_hash
    file = world.files.stored(content)
    assert file is not None
    assert file.key == first.key


def test_parameters(world: World) -> None:  # noqa: ARG001 - AWS in process
    ssm = boto3.client("ssm", "us-east-1")
    ssm.put_parameter(Name="/courier/cookies", Value="# Netscape", Type="SecureString")
    assert Parameters(ssm).secret("/courier/cookies") == "# Netscape"
    with pytest.raises(StateUnavailableError, match=r"^parameter /courier/proxy"):
        Parameters(ssm).secret("/courier/proxy")
