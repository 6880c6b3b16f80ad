"""Why a download failed, as classes that a user understands; the only place that reads yt-dlp's words.

A failure is an outcome: it is a value that the state machine chooses by, and nothing raises it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """What went wrong, for the one who asked.

    Attributes:
        UNSUPPORTED: Nothing that we could take, also where a site changed and yt-dlp lost its way.
        PRIVATE: For some people only: friends, members, buyers.
        BLOCKED: The site serves no data centres, or nobody without a login.
        FORBIDDEN_ADDRESS: A hop led to an address of ours.
        TEMPORARY: It may work later; the one kind that is worth a retry.
    """

    UNSUPPORTED = "unsupported"
    PRIVATE = "private"
    GONE = "gone"
    AGE = "age"
    REGION = "region"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    LIVE = "live"
    BLOCKED = "blocked"
    FORBIDDEN_ADDRESS = "forbidden_address"
    TEMPORARY = "temporary"
    CANCELLED = "cancelled"
    BAD_URL = "bad_url"


#: What a user reads.
WORDS = {
    Failure.UNSUPPORTED: "I couldn't find a video or a sound at this link that I can download.",
    Failure.PRIVATE: "This is private or for members only, so I can't get it. Ask its owner for a public link.",
    Failure.GONE: "There is nothing at this link (any more). Please check that it is complete and still works.",
    Failure.AGE: "The site shows this only to people who have confirmed their age, so I can't get it.",
    Failure.REGION: "The site doesn't show this in the country where I work. Maybe somebody else uploaded it too.",
    Failure.TOO_LARGE: "This file is too large for me. Try a lower quality, or only its sound.",
    Failure.TOO_LONG: "This is too long for me. Try a shorter one.",
    Failure.LIVE: "This is a live stream or hasn't started yet. Send me the link again when its recording is there.",
    Failure.BLOCKED: "This site refuses data centres like mine, or wants a login. Try another that has it.",
    Failure.FORBIDDEN_ADDRESS: "This link leads to a place where I may not go. Please send me a public one.",
    Failure.TEMPORARY: "The site doesn't answer well right now. Please try again in a few minutes.",
    Failure.CANCELLED: "The download was cancelled.",
    Failure.BAD_URL: "This doesn't look like a link. Send me one that starts with https://, please.",
}
#: Characters of a failure's detail: some messages hold whole answers.
_DETAIL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Failed:
    """A download that came to nothing.

    Attributes:
        detail: For logs, never for users; they read `WORDS[failure]`.
    """

    failure: Failure
    detail: str = ""


#: By the class of an error or a base, also where only its name came out of another process. None: its words say it.
TYPES: dict[str, Failure | None] = {
    "ForbiddenAddressError": Failure.FORBIDDEN_ADDRESS,
    "ForbiddenProgramError": Failure.UNSUPPORTED,
    "BadUrlError": Failure.BAD_URL,
    "JobStoppedError": Failure.CANCELLED,
    "JobTimeoutError": Failure.TEMPORARY,
    "JobCrashedError": Failure.TEMPORARY,
    "GeoRestrictedError": Failure.REGION,
    "UnsupportedError": Failure.UNSUPPORTED,
    "UserNotLive": Failure.LIVE,
    "ContentTooShortError": Failure.TEMPORARY,
    "IncompleteRead": Failure.TEMPORARY,
    "ProxyError": Failure.TEMPORARY,
    "ThrottledDownload": Failure.TEMPORARY,
    "DownloadCancelled": Failure.CANCELLED,
    **dict.fromkeys(("EntryNotInPlaylist", "XAttrMetadataError", "XAttrUnavailableError"), Failure.UNSUPPORTED),
    **dict.fromkeys(("NoSupportingHandlers", "UnsupportedRequest", "PostProcessingError"), Failure.UNSUPPORTED),
    **dict.fromkeys(("YoutubeDLError", "DownloadError", "ExtractorError", "RegexNotFoundError", "ReExtractInfo")),
    **dict.fromkeys(("RequestError", "TransportError", "SSLError", "CertificateVerifyError", "HTTPError")),
    **dict.fromkeys(("UnavailableVideoError", "SameFileError", "CookieLoadError", "PluginPathError")),
}
_REGION = (
    r"geo[- ]?(?:restrict|block)|\bin (?:your|this|the) (?:country|region|location)|from your location"
    r"|available in (?:\w+ ){1,2}only|only (?:available|licensed) (?:to users )?in (?!HD)\w"
    r"|russian government|HTTP ?Error 451|unavailable for legal reasons"
)
_AGE = (
    r"confirm your age|age[- ](?:restrict|verif|gate)|inappropriate for some|adult verification|\bNSF[WL]"
    r"|users older than|age verified|sensitive content|adult content|only available (?:for .*)?after 2\d"
)
_LIVE = (
    r"not (?:yet )?started|will (?:begin|start) (?:at|in)|premieres? (?:in|will)|scheduled (?:for|to)"
    r"|not (?:currently )?live\b|live ?(?:stream|event|broadcast)?s? (?:has|was|have) ended|event has ended"
    r"|(?:stream(?:er)?|model|user|radio|channel) is (?:currently )?offline|will be available after"
    r"|not available yet|live stream recording|livestream is not available|live (?:dash|hls) |not downloadable yet"
    r"|is in (?:a )?private show"
)
_REFUSED = (
    r"not a bot|suspected as a bot|captcha|requests automated|\bIP\b.*\bblock|\bIP\b.*unable to access"
    r"|impersonat|TLS fingerprint|cloudflare|(?:blocked|rejected) by server|session has been rate-limited"
    r"|exceeded the rate-limit for accessing posts anonymously|content isn.t available, try again later|fresh cookies"
)
_PRIVATE = (
    r"\bprivate\b|password|passcode|members?[- ]only|join this channel|subscri|premium|purchase|\bpaid\b"
    r"|payment|supporter|protected tweet|not authorized|permission|\bVIP\b|follow this account|for members|\brent"
    r"|have (?:access|tickets)|friends|HTTP ?Error 401|\blocked\b|not free\b|participating TV providers"
)
_TEMPORARY = (
    r"HTTP ?Error (?:408|425|429|5\d\d)|timed? ?out|connection (?:refused|reset|aborted|broken)"
    r"|remote end closed|temporar|try again later|rate[- ]limit|network error|network is unreachable"
    r"|no route to host|bytes read|\bSSL\b|certificate|content too short|incomplete data|expected \d+ bytes"
    r"|fragment .*not found|empty file|giving up|server-side|processing|file is empty|did not get any data"
    r"|no space left|proxy|exit status"
)
_GONE = (
    r"HTTP ?Error (?:404|410)|removed|deleted|no longer (?:available|exists)|terminated|does(?: not|n.t) exist"
    r"|(?:video|media|clip|content|track|song|channel|page|post|stream|tweet|space) not found|expired|copyright"
    r"|(?:is|are|video|currently) unavailable|(?:not|isn.t) available|closed (?:their|his) account|taken down"
    r"|name or service not known|no address associated|failed to resolve|suspended"
)
_LOGIN = r"registered users|log(?:ged)?[ -]?in\b|sign[ -]?in\b|login|account|authenticat|cookies"
#: yt-dlp's own sentences and those that it quotes. The first that matches decides: what says more stands first.
_SENTENCES = (
    (Failure.FORBIDDEN_ADDRESS, r"forbidden address:"),
    (Failure.UNSUPPORTED, r"forbidden program:|requested format is not available|no video formats|unsupported url"),
    (Failure.CANCELLED, r"interrupted by user|download cancelled"),
    (Failure.TOO_LARGE, r"larger than max-filesize|file is too (?:large|big)"),
    (Failure.REGION, _REGION),
    (Failure.AGE, _AGE),
    (Failure.LIVE, _LIVE),
    (Failure.BLOCKED, _REFUSED),
    (Failure.PRIVATE, _PRIVATE),
    (Failure.TEMPORARY, _TEMPORARY),
    (Failure.BLOCKED, r"HTTP ?Error 403|access .*(?:denied|forbidden)"),
    (Failure.GONE, _GONE),
    (Failure.BLOCKED, _LOGIN),
)
_PATTERNS = tuple((failure, re.compile(pattern, re.IGNORECASE)) for failure, pattern in _SENTENCES)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
#: What yt-dlp puts before and after a message, addresses, which somebody else wrote, and options that it advises.
_FOREIGN = re.compile(
    r"^(?:ERROR: )?(?:\[[\w:.+-]+\] )?(?:[^\s:]+: )?|https?://\S+|; please report this issue.*|(?<!\S)--[\w-]+",
    re.DOTALL,
)


def failure_of(error: BaseException | str) -> Failed:
    """What an error means.

    Words of yt-dlp that nobody knows are `UNSUPPORTED`: it has retried what it takes for the network's fault itself,
    and what it can't read now it won't read in a minute. Any other unknown error is one of ours, and `TEMPORARY`.

    >>> failure_of("ERROR: [youtube] dQw4w9WgXcQ: Sign in to confirm you're not a bot. Use --cookies").failure
    <Failure.BLOCKED: 'blocked'>
    """
    text = error if isinstance(error, str) else str(error)
    detail = _COLOUR.sub("", text)[:_DETAIL_LENGTH]
    if isinstance(error, str):
        return Failed(_of_words(text) or Failure.UNSUPPORTED, detail)
    detail = f"{type(error).__name__}: {detail}"
    if getattr(error, "is_forbidden", False):
        return Failed(Failure.FORBIDDEN_ADDRESS, detail)
    names = [name for one in _chain(error) for name in _names(one)]
    known = next(filter(None, (TYPES.get(name) for name in names)), None)
    if "ForbiddenAddressError" in names:
        known = Failure.FORBIDDEN_ADDRESS
    unknown = Failure.UNSUPPORTED if any(name in TYPES for name in names) else Failure.TEMPORARY
    return Failed(known or _of_words(text) or unknown, detail)


def _of_words(text: str) -> Failure | None:
    words = _FOREIGN.sub("", _COLOUR.sub("", text))
    return next((failure for failure, pattern in _PATTERNS if pattern.search(words)), None)


def _names(error: BaseException) -> Iterator[str]:
    """Of an error's class and its bases, and of the class that a guarded job's error had in its process."""
    yield from (kind.__name__ for kind in type(error).__mro__)
    if isinstance(name := getattr(error, "type_name", None), str):
        yield name


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was made of; yt-dlp keeps that in attributes of its own."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and not any(one is other for other in seen):
            seen.append(one)
            inner = getattr(one, "exc_info", None)
            waiting += [inner[1] if isinstance(inner, tuple) else None, getattr(one, "cause", None)]
            waiting += [one.__cause__, one.__context__]
    yield from seen
