"""Policy: what of a page is downloaded, held against yt-dlp's own reading of a selector."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yt_dlp import YoutubeDL

from courier.download.errors import Failed, Failure
from courier.download.identity import Identity
from courier.download.kinds import QUALITIES, Kind, Wish
from courier.download.policy import Accepted, Limits, decide
from courier.download.probed import Format, Probed, probed_of

MB = 1_000_000
LIMITS = Limits(max_bytes=2_000 * MB, large_bytes=400 * MB, max_duration_s=3 * 3600)


def _picture(format_id: str, height: int, vcodec: str, megabytes: int, ext: str = "mp4") -> Format:
    size = megabytes * MB
    return Format(format_id, ext, height * 16 // 9, height, size, kbps=megabytes, vcodec=vcodec, acodec="none")


def _sound(format_id: str, acodec: str, kbps: float, *, ext: str = "m4a", language: int = -1) -> Format:
    return Format(
        format_id,
        ext,
        bytes=4 * MB,
        kbps=kbps,
        audio_kbps=kbps,
        vcodec="none",
        acodec=acodec,
        language_preference=language,
    )


STORYBOARD = Format("sb0", "mhtml", 160, 90, vcodec="none", acodec="none", protocol="mhtml")
AAC, OPUS = _sound("140", "mp4a.40.2", 129), _sound("251", "opus", 140, ext="webm")
SMALL = Format("18", "mp4", 640, 360, 20 * MB, kbps=400, audio_kbps=96, vcodec="avc1.42001E", acodec="mp4a.40.2")
H264 = tuple(_picture(str(height), height, "avc1.640028", height // 10) for height in (144, 240, 360, 480, 720, 1080))
VP9 = tuple(_picture(f"{height}v", height, "vp9", height // 12, "webm") for height in (360, 720, 1080, 1440, 2160))
YOUTUBE = (STORYBOARD, OPUS, AAC, SMALL, *VP9[:3], *H264, *VP9[3:])
VP9_ONLY = (OPUS, AAC, *VP9)
HLS = tuple(
    Format(
        f"hls-{kbps}", "mp4", height * 16 // 9, height, kbps=kbps, vcodec="avc1.64", acodec="mp4a.40.2", protocol="m3u8"
    )
    for kbps, height in ((500, 360), (1500, 720), (4000, 1080))
)
UPRIGHT = (AAC, *(replace(one, width=one.height, height=one.width) for one in H264))
DIRECT = (Format("0", "mp4", vcodec=None, acodec=None, bytes=7 * MB),)
DIRECT_SOUND = (Format("0", "mp3", acodec=None, vcodec=None, bytes=7 * MB),)
GIF = (Format("a", "mp4", 320, 180, 1 * MB, vcodec="avc1.42", acodec="none"),)
DUBBED = (_sound("140-1", "mp4a.40.2", 129, language=-1), _sound("139-0", "mp4a.40.5", 48, language=10), *H264)
PROTECTED = tuple(replace(one, has_drm=True) for one in HLS)
PARTS = (AAC, replace(H264[4], bytes=None, approximate_bytes=72 * MB))
TALL_ONLY = (AAC, H264[5], VP9[4])


def _page(formats: tuple[Format, ...], **changes: Any) -> Probed:
    return replace(Probed(Identity("site", "1"), "A title", 600.0, is_live=False, formats=formats), **changes)


def _video(quality: str) -> Wish:
    return Wish(Kind.VIDEO, quality)


AUDIO = Wish(Kind.AUDIO)


@pytest.mark.parametrize(
    ("formats", "wish", "chosen"),
    [
        (YOUTUBE, _video("best"), "1080+140"),
        (YOUTUBE, _video("1080p"), "1080+140"),
        (YOUTUBE, _video("720p"), "720+140"),
        (YOUTUBE, _video("480p"), "480+140"),
        (YOUTUBE, _video("360p"), "18"),
        (YOUTUBE, _video("worst"), "144+140"),
        (YOUTUBE, AUDIO, "251"),
        # Without H.264 the lines count, and nothing is left unfetched for its codec.
        (VP9_ONLY, _video("best"), "2160v+251"),
        (VP9_ONLY, _video("1080p"), "1080v+251"),
        (VP9_ONLY, _video("480p"), "360v+251"),
        # Fewer lines in H.264 don't win over what was wished for.
        ((OPUS, AAC, SMALL, *VP9), _video("1080p"), "1080v+251"),
        (HLS, _video("best"), "hls-4000"),
        (HLS, _video("720p"), "hls-1500"),
        (HLS, _video("480p"), "hls-500"),
        (HLS, AUDIO, "hls-500"),
        # An upright video of 1080x1920 is 1080p.
        (UPRIGHT, _video("1080p"), "1080+140"),
        (UPRIGHT, _video("480p"), "480+140"),
        # Nothing is that small: the nearest above.
        (TALL_ONLY, _video("360p"), "1080+140"),
        (DIRECT, _video("best"), "0"),
        (DIRECT, _video("360p"), "0"),
        (DIRECT, AUDIO, "0"),
        (DIRECT_SOUND, AUDIO, "0"),
        (GIF, _video("720p"), "a"),
        (DUBBED, _video("720p"), "720+139-0"),
        (DUBBED, AUDIO, "139-0"),
        (PARTS, _video("best"), "720+140"),
        ((*PROTECTED, SMALL), _video("best"), "18"),
    ],
)
def test_formats_are_chosen_by_wish_and_by_what_telegram_plays(
    formats: tuple[Format, ...], wish: Wish, chosen: str
) -> None:
    accepted = decide(_page(formats), wish, LIMITS)

    assert isinstance(accepted, Accepted)
    assert accepted.selector.startswith(f"{chosen}/")
    assert accepted.choice.selector == chosen


@pytest.mark.parametrize(
    ("formats", "wish", "size", "large"),
    [
        (YOUTUBE, _video("1080p"), 112 * MB, False),
        (YOUTUBE, AUDIO, 4 * MB, False),
        ((SMALL,), _video("best"), 20 * MB, False),
        (PARTS, _video("best"), 76 * MB, False),
        # 4000 kbit/s for ten minutes, as estimated.
        (HLS, _video("best"), 300 * MB, False),
        ((replace(SMALL, bytes=401 * MB),), _video("best"), 401 * MB, True),
        ((replace(SMALL, bytes=399 * MB),), _video("best"), 399 * MB, False),
        # An estimate may be short.
        ((replace(SMALL, bytes=None, approximate_bytes=399 * MB),), _video("best"), 399 * MB, True),
        ((replace(SMALL, bytes=None, kbps=None),), _video("best"), None, False),
    ],
)
def test_sizes_are_known_beforehand_where_anybody_knows(
    formats: tuple[Format, ...], wish: Wish, size: int | None, *, large: bool
) -> None:
    accepted = decide(_page(formats), wish, LIMITS)

    assert isinstance(accepted, Accepted)
    assert (accepted.expected_bytes, accepted.is_large) == (size, large)


@pytest.mark.parametrize(
    ("page", "wish", "failure"),
    [
        (_page(YOUTUBE, is_live=True), AUDIO, Failure.LIVE),
        (_page(YOUTUBE, duration_s=3 * 3600 + 1), _video("best"), Failure.TOO_LONG),
        (_page(YOUTUBE, age_limit=18), _video("best"), Failure.AGE),
        (_page(()), _video("best"), Failure.UNSUPPORTED),
        (_page((STORYBOARD,)), _video("best"), Failure.UNSUPPORTED),
        (_page(DIRECT_SOUND), _video("best"), Failure.UNSUPPORTED),
        (_page(GIF), AUDIO, Failure.UNSUPPORTED),
        (_page(PROTECTED), _video("best"), Failure.UNSUPPORTED),
        (_page((replace(SMALL, bytes=2_001 * MB),)), _video("best"), Failure.TOO_LARGE),
        # What is over before it is measured is told first.
        (_page(PROTECTED, is_live=True, duration_s=1e9, age_limit=18), _video("best"), Failure.LIVE),
    ],
)
def test_what_isnt_taken_is_refused_with_its_reason(page: Probed, wish: Wish, failure: Failure) -> None:
    refused = decide(page, wish, replace(LIMITS, max_age=16))

    assert isinstance(refused, Failed)
    assert refused.failure is failure


@pytest.mark.parametrize(
    "page", [_page(YOUTUBE, duration_s=3 * 3600), _page(YOUTUBE, duration_s=None), _page(YOUTUBE, age_limit=18)]
)
def test_at_a_limit_and_without_one_all_is_taken(page: Probed) -> None:
    assert isinstance(decide(page, AUDIO, LIMITS), Accepted)


@pytest.mark.parametrize(
    ("most", "chosen"), [(112, "1080+140"), (111, "1080v+251"), (93, "720+140"), (75, "720v+251"), (18, "144+140")]
)
def test_what_is_too_large_comes_smaller(most: int, chosen: str) -> None:
    accepted = decide(_page(YOUTUBE), _video("1080p"), replace(LIMITS, max_bytes=most * MB))

    assert isinstance(accepted, Accepted)
    assert accepted.choice.selector == chosen


def test_what_stays_too_large_says_how_large() -> None:
    assert decide(_page(YOUTUBE), _video("1080p"), replace(LIMITS, max_bytes=17 * MB)) == Failed(
        Failure.TOO_LARGE, "at least 18000000 bytes, of 17000000"
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


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wish", [Wish(kind, quality) for kind, all_ in QUALITIES.items() for quality in all_], ids=str)
def test_yt_dlp_reads_selectors_as_they_are_meant(name: str, wish: Wish) -> None:
    accepted = decide(_page(PAGES[name]), wish, LIMITS)
    if isinstance(accepted, Failed):
        pytest.skip("nothing to choose")

    assert _selected(accepted.selector, PAGES[name]) == accepted.choice.selector


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("wish", [Wish(kind, quality) for kind, all_ in QUALITIES.items() for quality in all_], ids=str)
def test_where_formats_have_new_names_something_like_them_is_taken(name: str, wish: Wish) -> None:
    accepted = decide(_page(PAGES[name]), wish, LIMITS)
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
    decision = decide(_page(tuple(offered)), AUDIO if is_audio else _video(quality), LIMITS)

    if isinstance(decision, Accepted):
        assert decision.expected_bytes is None or decision.expected_bytes <= LIMITS.max_bytes
        assert not any(part.has_drm for part in decision.choice.parts)
        assert any(part.has_audio if is_audio else part.has_video for part in decision.choice.parts)
        _ytdl().build_format_selector(decision.selector)
    else:
        assert decision.failure in {Failure.UNSUPPORTED, Failure.TOO_LARGE}


@pytest.mark.parametrize(
    ("info", "page"),
    [
        (
            {
                "id": "A",
                "extractor_key": "Youtube",
                "title": " T ",
                "duration": 61,
                "live_status": "not_live",
                "age_limit": 18,
                "uploader": "U",
                "thumbnails": [{"url": "https://a.example/1.jpg"}, {"id": "none"}],
                "formats": [
                    {
                        "format_id": "18",
                        "ext": "mp4",
                        "width": 640,
                        "height": 360,
                        "filesize": 9,
                        "filesize_approx": 8.5,
                    }
                    | {
                        "tbr": 400.5,
                        "abr": 96,
                        "vcodec": "avc1",
                        "acodec": "mp4a",
                        "protocol": "https",
                        "has_drm": "maybe",
                    }
                    | {"language_preference": 0}
                ],
            },
            Probed(
                Identity("youtube", "A"),
                "T",
                61.0,
                is_live=False,
                formats=(
                    Format("18", "mp4", 640, 360, 9, 8, 400.5, 96.0, "avc1", "mp4a", "https", language_preference=0),
                ),
                thumbnails=("https://a.example/1.jpg",),
                age_limit=18,
                performer="U",
            ),
        ),
        (
            {"id": "a", "extractor_key": "Generic", "url": "https://a.example/a.mp4", "ext": "mp4", "format_id": "0"},
            Probed(Identity("generic", "a"), "Untitled", None, is_live=False, formats=(Format("0"),)),
        ),
        ({"is_live": True}, Probed(Identity("generic", ""), "Untitled", None, is_live=True, formats=())),
        ({"live_status": "is_upcoming"}, Probed(Identity("generic", ""), "Untitled", None, is_live=True, formats=())),
        ({"live_status": "post_live"}, Probed(Identity("generic", ""), "Untitled", None, is_live=True, formats=())),
        ({"live_status": "was_live"}, Probed(Identity("generic", ""), "Untitled", None, is_live=False, formats=())),
    ],
)
def test_what_a_probe_found_is_read(info: dict[str, Any], page: Probed) -> None:
    assert probed_of(info) == page
