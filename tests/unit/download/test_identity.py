"""Identity: who shares the same page gets the same file, and nobody another's."""

from urllib.parse import urlsplit

import pytest
from yt_dlp.extractor import get_info_extractor

from courier.download.identity import URL, Identity, content_hash, identity_of, object_key
from courier.download.kinds import Kind, Wish
from courier.download.sites import _SITES, known
from courier.download.urls import normalised

A = "dQw4w9WgXcQ"
SAME: dict[Identity, tuple[str, ...]] = {
    Identity("youtube", A): (
        f"https://www.youtube.com/watch?v={A}",
        f"http://youtube.com/watch?v={A}",
        f"youtube.com/watch?v={A}",
        f"HTTPS://WWW.YOUTUBE.COM:443/watch?v={A}",
        f"https://www.youtube.com./watch?v={A}",
        f"https://m.youtube.com/watch?v={A}&feature=share",
        f"https://music.youtube.com/watch?v={A}&si=abc",
        f"https://www.youtube.com/watch?list=PLabcdefghijkl&index=3&v={A}",
        f"https://www.youtube.com/watch?v={A}&list=RD{A}&start_radio=1&pp=x",
        f"https://www.youtube.com/watch?v={A}&t=42s&ab_channel=Somebody&utm_source=chat",
        f"https://www.youtube.com/watch?v={A}#t=42",
        f"https://www.youtube.com/watch/?v={A}",
        "https://www.youtube.com/watch?v=%64Qw4w9WgXcQ&v2=1",
        f"https://youtu.be/{A}",
        f"http://youtu.be/{A}?si=x&t=1m2s",
        f"https://youtu.be/{A}?list=PLabcdefghijkl",
        f"https://www.youtube.com/shorts/{A}?feature=share",
        f"https://www.youtube.com/embed/{A}?start=4&autoplay=1",
        f"https://www.youtube-nocookie.com/embed/{A}",
        f"https://www.youtube.com/live/{A}?si=x",
        f"https://www.youtube.com/v/{A}/",
    ),
    Identity("youtube", "BBBBBBBBBBB"): ("https://www.youtube.com/watch?v=BBBBBBBBBBB", "youtu.be/BBBBBBBBBBB"),
    # Case counts in an id.
    Identity("youtube", "bbbbbbbbbbb"): ("https://www.youtube.com/watch?v=bbbbbbbbbbb",),
    Identity("vimeo", "76979871"): (
        "https://vimeo.com/76979871",
        "http://www.vimeo.com/76979871?share=copy",
        "https://player.vimeo.com/video/76979871?autoplay=1",
        "https://vimeo.com/channels/staffpicks/76979871",
        "https://vimeo.com/76979871#t=10s",
    ),
    Identity("vimeo", "76979871/8272103f6e"): (
        "https://vimeo.com/76979871/8272103f6e",
        "https://player.vimeo.com/video/76979871?h=8272103f6e&autoplay=1",
    ),
    Identity("soundcloud", "artist/a-track"): (
        "https://soundcloud.com/artist/a-track",
        "https://m.soundcloud.com/artist/a-track?in=artist/sets/list&si=1&utm_source=clipboard",
    ),
    Identity("tiktok", "7000000000000000001"): (
        "https://www.tiktok.com/@some.one/video/7000000000000000001?is_from_webapp=1",
        "https://m.tiktok.com/v/7000000000000000001.html",
        "https://www.tiktok.com/@/video/7000000000000000001",
        "https://www.tiktok.com/embed/v2/7000000000000000001",
    ),
    Identity("tiktokvm", "ZMabc123"): ("https://vm.tiktok.com/ZMabc123/",),
    Identity("twitter", "1234567890"): (
        "https://twitter.com/someone/status/1234567890?s=20",
        "https://x.com/someone/status/1234567890",
        "https://mobile.twitter.com/someone/status/1234567890?t=abc&s=09",
        "https://x.com/i/web/status/1234567890",
        "https://vxtwitter.com/someone/status/1234567890",
    ),
    Identity("twitter", "1234567890/2"): ("https://x.com/someone/status/1234567890/video/2",),
    Identity("reddit", "abc123"): (
        "https://www.reddit.com/r/videos/comments/abc123/a_title/",
        "https://old.reddit.com/r/videos/comments/abc123/a_title/?utm_medium=web",
        "https://www.reddit.com/comments/abc123",
        "https://redd.it/abc123",
    ),
    Identity("instagram", "Abc_-123"): (
        "https://www.instagram.com/p/Abc_-123/?igsh=xyz",
        "https://instagram.com/reel/Abc_-123",
        "https://www.instagram.com/reels/Abc_-123/",
        "https://www.instagram.com/someone/reel/Abc_-123/",
    ),
    Identity("instagram", "Abc_-123/2"): ("https://www.instagram.com/p/Abc_-123/?img_index=2&igsh=xyz",),
    Identity("twitchvod", "123456"): ("https://www.twitch.tv/videos/123456?t=1h", "https://m.twitch.tv/videos/123456"),
    Identity("twitchclips", "FunnyClip-x_1"): (
        "https://clips.twitch.tv/FunnyClip-x_1",
        "https://www.twitch.tv/someone/clip/FunnyClip-x_1?filter=clips",
    ),
    Identity("dailymotion", "x8abcde"): (
        "https://www.dailymotion.com/video/x8abcde?playlist=x1",
        "https://dai.ly/x8abcde",
        "https://www.dailymotion.com/embed/video/x8abcde",
        "https://www.dailymotion.com/video/x8abcde_a-title",
    ),
    Identity("facebook", "123456789"): (
        "https://www.facebook.com/watch/?v=123456789&ref=sharing",
        "https://m.facebook.com/watch?v=123456789",
        "https://www.facebook.com/someone/videos/123456789/",
    ),
    Identity("bilibili", "1xx411c7mD"): (
        "https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=333",
        "https://m.bilibili.com/video/BV1xx411c7mD?p=1",
    ),
    Identity("bilibili", "1xx411c7mD/2"): ("https://www.bilibili.com/video/BV1xx411c7mD?p=2&t=9",),
    Identity("streamable", "abcde"): ("https://streamable.com/abcde", "https://streamable.com/e/abcde"),
    # An extractor knows the page, and the name in its address is another's under another artist.
    Identity("bandcamp", "https://one.bandcamp.com/track/song"): ("http://one.bandcamp.com/track/song?utm_source=x",),
    Identity("bandcamp", "https://two.bandcamp.com/track/song"): ("https://two.bandcamp.com/track/song",),
    Identity("loom", "0123456789abcdef0123456789abcdef"): (
        "https://www.loom.com/share/0123456789abcdef0123456789abcdef?t=3",
        "https://loom.com/embed/0123456789abcdef0123456789abcdef",
    ),
    # The fragment names the video of these, and a place within a page elsewhere.
    Identity("imdb", "https://www.imdb.com/title/tt1667889/#lb-vi2524815897"): (
        "http://www.imdb.com/title/tt1667889/#lb-vi2524815897",
    ),
    Identity(URL, "https://cdn.example/a.mp4"): ("cdn.example/a.mp4", "http://cdn.example/a.mp4?utm_source=x#t=4"),
    Identity(URL, "https://cdn.example/get?id=1"): (
        "https://cdn.example/get?id=1",
        "https://cdn.example/get?fbclid=x&id=1",
    ),
    Identity(URL, "https://cdn.example/get?id=2"): ("https://cdn.example/get?id=2",),
    Identity(URL, "https://cdn.example/get?id=2&token=a"): ("https://cdn.example/get?token=a&id=2",),
    Identity(URL, "https://cdn.example/A.mp4"): ("https://CDN.example/A.mp4",),
    Identity(URL, "http://cdn.example:8080/a.mp4"): ("http://cdn.example:8080/a.mp4",),
    Identity(URL, "https://www.cdn.example/a.mp4"): ("https://www.cdn.example/a.mp4",),
    Identity(URL, "https://app.example/#/watch/1"): ("https://app.example/#/watch/1",),
    Identity(URL, "https://app.example/#/watch/2"): ("https://app.example/#/watch/2",),
    # Whoever owns such a host isn't the site.
    Identity(URL, f"https://youtube.com.evil.example/watch?v={A}"): (f"https://youtube.com.evil.example/watch?v={A}",),
}


