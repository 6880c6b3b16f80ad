"""Failures: yt-dlp's words, and those of sites that it quotes, as what a user understands."""

import inspect

import pytest
import yt_dlp.networking.exceptions
import yt_dlp.utils
from hypothesis import given
from hypothesis import strategies as st
from yt_dlp.networking.exceptions import HTTPError, IncompleteRead, TransportError
from yt_dlp.utils import (
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    UnsupportedError,
    UserNotLive,
    YoutubeDLError,
)

from courier.download.errors import TYPES, WORDS, Failed, Failure, failure_of
from courier.download.urls import BadUrlError

#: As the installed extractors raise them, with what sites say where they quote.
CORPUS: dict[Failure, tuple[str, ...]] = {
    Failure.REGION: (
        "[youtube] abc: The uploader has not made this video available in your country",
        "[youtube] abc: Video unavailable. It contains content from X, who has blocked it in your country",
        "This video is not available from your location due to geo restriction",
        "This video is not available due to geoblocking",
        "This video is only available in Sweden",
        "This video is available in Taiwan only",
        "Youku said: Sorry, this video is available in China only",
        "X said: The video is only licensed to users in Mainland China.",
        "This song is blocked in this region",
        "Track unavailable in your country due to licensing restrictions",
        "X said: This page is currently unavailable in your region",
        "This content might not be available in your country due to copyright reasons",
        "Access to this webpage has been blocked by decision of the Russian government. Visit x for a block reason.",
        "This video may be deleted or geo-restricted. You might want to try a VPN or a proxy server (with --proxy)",
        "Unable to download webpage: HTTP Error 451: Unavailable For Legal Reasons",
    ),
    Failure.AGE: (
        "[youtube] abc: Sign in to confirm your age. This video may be inappropriate for some users.",
        "[youtube] abc: This video is age-restricted and YouTube is requiring account age-verification",
        "Login is required to access age-restricted content",
        "Adult verification is required for this stream. Use --cookies",
        "NSFW tweet requires authentication. Use --cookies",
        "Only users older than 19 are able to watch this video",
        "This video is only available for age verified users or after 22:00",
        "Sensitive content setting must be enabled",
        "Unverified account cannot access NSFW/NSFL (x)",
        "This video is only available after 20:00",
    ),
    Failure.LIVE: (
        "[youtube] abc: This live event will begin in 3 hours.",
        "[youtube] abc: Premieres in 2 days",
        "[youtube] abc: This live event has ended.",
        "[youtube] abc: This live stream recording is not available.",
        "This live event is scheduled for 2026-12-01",
        "Live event has not yet started",
        "This livestream has not yet started",
        "Ride has not started",
        "Twitter Space not started yet",
        "This livestream is scheduled to start at 20:00",
        "Stream is offline; scheduled for 20:00",
        "The channel is not currently live",
        "Streamer is not live",
        "User is offline",
        "Model is in private show.",
        "Livestream has ended.",
        "This event has ended and there is no archive for this event",
        "The video will be available after 2026-12-01",
    ),
    Failure.PRIVATE: (
        "[youtube] abc: Private video. Sign in if you've been granted access to this video. Use --cookies",
        "[youtube] abc: Join this channel to get access to members-only content like this video.",
        "[youtube] abc: This video requires payment to watch.",
        "This video is private",
        "This VOD is private",
        "Youku said: Sorry, this video is private",
        "Private subreddit; an account that has been approved is required",
        "This video is password-protected; use the --video-password option",
        "This video is protected by a password, use the --video-password option",
        "This video is protected by a passcode, use the --video-password option",
        "Wrong video password",
        "This VOD is for subscribers only. Use --cookies",
        "This video is only available to premium users",
        "This video/podcast is for members only",
        "Video requires CDA Premium - subscription needed",
        "You are not authorized to view this protected tweet. Use --cookies",
        "This content is only available for registered users who follow this account",
        "You do not have permission to view this post. Log into an account that has access",
        "This content is only available with purchase",
        "Your account does not have tickets to this event",
        "This user's account is private. Log into an account that has access",
        "This is a supporter-only video: x",
        "Unable to download webpage: HTTP Error 401: Unauthorized",
        "Course 12 is not free. You have to pay for it before you can download.",
    ),
    Failure.BLOCKED: (
        "[youtube] abc: Sign in to confirm you\u2019re not a bot. Use --cookies for the authentication.",
        "[youtube] abc: Sign in to confirm you're not a bot",
        "All player responses are invalid. Your IP is likely being blocked by Youtube",
        "[youtube] abc: This content isn\u2019t available, try again later. The current session has been",
        "Your IP address is blocked from accessing this post",
        "Your IP address is unable to access the Reddit API",
        "You are suspected as a bot. Wait, or pass the captcha on the site and provide cookies. x",
        "X asks you to solve a CAPTCHA. Solve CAPTCHA in browser and",
        "Request is blocked by server (412), please wait and try later.",
        "Request is rejected by server (352)",
        "This request has been blocked due to its TLS fingerprint. Install a dependency",
        "Got HTTP Error 403 caused by Cloudflare anti-bot challenge",
        "Unable to download webpage: HTTP Error 403: Forbidden (caused by <HTTPError 403: Forbidden>)",
        "unable to download video data: HTTP Error 403: Forbidden",
        "This video is only available for registered users. Use --cookies, --username and --password",
        "Login required to access this video",
        "You need to log in to access this content",
        "An account is needed to access this media",
        "Cookies (not necessarily logged in) are needed to download from this website",
        "Fresh cookies (not necessarily logged in) are needed",
        "Redirected to the login page. You have exceeded the rate-limit for accessing posts anonymously",
        "Instagram sent an empty media response. Check if it is accessible in your browser without being logged-in.",
    ),
    Failure.TEMPORARY: (
        "Unable to download webpage: HTTP Error 429: Too Many Requests (caused by <HTTPError 429: Too Many Requests>)",
        "Unable to download JSON metadata: HTTP Error 500: Internal Server Error",
        "Unable to download webpage: HTTP Error 502: Bad Gateway",
        "Unable to download webpage: HTTP Error 503: Service Unavailable",
        "Unable to download webpage: The read operation timed out",
        "Unable to download webpage: HTTPConnection(host='a.example', port=80): Read timed out. (read timeout=20.0)",
        "Unable to download webpage: Connection to a.example timed out. (connect timeout=20.0)",
        "HTTPConnection(host='a.example', port=1): Failed to establish a connection: [Errno 111] Connection refused",
        "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
        "[Errno 104] Connection reset by peer",
        "Failed to resolve 'a.example' ([Errno -3] Temporary failure in name resolution)",
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired",
        "5 bytes read, 10 more expected",
        "Downloaded 5 bytes, expected 10 bytes",
        "fragment 3 not found, unable to continue",
        "The downloaded file is empty",
        "You are rate-limited. Try again later.",
        "Service temporarily unavailable",
        "There is an error on server-side. Try again later.",
        "This video is processing",
        "[Errno 28] No space left on device",
        "exit status -9: ",
    ),
    Failure.GONE: (
        "[youtube] abc: Video unavailable",
        "[youtube] abc: This video is no longer available because the account has been terminated.",
        "[youtube] abc: This video has been removed by the uploader",
        "[youtube] abc: This video has been removed for violating YouTube's policy on hate speech.",
        "[youtube] abc: Video unavailable. This video is no longer available due to a copyright claim by X",
        "[youtube] abc: This video is not available",
        "Unable to download webpage: HTTP Error 404: Not Found (caused by <HTTPError 404: Not Found>)",
        "[generic] private-video: Unable to download webpage: HTTP Error 410: Gone",
        "[x] login-required: Video https://site.example/private/geo-restricted does not exist",
        "This video does not exist",
        "Video 12 has been removed",
        "Video was deleted",
        "This content is no longer available",
        "Content not found; it has most likely expired",
        "The link is expired",
        "Track not found",
        "Video is unavailable",
        "this song has been offline because of copyright issues",
        'The video is not available, Facebook said: "x"',
        "Failed to resolve 'nowhere.invalid' ([Errno -2] Name or service not known)",
    ),
    Failure.UNSUPPORTED: (
        "Unsupported URL: https://site.example/private/login",
        "[x] abc: No video formats found!; please report this issue on  https://github.com/ . Confirm you are",
        "This video is DRM protected",
        "The requested site is known to use DRM protection. It will NOT be supported.",
        "This website is no longer supported since it has been determined to be primarily used for piracy.",
        "Requested format is not available. Use --list-formats for a list of available formats",
        "No video could be found in this tweet",
        "There's no video in this post.",
        "not a video",
        "No media found",
        "Unable to extract video id; please report this issue on  https://github.com/login",
        "Unable to solve JS challenge",
        "An extractor error has occurred. (caused by KeyError('x'))",
        "forbidden program: /usr/bin/curl (not one of the job's)",
        "a sentence that nobody has written before",
        "",
    ),
    Failure.FORBIDDEN_ADDRESS: (
        "forbidden address: 127.0.0.1:9001 (loopback), asked for as localhost:9001",
        "ERROR: [generic] a: Unable to download webpage: forbidden address: 169.254.169.254:80 (link-local)",
    ),
    Failure.TOO_LARGE: ("File is larger than max-filesize (60 bytes > 50 bytes). Aborting.",),
    Failure.CANCELLED: ("Interrupted by user. Waiting for all threads to shutdown...",),
}


