"""Pages and manifests that name media elsewhere: what a test puts on the server, with links to where it likes."""


def video_page(url: str, *, title: str = "A page") -> str:
    """A page with an embedded video."""
    return f'<html><head><title>{title}</title></head><body><video src="{url}"></video></body></html>'


def og_page(url: str, *, title: str = "A page") -> str:
    """A page that tells of its video as social networks want it told."""
    return (
        f'<html><head><title>{title}</title><meta property="og:title" content="{title}">'
        f'<meta property="og:video" content="{url}"></head><body></body></html>'
    )


def json_ld_page(url: str, *, thumbnail: str = "") -> str:
    """A page that tells of its video as search engines want it told."""
    return (
        '<html><head><title>A page</title><script type="application/ld+json">{"@context": "https://schema.org", '
        f'"@type": "VideoObject", "name": "A page", "contentUrl": "{url}", "thumbnailUrl": "{thumbnail}"}}</script>'
        "</head><body></body></html>"
    )


def refresh_page(url: str) -> str:
    """A page that sends its reader on."""
    return f'<html><head><meta http-equiv="refresh" content="0; url={url}"></head></html>'


def hls_master(variant: str, *, audio: str = "") -> str:
    """A master playlist with one variant, and a separate audio if there is one."""
    media = f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",DEFAULT=YES,URI="{audio}"\n' if audio else ""
    group = ',AUDIO="a"' if audio else ""
    return (
        f'#EXTM3U\n{media}#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=320x180,CODECS="avc1.42c00d,mp4a.40.2"{group}\n'
        f"{variant}\n"
    )


def hls(*segments: str, key: str = "", init: str = "", is_live: bool = False) -> str:
    """A media playlist of segments of a second each."""
    head = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n"
    head += f'#EXT-X-KEY:METHOD=AES-128,URI="{key}"\n' if key else ""
    head += f'#EXT-X-MAP:URI="{init}"\n' if init else ""
    return head + "".join(f"#EXTINF:1.0,\n{url}\n" for url in segments) + ("" if is_live else "#EXT-X-ENDLIST\n")


def dash(*, base: str = "", media: str = "s$Number$.m4s", init: str = "init.mp4") -> str:
    """A manifest of one video of four segments."""
    where = f"<BaseURL>{base}</BaseURL>" if base else ""
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        f'mediaPresentationDuration="PT4S" minBufferTime="PT1S">{where}<Period><AdaptationSet mimeType="video/mp4">'
        f'<SegmentTemplate media="{media}" initialization="{init}" duration="1" startNumber="1"/>'
        '<Representation id="0" bandwidth="400000" codecs="avc1.42c00d" width="320" height="180"/>'
        "</AdaptationSet></Period></MPD>"
    )
