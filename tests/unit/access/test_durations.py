"""Durations: what people write, and what they are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.access.durations import MAX_S, seconds_of, spoken

MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30d", 30 * DAY),
        ("1h30m", HOUR + 30 * MINUTE),
        ("2w", 2 * WEEK),
        ("45m", 45 * MINUTE),
        ("90s", 90),
        ("1w2d3h4m5s", WEEK + 2 * DAY + 3 * HOUR + 4 * MINUTE + 5),
        ("1H30M", HOUR + 30 * MINUTE),
        ("100h", 100 * HOUR),
        ("007d", 7 * DAY),
        ("0d1s", 1),
        ("3650d", MAX_S),
    ],
)
def test_what_is_a_duration(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "d", "30", "-1d", "+1d", "1.5h", "1d ", " 1d", "1 d", "1d 2h", "1y", "1mo", "30m1h", "1d1d", "d30"),
        *("soon", "@name", "1d\n", "\u0661d", "1\u0434", "1e3s", "0x1d", "1d,2h", "💣", "½h"),
        *("0s", "0w0d0h0m0s", "3651d", "3650d1s", "9" * 9 + "w", "9" * 10 + "s", "9" * 5000 + "d"),
    ],
)
def test_what_is_none(text: str) -> None:
    assert seconds_of(text) is None


@given(st.text(alphabet="0123456789wdhmsWDHMS .-", max_size=30))
def test_whatever_is_written_gives_a_bounded_time_or_none(text: str) -> None:
    found = seconds_of(text)

    assert found is None or 0 < found <= MAX_S


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (30 * DAY, "30 days"),
        (HOUR + 30 * MINUTE, "1 hour 30 minutes"),
        (DAY + HOUR + MINUTE, "1 day 1 hour 1 minute"),
        (2 * WEEK, "14 days"),
        (61, "1 minute 1 second"),
        (HOUR - 1, "59 minutes 59 seconds"),
        (HOUR + 1, "1 hour 1 minute"),
        (DAY - 1, "1 day"),
        (MAX_S, "3650 days"),
        (0.2, "1 second"),
        (0, "0 seconds"),
        (-5, "0 seconds"),
    ],
)
def test_what_is_said(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


@given(st.integers(1, MAX_S))
def test_what_is_said_can_be_written_and_is_never_too_short(seconds: int) -> None:
    written = "".join(f"{word[0]}" if word.isalpha() else word for word in spoken(seconds).split())

    said = seconds_of(written)

    assert said is not None or spoken(seconds) == spoken(MAX_S + 1)
    assert said is None or 0 <= said - seconds < MINUTE
    assert seconds >= HOUR or said == seconds