@pytest.mark.parametrize(("words", "failure"), [(words, failure) for failure, all_ in CORPUS.items() for words in all_])
def test_words_mean_what_a_user_understands(words: str, failure: Failure) -> None:
    assert failure_of(words).failure is failure
    assert failure_of(f"ERROR: {words}").failure is failure
    assert failure_of(f"\x1b[0;31mERROR:\x1b[0m {words}").failure is failure
    assert failure_of(DownloadError(words)).failure is failure


def test_every_class_of_yt_dlp_is_known() -> None:
    modules = (yt_dlp.utils, yt_dlp.networking.exceptions)
    classes = [one for module in modules for _, one in inspect.getmembers(module, inspect.isclass)]
    mine = [one for one in classes if issubclass(one, YoutubeDLError)]

    assert len(mine) > 20
    assert [one.__name__ for one in mine if not any(base.__name__ in TYPES for base in one.__mro__[:2])] == []


def _wrapped(error: Exception) -> Exception:
    """As `YoutubeDL` hands an extractor's error on."""
    wrapped: Exception = DownloadError(f"ERROR: {error}", (type(error), error, None))
    return wrapped


class _Response:
    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason


class ForbiddenAddressError(OSError):
    """As the guard's own, which this package knows by its name."""


class JobError(Exception):
    def __init__(self, type_name: str, text: str, *, is_forbidden: bool = False) -> None:
        super().__init__(text)
        self.type_name = type_name
        self.is_forbidden = is_forbidden


