"""The step `fetch` in a process that starts anew, as in production; see `tests.functional.download.warm`."""

from tests.functional.download.making.bench import Bench
from tests.support.media_server import MediaServer
from tests.support.media_server.pages import json_ld_page


def test_a_page(bench: Bench, site: MediaServer) -> None:
    page = site.put("/page", json_ld_page(site.redirect(site.url("video.mp4"))))
    assert bench.fetch(page) == {"outcome": "stored"}
