"""What stops a download on its way, and what is told of it."""

from typing import Any

import pytest

from courier.download.making.bounds import Bounds, EndedError

BLOCK = {"filename": "got.mp4", "info_dict": {"format_id": "1"}}


class Clock:
    """Moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def bounds(clock: Clock | None = None, notes: list[Any] | None = None, **wishes: Any) -> Bounds:
    known = {"max_bytes": 1000, "room_bytes": 500, "max_duration_s": 60.0, "ends_at": 400.0, "expected_bytes": None}
    note = (notes if notes is not None else []).append
    return Bounds(**{**known, "note": note, "clock": clock or Clock(), **wishes})


def outcome(call: Any, *arguments: Any, **options: Any) -> dict[str, Any] | None:
    try:
        call(*arguments, **options)
    except EndedError as ended:
        return ended.outcome
    return None


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"duration": 60}, None),
        ({"duration": 61}, "too_long"),
        ({"is_live": True}, "live"),
        ({"live_status": "is_upcoming"}, "live"),
        ({"filesize": 500}, None),
        ({"filesize": 501}, "size"),
        ({"filesize": 1001}, "too_large"),
        ({"requested_formats": [{"filesize": 400}, {"filesize": 101}]}, "size"),
        ({"requested_formats": [{"filesize": 400}, {}]}, None),
    ],
)
def test_what_the_site_says_now(info: dict[str, Any], expected: str | None) -> None:
    found = outcome(bounds().page, {"id": "A", "title": "T", **info})
    assert (found and (found.get("failure") or found.get("reason"))) == expected


def test_what_isnt_looked_at_yet() -> None:
    """yt-dlp asks before it knows all, too."""
    assert outcome(bounds().page, {"is_live": True}, incomplete=True) is None


def test_parts_count_together() -> None:
    found = bounds()
    assert outcome(found.progress, BLOCK | {"downloaded_bytes": 400}) is None
    assert outcome(found.progress, BLOCK | {"downloaded_bytes": 450}) is None
    other = {"filename": "got.m4a", "info_dict": {"format_id": "2"}, "downloaded_bytes": 51}
    assert outcome(found.progress, other) == {"outcome": "transfer", "reason": "size"}


def test_where_there_is_room_for_all_that_is_taken() -> None:
    found = outcome(bounds(room_bytes=2000).progress, BLOCK | {"downloaded_bytes": 1001})
    assert found == {"outcome": "failed", "failure": "too_large", "detail": "1001 bytes, of 1000"}


def test_the_end_of_its_time() -> None:
    clock = Clock()
    found = bounds(clock)
    clock.now = 399.9
    assert outcome(found.progress, BLOCK | {"downloaded_bytes": 1}) is None
    clock.now = 400.0
    assert outcome(found.progress, BLOCK | {"downloaded_bytes": 2}) == {"outcome": "transfer", "reason": "time"}


@pytest.mark.parametrize(
    ("now", "there", "is_hopeless"),
    [
        (159.0, 1, False),  # the first minute says nothing
        (160.0, 1, True),  # 499 more would take 29,940 s of the 240 that are left
        (160.0, 40, False),  # 690 s: it may get quicker
        (160.0, 36, True),  # 773 s
    ],
)
def test_what_is_hopeless_is_given_up_early(now: float, there: int, is_hopeless: bool) -> None:
    clock = Clock()
    found = bounds(clock, expected_bytes=500)
    clock.now = now
    ended = outcome(found.progress, BLOCK | {"downloaded_bytes": there})
    assert ended == ({"outcome": "transfer", "reason": "time"} if is_hopeless else None)


@pytest.mark.parametrize(
    ("expected_bytes", "status", "fraction"),
    [
        (400, {"downloaded_bytes": 100, "total_bytes": 200}, 0.25),
        (None, {"downloaded_bytes": 100, "total_bytes": 200}, 0.5),
        (None, {"downloaded_bytes": 100, "total_bytes_estimate": 400.0}, 0.25),
        (50, {"downloaded_bytes": 100}, 1.0),
        (None, {"downloaded_bytes": 100}, None),
    ],
)
def test_how_far_it_is(expected_bytes: int | None, status: dict[str, Any], fraction: float | None) -> None:
    notes: list[Any] = []
    bounds(notes=notes, expected_bytes=expected_bytes).progress(BLOCK | status)
    assert notes == [{"stage": "Downloading", "fraction": fraction}]


def test_notes_come_once_a_second() -> None:
    clock, notes = Clock(), list[Any]()
    found = bounds(clock, notes)
    for now in (100.0, 100.5, 101.0, 101.9, 102.0):
        clock.now = now
        found.progress(BLOCK | {"downloaded_bytes": 1})
    assert len(notes) == 3
