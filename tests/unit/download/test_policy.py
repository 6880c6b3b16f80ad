"""Policy: what of a page is downloaded, and what is refused."""

from dataclasses import replace

import pytest

from courier.download.errors import Failed, Failure
from courier.download.kinds import Wish
from courier.download.policy import Accepted, decide
from courier.download.probed import Format, Probed
from tests.unit.download.formats import (
    AAC,
    AUDIO,
    DIRECT,
    DIRECT_SOUND,
    DUBBED,
    GIF,
    HLS,
    LIMITS,
    MB,
    OPUS,
    PARTS,
    PROTECTED,
    SMALL,
    STORYBOARD,
    TALL_ONLY,
    UPRIGHT,
    VP9,
    VP9_ONLY,
    YOUTUBE,
    page_with,
    video,
)


@pytest.mark.parametrize(
    ("formats", "wish", "chosen"),
    [
        (YOUTUBE, video("best"), "1080+140"),
        (YOUTUBE, video("1080p"), "1080+140"),
        (YOUTUBE, video("720p"), "720+140"),
        (YOUTUBE, video("480p"), "480+140"),
        (YOUTUBE, video("360p"), "18"),
        (YOUTUBE, video("worst"), "144+140"),
        (YOUTUBE, AUDIO, "251"),
        # Without H.264 the lines count, and nothing is left unfetched for its codec.
        (VP9_ONLY, video("best"), "2160v+251"),
        (VP9_ONLY, video("1080p"), "1080v+251"),
        (VP9_ONLY, video("480p"), "360v+251"),
        # Fewer lines in H.264 don't win over what was wished for.
        ((OPUS, AAC, SMALL, *VP9), video("1080p"), "1080v+251"),
        (HLS, video("best"), "hls-4000"),
        (HLS, video("720p"), "hls-1500"),
        (HLS, video("480p"), "hls-500"),
        (HLS, AUDIO, "hls-500"),
        # An upright video of 1080x1920 is 1080p.
        (UPRIGHT, video("1080p"), "1080+140"),
        (UPRIGHT, video("480p"), "480+140"),
        # Nothing is that small: the nearest above.
        (TALL_ONLY, video("360p"), "1080+140"),
        (DIRECT, video("best"), "0"),
        (DIRECT, video("360p"), "0"),
        (DIRECT, AUDIO, "0"),
        (DIRECT_SOUND, AUDIO, "0"),
        (GIF, video("720p"), "a"),
        (DUBBED, video("720p"), "720+139-0"),
        (DUBBED, AUDIO, "139-0"),
        (PARTS, video("best"), "720+140"),
        ((*PROTECTED, SMALL), video("best"), "18"),
    ],
)
def test_formats_are_chosen_by_wish_and_by_what_telegram_plays(
    formats: tuple[Format, ...], wish: Wish, chosen: str
) -> None:
    accepted = decide(page_with(formats), wish, LIMITS)

    assert isinstance(accepted, Accepted)
    assert accepted.selector.startswith(f"{chosen}/")
    assert accepted.choice.selector == chosen


@pytest.mark.parametrize(
    ("formats", "wish", "size", "large"),
    [
        (YOUTUBE, video("1080p"), 112 * MB, False),
        (YOUTUBE, AUDIO, 4 * MB, False),
        ((SMALL,), video("best"), 20 * MB, False),
        (PARTS, video("best"), 76 * MB, False),
        # 4000 kbit/s for ten minutes, as estimated.
        (HLS, video("best"), 300 * MB, False),
        ((replace(SMALL, bytes=401 * MB),), video("best"), 401 * MB, True),
        ((replace(SMALL, bytes=399 * MB),), video("best"), 399 * MB, False),
        # An estimate may be short.
        ((replace(SMALL, bytes=None, approximate_bytes=399 * MB),), video("best"), 399 * MB, True),
        ((replace(SMALL, bytes=None, kbps=None),), video("best"), None, False),
    ],
)
def test_sizes_are_known_beforehand_where_anybody_knows(
    formats: tuple[Format, ...], wish: Wish, size: int | None, *, large: bool
) -> None:
    accepted = decide(page_with(formats), wish, LIMITS)

    assert isinstance(accepted, Accepted)
    assert (accepted.expected_bytes, accepted.is_large) == (size, large)


@pytest.mark.parametrize(
    ("page", "wish", "failure"),
    [
        (page_with(YOUTUBE, is_live=True), AUDIO, Failure.LIVE),
        (page_with(YOUTUBE, duration_s=3 * 3600 + 1), video("best"), Failure.TOO_LONG),
        (page_with(YOUTUBE, age_limit=18), video("best"), Failure.AGE),
        (page_with(()), video("best"), Failure.UNSUPPORTED),
        (page_with((STORYBOARD,)), video("best"), Failure.UNSUPPORTED),
        (page_with(DIRECT_SOUND), video("best"), Failure.UNSUPPORTED),
        (page_with(GIF), AUDIO, Failure.UNSUPPORTED),
        (page_with(PROTECTED), video("best"), Failure.UNSUPPORTED),
        (page_with((replace(SMALL, bytes=2_001 * MB),)), video("best"), Failure.TOO_LARGE),
        # What is over before it is measured is told first.
        (page_with(PROTECTED, is_live=True, duration_s=1e9, age_limit=18), video("best"), Failure.LIVE),
    ],
)
def test_what_isnt_taken_is_refused_with_its_reason(page: Probed, wish: Wish, failure: Failure) -> None:
    refused = decide(page, wish, replace(LIMITS, max_age=16))

    assert isinstance(refused, Failed)
    assert refused.failure is failure


@pytest.mark.parametrize(
    "page",
    [page_with(YOUTUBE, duration_s=3 * 3600), page_with(YOUTUBE, duration_s=None), page_with(YOUTUBE, age_limit=18)],
)
def test_at_a_limit_and_without_one_all_is_taken(page: Probed) -> None:
    assert isinstance(decide(page, AUDIO, LIMITS), Accepted)


@pytest.mark.parametrize(
    ("most", "chosen"), [(112, "1080+140"), (111, "1080v+251"), (93, "720+140"), (75, "720v+251"), (18, "144+140")]
)
def test_what_is_too_large_comes_smaller(most: int, chosen: str) -> None:
    accepted = decide(page_with(YOUTUBE), video("1080p"), replace(LIMITS, max_bytes=most * MB))

    assert isinstance(accepted, Accepted)
    assert accepted.choice.selector == chosen


def test_what_stays_too_large_says_how_large() -> None:
    assert decide(page_with(YOUTUBE), video("1080p"), replace(LIMITS, max_bytes=17 * MB)) == Failed(
        Failure.TOO_LARGE, "at least 18000000 bytes, of 17000000"
    )
