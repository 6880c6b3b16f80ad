"""By which identity a page is known after a probe, which of its videos is meant, and what is kept of it."""

from typing import Any

import pytest

from courier.download.identity import URL, Identity
from courier.download.probing.entries import NoneMeantError, item_of, meant
from courier.download.probing.reading import canonical, kept, led_to

YOUTUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("link", "key", "page", "identity"),
    [
        # A shortener, a page with an embedded video: what the site calls it.
        ("https://s.example/1", "Youtube", YOUTUBE, Identity("youtube", "dQw4w9WgXcQ")),
        # A redirect to a file or a page: where it is.
        ("https://s.example/1", "Generic", "https://a.example/b?utm_source=c", Identity(URL, "https://a.example/b")),
        ("https://s.example/1", "HTML5MediaEmbed", "https://a.example/b", Identity(URL, "https://a.example/b")),
        # A page that claims to be another: what was asked for.
        ("https://evil.example/1", "Generic", YOUTUBE, Identity(URL, "https://evil.example/1")),
        ("https://evil.example/1", "PeerTube", YOUTUBE, Identity(URL, "https://evil.example/1")),
        ("https://evil.example/1", "PeerTube", "https://good.example/2", Identity(URL, "https://evil.example/1")),
        ("https://evil.example/1", "Generic", "javascript:1", Identity(URL, "https://evil.example/1")),
        ("https://evil.example/1", "", "", Identity(URL, "https://evil.example/1")),
        # What the site leaves out of its own address: the key of an unlisted video, a post's second one.
        ("https://vimeo.com/123/0123456789", "Vimeo", "https://vimeo.com/123", Identity("vimeo", "123/0123456789")),
        ("https://x.com/a/status/1/video/2", "Twitter", "https://x.com/a/status/1", Identity("twitter", "1/2")),
        ("https://youtu.be/dQw4w9WgXcQ", "Youtube", "https://youtu.be/aaaaaaaaaaa", Identity("youtube", "dQw4w9WgXcQ")),
    ],
)
def test_identities_after_a_probe(link: str, key: str, page: str, identity: Identity) -> None:
    assert canonical({"extractor_key": key, "webpage_url": page}, link) == identity


def test_an_address_that_is_none_is_not_told() -> None:
    assert led_to({"webpage_url": "nonsense"}, "a.example/b") == "https://a.example/b"


@pytest.mark.parametrize(
    ("link", "item"),
    [
        ("https://www.instagram.com/p/Cabc/?img_index=4", 4),
        ("https://www.instagram.com/p/Cabc/?img_index=0", 1),
        ("https://www.instagram.com/p/Cabc/", 1),
        # yt-dlp reads these itself.
        ("https://x.com/a/status/1/video/2", 1),
        ("https://www.bilibili.com/video/BV1xx411c7mD?p=2", 1),
    ],
)
def test_which_of_a_posts_videos_a_link_names(link: str, item: int) -> None:
    assert item_of(link) == item


class FakeYtdl:
    """Pages by their addresses."""

    def __init__(self, **pages: dict[str, Any]) -> None:
        self.pages = pages

    def extract_info(self, url: str, *, download: bool) -> dict[str, Any]:
        assert not download
        return self.pages.get(url, self.pages.get("page", {}))

    def process_ie_result(self, entry: dict[str, Any], *, download: bool) -> dict[str, Any]:
        return self.extract_info(entry["url"], download=download)


def entries(*found: dict[str, Any], key: str = "Generic", kind: str = "playlist") -> dict[str, Any]:
    return {"_type": kind, "extractor_key": key, "entries": list(found)}


A, B = {"id": "a"}, {"_type": "video", "id": "b"}


@pytest.mark.parametrize(
    ("link", "page", "found"),
    [
        ("https://a.example/", A, "a"),
        ("https://a.example/", entries(B), "b"),
        ("https://a.example/", entries(A, B), "a"),
        ("https://x.com/a/status/1", entries(A, B, key="Twitter"), "a"),
        ("https://a.example/", entries(A, key="YoutubeTab"), "a"),
        ("https://a.example/", entries({"_type": "url", "url": "b"}), "b"),
        ("https://a.example/", entries({"_type": "url", "url": "list"}), "a"),
    ],
)
def test_one_video_is_meant(link: str, page: dict[str, Any], found: str) -> None:
    assert meant(FakeYtdl(page=page, b=B, list=entries(A)), link)["id"] == found


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("https://www.youtube.com/playlist?list=PL1", entries(A, B, key="YoutubeTab")),
        ("https://a.example/", entries(A, B, kind="multi_video")),
        ("https://a.example/", entries()),
        ("https://a.example/", entries({"_type": "url", "url": "again"})),
    ],
)
def test_lists_are_not(link: str, page: dict[str, Any]) -> None:
    with pytest.raises(NoneMeantError):
        meant(FakeYtdl(page=page, again=page), link)


def test_little_is_kept() -> None:
    info = {
        "id": "a",
        "extractor_key": "HTML5MediaEmbed",
        "title": "A page (1)",
        "description": "long",
        "http_headers": {},
        "thumbnails": [{"url": f"https://i.example/{number}.jpg", "width": 1} for number in range(9)]
        + [{"id": "none"}],
        "formats": [
            {"format_id": "1", "url": "https://a.example/1", "fragments": [{"duration": 2.5}, {"duration": 1.5}, {}]},
            {"format_id": "2", "vcodec": None, "cookies": "secret"},
        ],
    }
    assert kept(info) == {
        "id": "a",
        "extractor_key": "HTML5MediaEmbed",
        "title": "A page",
        "duration": 4.0,
        "thumbnails": [{"url": f"https://i.example/{number}.jpg"} for number in (6, 7, 8)],
        "formats": [{"format_id": "1"}, {"format_id": "2"}],
    }
