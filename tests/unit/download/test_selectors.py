"""Selectors, held against yt-dlp's own reading of them, and policy on whatever a page may offer."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yt_dlp import YoutubeDL

from courier.download.errors import Failed, Failure
from courier.download.kinds import QUALITIES, Kind, Wish
from courier.download.policy import Accepted, decide
from courier.download.probed import Format
from tests.unit.download.formats import (
    AUDIO,
    DIRECT,
    DUBBED,
    GIF,
    HLS,
    LIMITS,
    MB,
    UPRIGHT,
    VP9_ONLY,
    YOUTUBE,
    page_with,
    video,
)


def _raw(formats: tuple[Format, ...]) -> Iterator[dict[str, Any]]:
    """As yt-dlp has them when it chooses."""
    for one in formats:
        if not one.has_drm:
            size = {
                "filesize": one.bytes,
                "filesize_approx": one.approximate_bytes,
                "tbr": one.kbps,
                "abr": one.audio_kbps,
            }
            # Where nobody knows of a codec there is no key.
            codecs = {name: codec for name in ("vcodec", "acodec") if (codec := getattr(one, name)) is not None}
            yield (
                {name: value for name, value in asdict(one).items() if name not in {"vcodec", "acodec"}}
                | size
                | codecs
                | {"url": f"https://a.example/{one.format_id}"}
            )


@cache
def _ytdl() -> YoutubeDL:
    return YoutubeDL({"quiet": True})


def _selected(selector: str, formats: tuple[Format, ...]) -> str | None:
    """The formats that yt-dlp takes, offline."""
    raw = list(_raw(formats))
    select = _ytdl().build_format_selector(selector)
    found = list(select({"formats": raw, "incomplete_formats": {}, "has_merged_format": True}))
    return str(found[0]["format_id"]) if found else None


PAGES = {
    "youtube": YOUTUBE,
    "vp9": VP9_ONLY,
    "hls": HLS,
    "upright": UPRIGHT,
    "direct": DIRECT,
    "gif": GIF,
    "dubbed": DUBBED,
}
WISHES = [Wish(Kind(kind), quality) for kind, all_ in QUALITIES.items() for quality in all_]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_yt_dlp_reads_selectors_as_they_are_meant(name: str, wish: Wish) -> None:
    accepted = decide(page_with(PAGES[name]), wish, LIMITS)
    if isinstance(accepted, Failed):
        pytest.skip("nothing to choose")

    assert _selected(accepted.selector, PAGES[name]) == accepted.choice.selector


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_where_formats_have_new_names_something_like_them_is_taken(name: str, wish: Wish) -> None:
    accepted = decide(page_with(PAGES[name]), wish, LIMITS)
    if isinstance(accepted, Failed):
        pytest.skip("nothing to choose")
    renamed = tuple(replace(one, format_id=f"new{one.format_id}") for one in PAGES[name])
    found = (_selected(accepted.selector, renamed) or "").split("+")
    by_id = {one.format_id: one for one in renamed}

    assert all(part in by_id for part in found)
    assert max(by_id[part].lines or 0 for part in found) <= (accepted.choice.lines or 0) or wish.kind is Kind.AUDIO
    assert any(by_id[part].has_audio for part in found) or name == "gif"


_FORMATS = st.builds(
    Format,
    format_id=st.sampled_from("abcdefgh"),
    ext=st.sampled_from(["mp4", "webm", "m4a", "mp3", "mhtml", ""]),
    width=st.none() | st.integers(1, 4000),
    height=st.none() | st.integers(1, 4000),
    bytes=st.none() | st.integers(1, 4_000 * MB),
    kbps=st.none() | st.floats(1, 90_000),
    vcodec=st.sampled_from([None, "none", "avc1.64", "vp9"]),
    acodec=st.sampled_from([None, "none", "mp4a.40.2", "opus"]),
    has_drm=st.booleans(),
)


@given(st.lists(_FORMATS, max_size=8), st.sampled_from(QUALITIES[Kind.VIDEO]), st.booleans())
def test_whatever_a_page_offers_is_within_limits_or_refused(
    offered: list[Format], quality: str, is_audio: bool
) -> None:
    decision = decide(page_with(tuple(offered)), AUDIO if is_audio else video(quality), LIMITS)

    if isinstance(decision, Accepted):
        assert decision.expected_bytes is None or decision.expected_bytes <= LIMITS.max_bytes
        assert not any(part.has_drm for part in decision.choice.parts)
        assert any(part.has_audio if is_audio else part.has_video for part in decision.choice.parts)
        _ytdl().build_format_selector(decision.selector)
    else:
        assert decision.failure in {Failure.UNSUPPORTED, Failure.TOO_LARGE}
