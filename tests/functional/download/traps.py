"""Every way into a trap: what a hostile link may lead to, and what must come of it."""

from collections.abc import Callable

from tests.support.media_server import MediaServer
from tests.support.media_server.pages import dash, hls, hls_master, json_ld_page, og_page, refresh_page, video_page

type Way = Callable[[MediaServer, MediaServer], str]

M3U8, MPD = "application/vnd.apple.mpegurl", "application/dash+xml"
#: Names that lead to the trap, for `jobs.download`.
NAMES = {"evil.test": ["127.0.0.2"]}


def by_host(host: str) -> Way:
    return lambda _, trap: trap.url("video.mp4", host=host)


def by_redirect(status: int, hops: int = 1) -> Way:
    return lambda site, trap: site.redirect(trap.url("video.mp4"), status=status, hops=hops)


def by_page(page: Callable[[str], str]) -> Way:
    return lambda site, trap: site.put("/page", page(trap.url("video.mp4")))


def by_playlist(playlist: Callable[[str], str]) -> Way:
    """A playlist whose links begin at the trap's folder."""
    return lambda site, trap: site.put("/list.m3u8", playlist(trap.at("/plain/hls")), M3U8)


def by_manifest(manifest: Callable[[str], str]) -> Way:
    return lambda site, trap: site.put("/list.mpd", manifest(trap.at("/plain/dash")), MPD)


def through_page(site: MediaServer, trap: MediaServer) -> str:
    """A redirect, a page, a master playlist, a playlist, all on the site, and a segment that redirects to the trap."""
    site.put("/deep.m3u8", hls("/plain/hls/index0.ts", site.redirect(trap.url("hls/index1.ts"), hops=2)), M3U8)
    master = site.put("/master.m3u8", hls_master("/deep.m3u8"), M3U8)
    return site.redirect(site.put("/page", video_page(master)))


#: Ways that a download goes if nobody holds it: a test shows that each ends in the trap then.
WAYS: dict[str, Way] = {
    "address": lambda _, trap: trap.url("video.mp4"),
    "name": by_host("evil.test"),
    "name-with-a-dot": by_host("evil.test."),
    "decimal": by_host("2130706434"),
    "hexadecimal": by_host("0x7f000002"),
    "octal": by_host("0177.0.0.2"),
    "short": by_host("127.2"),
    "mapped": by_host("[::ffff:127.0.0.2]"),
    "mapped-in-hex": by_host("[::ffff:7f00:2]"),
    "credentials": by_host("example.org@127.0.0.2"),
    "redirect-301": by_redirect(301),
    "redirect-302": by_redirect(302),
    "redirect-303": by_redirect(303),
    "redirect-307": by_redirect(307),
    "redirect-308": by_redirect(308),
    "chain": by_redirect(302, hops=4),
    "redirect-to-decimal": lambda site, trap: site.redirect(trap.url("video.mp4", host="2130706434")),
    "redirect-to-name": lambda site, trap: site.redirect(trap.url("video.mp4", host="evil.test")),
    "redirect-with-credentials": lambda site, trap: site.redirect(trap.url("video.mp4", host="a:b@127.0.0.2")),
    "page-video": by_page(video_page),
    "page-og": by_page(og_page),
    "page-json-ld": by_page(json_ld_page),
    "page-refresh": by_page(refresh_page),
    "page-deep": through_page,
    "hls-variant": by_playlist(lambda at: hls_master(f"{at}/index.m3u8")),
    "hls-audio": by_playlist(lambda at: hls_master("/plain/hls/index.m3u8", audio=f"{at}/index.m3u8")),
    "hls-segment": by_playlist(lambda at: hls("/plain/hls/index0.ts", f"{at}/index1.ts")),
    "hls-key": by_playlist(lambda at: hls("/plain/hls/index0.ts", key=f"{at}/index.m3u8")),
    "hls-init": by_playlist(lambda at: hls("/plain/hls/index0.ts", init=f"{at}/index0.ts")),
    "hls-redirected-segment": lambda site, trap: site.put(
        "/list.m3u8", hls(site.redirect(trap.url("hls/index0.ts"))), M3U8
    ),
    "dash-base": by_manifest(lambda at: dash(base=f"{at}/")),
    "dash-segment": by_manifest(lambda at: dash(media=f"{at}/chunk-stream0-0000$Number$.m4s", init="/plain/video.mp4")),
    "dash-init": by_manifest(lambda at: dash(init=f"{at}/init-stream0.m4s")),
}