def _deep() -> Exception:
    try:
        try:
            raise ForbiddenAddressError("refused")
        except OSError as error:
            raise TransportError(cause=error) from error
    except TransportError as error:
        return _wrapped(ExtractorError("Unable to download webpage: HTTP Error 404", cause=error))


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (_wrapped(GeoRestrictedError("This video is restricted", expected=True)), Failure.REGION),
        (_wrapped(UnsupportedError("https://site.example/login")), Failure.UNSUPPORTED),
        (_wrapped(UserNotLive(video_id="a")), Failure.LIVE),
        (_wrapped(ExtractorError("It is", cause=HTTPError(_Response(404, "Not Found")), video_id="a")), Failure.GONE),
        (
            _wrapped(ExtractorError("It is", cause=HTTPError(_Response(403, "Forbidden")), video_id="a")),
            Failure.BLOCKED,
        ),
        (
            _wrapped(ExtractorError("A network error has occurred.", cause=IncompleteRead(5), expected=True)),
            Failure.TEMPORARY,
        ),
        (_deep(), Failure.FORBIDDEN_ADDRESS),
        (JobError("DownloadError", "HTTP Error 404", is_forbidden=True), Failure.FORBIDDEN_ADDRESS),
        (JobError("DownloadError", "HTTP Error 404"), Failure.GONE),
        (JobError("DownloadError", "what nobody said"), Failure.UNSUPPORTED),
        (JobError("MemoryError", "what nobody said"), Failure.TEMPORARY),
        (BadUrlError("This link is empty."), Failure.BAD_URL),
        (TimeoutError("what nobody said"), Failure.TEMPORARY),
        (KeyError("what nobody said"), Failure.TEMPORARY),
    ],
)
def test_errors_mean_what_they_are_made_of(error: BaseException, failure: Failure) -> None:
    assert failure_of(error).failure is failure


def test_a_ring_of_errors_ends() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one

    assert failure_of(one) == Failed(Failure.TEMPORARY, "ValueError: one")


@given(st.text())
def test_whatever_is_said_means_something(words: str) -> None:
    failed = failure_of(words)

    assert failed.failure in Failure
    assert len(failed.detail) <= 500


def test_users_read_short_words_about_every_failure() -> None:
    assert WORDS.keys() == set(Failure)
    assert all(words.endswith(".") for words in WORDS.values())
    assert max(map(len, WORDS.values())) <= 120
    assert len(set(WORDS.values())) == len(WORDS)
    assert "data centres" in WORDS[Failure.BLOCKED]
