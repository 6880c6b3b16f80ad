"""Objects are put once, and say of themselves what can be read again."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from courier.download.storing import METADATA_BYTES, TEXT_BYTES, ObjectStore, encoded, sha256_of
from courier.errors import StateUnavailableError
from tests.functional.download.making.bench import BUCKET, Bench


@pytest.fixture
def store(bench: Bench) -> ObjectStore:
    return ObjectStore(bench.s3, BUCKET)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"first")
    return path


def test_the_first_stays(bench: Bench, store: ObjectStore, file: Path) -> None:
    assert store.put(file, sha256_of(file), "video/a.mp4", "video/mp4", {"title": "one"})
    file.write_bytes(b"second")
    assert not store.put(file, sha256_of(file), "video/a.mp4", "video/mp4", {"title": "two"})
    assert bench.body("video/a.mp4") == b"first"
    assert store.has("video/a.mp4")
    assert store.described("video/a.mp4") == {"title": "one", "bytes": "5"}


def test_copied_back(store: ObjectStore, file: Path, tmp_path: Path) -> None:
    store.put(file, sha256_of(file), "video/a.mp4", "video/mp4", {})
    assert store.get("video/a.mp4", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"first"


def test_what_is_not_there(store: ObjectStore, tmp_path: Path) -> None:
    assert store.described("video/a.mp4") is None
    assert not store.has("video/a.mp4")
    assert not store.get("video/a.mp4", tmp_path / "copy")


@pytest.mark.parametrize("title", ["Größe: 100 %", "видео 🎬", "a\nb\x00c", "%C3%B6", " "])
def test_any_title(store: ObjectStore, file: Path, title: str) -> None:
    store.put(file, sha256_of(file), "video/a.mp4", "video/mp4", {"title": title})
    assert (store.described("video/a.mp4") or {}).get("title", "") == title.strip(" ")


def test_long_texts_fit_and_can_be_read() -> None:
    names = ("original-url", "normalised-url", "title", "performer", "correlation-id")
    texts = encoded(dict.fromkeys(names, "ö" * 5000) | {"sha256": "0" * 64, "time": "2026-11-21T15:00:00+00:00"})
    assert texts["title"] == "%C3%B6" * (TEXT_BYTES // 6)
    assert sum(len(name) + len(text) for name, text in texts.items()) < METADATA_BYTES - 100


class Client:
    """Raises by turns, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def put_object(self, **_: Any) -> None:
        if self.errors:
            raise self.errors.pop(0)


def said(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "PutObject")


def test_another_puts_it_at_the_same_moment(file: Path) -> None:
    conflict = said("ConditionalRequestConflict")
    client: Any = Client(conflict, said("PreconditionFailed"))
    assert not ObjectStore(client, "b").put(file, sha256_of(file), "k", "t", {})
    client = Client(conflict, conflict)
    assert ObjectStore(client, "b").put(file, sha256_of(file), "k", "t", {})


@pytest.mark.parametrize(
    "errors",
    [[said("AccessDenied")], [EndpointConnectionError(endpoint_url="x")], [said("ConditionalRequestConflict")] * 3],
)
def test_a_store_that_cant_be_reached(file: Path, errors: list[Exception]) -> None:
    client: Any = Client(*errors)
    with pytest.raises(StateUnavailableError, match="bucket b"):
        ObjectStore(client, "b").put(file, sha256_of(file), "k", "t", {})


def test_a_bucket_that_doesnt_answer(aws: Any) -> None:
    with pytest.raises(StateUnavailableError, match="bucket media"):
        ObjectStore(aws.client("s3", endpoint_url="http://127.0.0.1:1"), "media").has("x")