@pytest.mark.parametrize(("url", "identity"), [(url, identity) for identity, urls in SAME.items() for url in urls])
def test_the_same_page_has_one_identity(url: str, identity: Identity) -> None:
    assert identity_of(url) == identity


@pytest.mark.parametrize("identity", SAME, ids=str)
def test_all_addresses_of_a_site_that_is_known_have_one_form(identity: Identity) -> None:
    forms = {normalised(url) for url in SAME[identity]}

    assert len(forms) == 1 or identity.extractor == "loom"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/playlist?list=PLabcdefghijkl",
        "https://www.youtube.com/embed/videoseries?list=PLabcdefghijkl",
        "https://www.youtube.com/embed/live_stream?channel=UCabcdefghijkl",
        "https://www.youtube.com/@someone/videos",
        "https://www.youtube.com/",
        "https://soundcloud.com/artist/sets",
        "https://www.twitch.tv/someone",
        "https://www.reddit.com/r/videos/",
        "https://www.instagram.com/someone/",
    ],
)
def test_lists_and_people_are_no_single_page(url: str) -> None:
    parts = urlsplit(normalised(url))

    assert known(parts.netloc, parts.path, parts.query.split("&")) is None


@pytest.mark.parametrize(
    "identity", [one for one in SAME if one.extractor in {site.extractor for site in _SITES}], ids=str
)
def test_what_is_known_here_is_what_yt_dlp_knows(identity: Identity) -> None:
    """Its extractor takes the one form of the address, and sees the id that we do."""
    form = normalised(SAME[identity][0])
    extractors = {site.extractor: site for site in _SITES}
    key = {"youtube": "Youtube", "tiktok": "TikTok", "twitchvod": "TwitchVod", "twitchclips": "TwitchClips"} | {
        "bilibili": "BiliBili",
        "facebookreel": "FacebookReel",
    }
    extractor = get_info_extractor(key.get(identity.extractor, identity.extractor.capitalize()))

    assert extractor.suitable(form)
    assert extractor.ie_key().lower() == identity.extractor in extractors
    assert extractor.get_temp_id(form) in {identity.media_id.partition("/")[0], None}


def test_every_wish_has_a_name_of_its_own() -> None:
    wishes = [Wish(Kind.VIDEO, "best"), Wish(Kind.VIDEO, "720p"), Wish(Kind.AUDIO, "best")]
    names = {content_hash(identity, wish) for identity in SAME for wish in wishes}

    assert len(names) == len(SAME) * len(wishes)
    assert {len(name) for name in names} == {64}


def test_names_and_keys_never_change() -> None:
    """What is stored is found by them."""
    name = content_hash(Identity("youtube", A), Wish(Kind.VIDEO, "720p"))

    assert name == "7a624c81e62732ca" + name[16:]
    assert object_key(name, Kind.VIDEO) == f"video/{name}.mp4"
    assert object_key(name, Kind.AUDIO) == f"audio/{name}.mp3"


@pytest.mark.parametrize(("kind", "quality"), [(Kind.VIDEO, "721p"), (Kind.AUDIO, "720p"), (Kind.VIDEO, "")])
def test_a_kind_has_its_qualities_and_no_others(kind: Kind, quality: str) -> None:
    with pytest.raises(ValueError, match="comes as best"):
        Wish(kind, quality)
