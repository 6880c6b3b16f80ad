"""Sites whose many addresses of one page are known here, so that most links need no yt-dlp to be known.

Ids are those of yt-dlp's extractors, which a test holds against the installed ones. Where an address names more than
the site's id does (one video of a post's several, a key to an unlisted one), the rest is part of ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Page:
    """A page with one video on it.

    Attributes:
        extractor: yt-dlp's extractor key, in lower case.
        url: Its one address.
    """

    extractor: str
    media_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses of one extractor's pages.

    Attributes:
        hosts: Without `www.`, `m.` and `mobile.`, which every site may have.
        patterns: Of a path without its last slash, and the kept parameters in the order of their names.
        keep: Parameters that name a page.
        url: A template of the one address; so is `media_id`, of the id.
    """

    extractor: str
    hosts: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    url: str
    media_id: str = "{id}"
    keep: frozenset[str] = frozenset()


def _site(
    extractor: str, hosts: str, patterns: Sequence[str], url: str, *, media_id: str = "{id}", keep: str = ""
) -> Site:
    compiled = tuple(re.compile(pattern) for pattern in patterns)
    return Site(extractor, frozenset(hosts.split()), compiled, url, media_id, frozenset(keep.split()))


_VIDEO_ID = "(?P<id>(?!videoseries|live_stream)[0-9A-Za-z_-]{11})"
_TWITTER = "twitter.com x.com fxtwitter.com vxtwitter.com fixupx.com fixvx.com"
_REDDIT = "reddit.com old.reddit.com new.reddit.com np.reddit.com amp.reddit.com"
_SITES = (
    _site(
        "youtube",
        "youtube.com music.youtube.com gaming.youtube.com youtube-nocookie.com youtubekids.com",
        (rf"/(?:watch)?\?v={_VIDEO_ID}", rf"/(?:shorts|embed|v|e|live|watch)/{_VIDEO_ID}(?:\?.*)?"),
        "https://www.youtube.com/watch?v={id}",
        keep="v",
    ),
    _site("youtube", "youtu.be", (rf"/{_VIDEO_ID}",), "https://www.youtube.com/watch?v={id}"),
    # An unlisted video has a key in its address, and nobody gets it without.
    _site("vimeo", "vimeo.com player.vimeo.com", (r"/(?:video/)?(?P<id>\d+)",), "https://vimeo.com/{id}", keep="h"),
    _site("vimeo", "vimeo.com", (r"/(?:channels/[\w-]+|groups/[\w-]+/videos)/(?P<id>\d+)",), "https://vimeo.com/{id}"),
    _site(
        "vimeo",
        "vimeo.com player.vimeo.com",
        (r"/(?:video/)?(?P<id>\d+)(?:/|\?h=)(?P<key>[0-9a-f]{10})",),
        "https://vimeo.com/{id}/{key}",
        media_id="{id}/{key}",
        keep="h",
    ),
    _site("twitter", _TWITTER, (r"/(?:i/web|\w+)/status(?:es)?/(?P<id>\d+)",), "https://x.com/i/status/{id}"),
    _site(
        "twitter",
        _TWITTER,
        (r"/(?:i/web|\w+)/status/(?P<id>\d+)/(?:video|photo)/(?P<part>\d+)",),
        "https://x.com/i/status/{id}/video/{part}",
        media_id="{id}/{part}",
    ),
    _site("tiktok", "tiktok.com", (r"/(?:@[\w.-]*|share)/video/(?P<id>\d+)",), "https://www.tiktok.com/@/video/{id}"),
    _site(
        "tiktok",
        "tiktok.com",
        (r"/(?:embed(?:/v\d)?|v)/(?P<id>\d+)(?:\.html)?",),
        "https://www.tiktok.com/@/video/{id}",
    ),
    _site(
        "instagram",
        "instagram.com",
        (r"/(?:[\w.]+/)?(?:p|tv|reels?)/(?P<id>[\w-]+)\?img_index=(?P<part>\d+)",),
        "https://www.instagram.com/p/{id}/?img_index={part}",
        media_id="{id}/{part}",
        keep="img_index",
    ),
    _site(
        "instagram",
        "instagram.com ddinstagram.com kkinstagram.com",
        (r"/(?:[\w.]+/)?(?:p|tv|reels?)/(?P<id>[\w-]+)",),
        "https://www.instagram.com/p/{id}/",
    ),
    _site(
        "reddit",
        _REDDIT,
        (r"/(?:(?:r|user)/[\w.-]+/)?comments/(?P<id>[0-9a-z]+)(?:/[^/]+)?",),
        "https://www.reddit.com/comments/{id}",
    ),
    _site("reddit", "redd.it", (r"/(?P<id>[0-9a-z]+)",), "https://www.reddit.com/comments/{id}"),
    _site(
        "twitchvod",
        "twitch.tv go.twitch.tv",
        (r"/(?:videos|\w+/v(?:ideo)?)/(?P<id>\d+)",),
        "https://www.twitch.tv/videos/{id}",
    ),
    _site("twitchclips", "clips.twitch.tv", (r"/(?P<id>(?!embed)[\w-]+)",), "https://clips.twitch.tv/{id}"),
    _site("twitchclips", "twitch.tv go.twitch.tv", (r"/(?:\w+/)?clip/(?P<id>[\w-]+)",), "https://clips.twitch.tv/{id}"),
    _site("dailymotion", "dai.ly", (r"/(?P<id>[0-9A-Za-z]+)",), "https://www.dailymotion.com/video/{id}"),
    _site(
        "dailymotion",
        "dailymotion.com touch.dailymotion.com geo.dailymotion.com",
        (r"/(?:embed/)?video/(?P<id>[0-9A-Za-z]+)(?:_[^/]*)?", r"/player(?:/\w+)?\.html\?video=(?P<id>[0-9A-Za-z]+)"),
        "https://www.dailymotion.com/video/{id}",
        keep="video",
    ),
    _site(
        "facebookreel", "facebook.com web.facebook.com", (r"/reel/(?P<id>\d+)",), "https://www.facebook.com/reel/{id}"
    ),
    _site(
        "facebook",
        "facebook.com web.facebook.com mbasic.facebook.com",
        (r"/watch(?:/live)?\?v=(?P<id>\d+)", r"/[\w.-]+/videos/(?:[^/]+/)?(?P<id>\d+)(?:\?.*)?"),
        "https://www.facebook.com/watch/?v={id}",
        keep="v",
    ),
    _site(
        "bilibili",
        "bilibili.com",
        (r"/video/[Bb][Vv](?P<id>\w+)(?:\?p=1)?",),
        "https://www.bilibili.com/video/BV{id}",
        keep="p",
    ),
    _site(
        "bilibili",
        "bilibili.com",
        (r"/video/[Bb][Vv](?P<id>\w+)\?p=(?P<part>\d+)",),
        "https://www.bilibili.com/video/BV{id}?p={part}",
        media_id="{id}/{part}",
        keep="p",
    ),
    _site(
        "soundcloud",
        "soundcloud.com",
        (r"/(?P<id>[\w-]+/(?!(?:tracks|albums|sets|reposts|likes|spotlight|comments)$)[\w-]+)",),
        "https://soundcloud.com/{id}",
    ),
    _site("streamable", "streamable.com", (r"/(?:[es]/)?(?P<id>\w+)",), "https://streamable.com/{id}"),
)
_EVERYWHERE = re.compile(r"^(?:www|m|mobile)\.")
_BY_HOST = {host: tuple(site for site in _SITES if host in site.hosts) for site in _SITES for host in site.hosts}


def known(host: str, path: str, query: Sequence[str]) -> Page | None:
    """The page at an address, if it is of a site that we know and shows one video.

    Args:
        host: In lower case.
        path: With one spelling of each character.
        query: The parameters as they stand, `name=value`.

    >>> known("youtu.be", "/dQw4w9WgXcQ", ["t=42"])
    Page(extractor='youtube', media_id='dQw4w9WgXcQ', url='https://www.youtube.com/watch?v=dQw4w9WgXcQ')
    """
    for site in _BY_HOST.get(_EVERYWHERE.sub("", host, count=1), ()):
        kept = sorted(part for part in query if part.partition("=")[0] in site.keep)
        text = f"{path.rstrip('/') or '/'}{'?' if kept else ''}{unquote('&'.join(kept))}"
        found = next(filter(None, (pattern.fullmatch(text) for pattern in site.patterns)), None)
        if found is not None:
            parts = found.groupdict()
            return Page(site.extractor, site.media_id.format(**parts), site.url.format(**parts))
    return None
