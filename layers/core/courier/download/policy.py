"""What of a page is downloaded, if anything: known before the download, from what a probe has found."""

from dataclasses import dataclass

from courier.download.choosing import Choice, choices, fallback
from courier.download.errors import Failed, Failure
from courier.download.kinds import Wish
from courier.download.probed import Probed

#: A download that will be about as large as estimated: bit rates are averages, and manifests say peaks.
_MARGIN = 1.1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stack takes.

    Attributes:
        max_bytes: The largest file.
        large_bytes: What is larger goes through `transfer`: one function hasn't the time or the disk for it.
        max_duration_s: Seconds that a video or a song may play.
        max_age: Pages for people older than this aren't taken; None: all are.
    """

    max_bytes: int
    large_bytes: int
    max_duration_s: float
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A page that may be downloaded.

    Attributes:
        selector: For yt-dlp's option `format`: what was chosen, and else what is most like it.
        choice: The formats behind it.
        expected_bytes: What will be downloaded; None where nobody knows, so that the limit is enforced on the way.
        is_large: Whether it is for `transfer`.
    """

    selector: str
    choice: Choice
    expected_bytes: int | None
    is_large: bool


def decide(probe: Probed, wish: Wish, limits: Limits) -> Accepted | Failed:
    """Whether a page may be downloaded, and which of its formats.

    What is too large as wished comes smaller, if it comes at all: a video in fewer lines is better than an apology.

    >>> from courier.download.identity import Identity
    >>> from courier.download.kinds import Kind
    >>> from courier.download.probed import Format
    >>> page = Probed(Identity("x", "1"), "A", 60.0, is_live=False, formats=(Format("18", "mp4", height=360, bytes=9),))
    >>> decide(page, Wish(Kind.VIDEO, "720p"), Limits(max_bytes=50, large_bytes=20, max_duration_s=600)).expected_bytes
    9
    """
    if (failed := _refused(probe, limits)) is not None:
        return failed
    ranked = choices(probe.formats, wish)
    if not ranked:
        drm = " but protected ones" if any(one.has_drm for one in probe.formats) else ""
        return Failed(Failure.UNSUPPORTED, f"no {wish.kind} among {len(probe.formats)} formats{drm}")
    sizes = [choice.size(probe.duration_s) for choice in ranked]
    fitting = next((i for i, size in enumerate(sizes) if size is None or size <= limits.max_bytes), None)
    if fitting is None:
        known = [size for size in sizes if size is not None]
        return Failed(Failure.TOO_LARGE, f"at least {min(known)} bytes, of {limits.max_bytes}")
    choice, size = ranked[fitting], sizes[fitting]
    is_large = size is not None and size * (1 if choice.is_exact else _MARGIN) > limits.large_bytes
    return Accepted(f"{choice.selector}/{fallback(wish, choice)}", choice, size, is_large)


def _refused(probe: Probed, limits: Limits) -> Failed | None:
    if probe.is_live:
        return Failed(Failure.LIVE, "live, or not yet")
    if probe.duration_s is not None and probe.duration_s > limits.max_duration_s:
        return Failed(Failure.TOO_LONG, f"{probe.duration_s:.0f} s, of {limits.max_duration_s:.0f}")
    if limits.max_age is not None and probe.age_limit > limits.max_age:
        return Failed(Failure.AGE, f"from {probe.age_limit} on")
    return None
