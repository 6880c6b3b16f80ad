"""Users ask for media by chat commands, and read what comes of it: a file, or words that they understand."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from redis import Redis

from courier.download.errors import WORDS, Failure
from courier.download.identity import content_hash, identity_of
from courier.download.kinds import Kind, Wish
from local.simulator.journal import Accepted
from local.stack import kill_workers, lambda_workers
from tests.e2e.platform import Platform
from tests.support.media_server import Manner, MediaServer
from tests.support.media_server.pages import dash, hls, og_page, refresh_page

#: Seconds for a download and its answer on a machine that does all of it itself, and starts each function anew.
PATIENCE_S = 120.0


@dataclass
class Talk:
    """A bot of these tests, which anybody may use."""

    platform: Platform
    bot_id: int

    def ask(self, user: int, text: str, *, reply_to: int | None = None) -> None:
        """Write to the bot in private."""
        assert self.platform.telegram.say(self.bot_id, user, text, user_id=user, reply_to=reply_to) is not None

    def end_of_each(self, links: Mapping[int, str]) -> dict[int, Accepted]:
        """Ask for each user's link, and wait for all ends.

        Two at a time: each more would have the machine start each function once more.
        """
        for place, (user, link) in enumerate(links.items()):
            if place > 1:
                self.end(list(links)[place - 2])
            self.ask(user, f".vdl {link}")
        return {user: self.end(user) for user in links}

    def ends(self, user: int) -> list[Accepted]:
        """The files and the last words that somebody has got, without what told of progress."""
        found = self.platform.telegram.messages(bot_id=self.bot_id, chat_id=user)
        return [one for one in found if one.media or one.text in WORDS.values()]

    def end(self, user: int, count: int = 1) -> Accepted:
        """Wait for the end of somebody's request, and see that there is one alone."""
        self.platform.wait_for(lambda: len(self.ends(user)) >= count, f"an end for {user}", PATIENCE_S)
        found = self.ends(user)
        assert len(found) == count
        return found[-1]

    def fetches(self, link: str) -> int:
        """How often a link's video was downloaded, by the log."""
        content = content_hash(identity_of(link), Wish(Kind.VIDEO))
        lines = self.platform.log_text("download-fetch").splitlines()
        return sum("step taken" in line and f'"{content}-' in line for line in lines)

    def hears_of_progress(self, user: int) -> None:
        """Wait until somebody is told that the download runs."""
        telegram = self.platform.telegram
        self.platform.wait_for(
            lambda: any(one.text.startswith("Downloading") for one in telegram.messages(chat_id=user)),
            f"progress for {user}",
            PATIENCE_S,
        )

    def progress_goes(self, user: int) -> None:
        """Wait until the message that told how far it was is taken away."""
        telegram = self.platform.telegram
        self.platform.wait_for(
            lambda: telegram.messages(chat_id=user, method="deleteMessages"), f"no progress for {user}", PATIENCE_S
        )


@pytest.fixture(scope="module")
def talk(platform: Platform) -> Talk:
    return Talk(platform, platform.add_hearing_bot(access="open", quotas={"per_user": 1000}))


def test_every_kind_of_site_gives_a_video(talk: Talk, site: MediaServer) -> None:
    site.put("/page.html", og_page(site.url("video.mp4", Manner.NO_RANGE), title="A page"))
    links = [
        site.url("video.mp4"),
        site.url("hls/index.m3u8"),
        site.url("fmp4/index.m3u8"),
        site.url("dash/index.mpd"),
        site.redirect(site.url("video.mp4", Manner.UNKNOWN_LENGTH)),
        site.at("/page.html"),
    ]
    ends = talk.end_of_each(dict(enumerate(links, start=1000)))

    for user, end in ends.items():
        assert end.media is not None, f"{user}: {end.text}"
        assert end.method.lower() == "sendvideo"
        assert end.reply_to is not None


def test_sound_comes_of_the_stored_video(talk: Talk, site: MediaServer) -> None:
    link = site.url("video.mp4", Manner.SLOW)
    talk.ask(1100, f".vdl {link} best")
    assert talk.end(1100).media
    before = len([hit for hit in site.asked("/slow/video.mp4") if hit.method == "GET"])

    talk.ask(1100, f".adl {link}")

    end = talk.end(1100, 2)
    assert end.media is not None, end.text
    assert end.method.lower() == "sendaudio"
    # The probe looks at the page again; nobody reads the file to its end.
    assert len([hit for hit in site.asked("/slow/video.mp4") if hit.method == "GET"]) <= before + 1


def test_what_cannot_be_had_is_said_in_words(talk: Talk, site: MediaServer) -> None:
    site.put("/live.m3u8", hls("a.ts", "b.ts", is_live=True), "application/vnd.apple.mpegurl")
    site.put("/text.html", "<html><head><title>Nothing</title></head><body>Only words</body></html>")
    expected = {
        site.status(404): {Failure.GONE},
        site.status(403): {Failure.BLOCKED},
        site.status(503): {Failure.TEMPORARY},
        site.at("/live.m3u8"): {Failure.LIVE},
        site.at("/text.html"): {Failure.UNSUPPORTED},
        site.loop(): {Failure.TEMPORARY, Failure.UNSUPPORTED},
        site.url("video.mp4", Manner.TRUNCATED): {Failure.TEMPORARY, Failure.UNSUPPORTED},
    }
    ends = talk.end_of_each(dict(enumerate(expected, start=1200)))

    for end, (link, failures) in zip(ends.values(), expected.items(), strict=True):
        assert end.text in {WORDS[failure] for failure in failures}, link


def test_no_link_leads_inside(talk: Talk, site: MediaServer, trap: MediaServer) -> None:
    inside = trap.url("video.mp4")
    site.put("/in.html", og_page(inside))
    site.put("/refresh.html", refresh_page(inside))
    site.put("/in.m3u8", hls(trap.url("hls/index0.ts")), "application/vnd.apple.mpegurl")
    site.put("/in.mpd", dash(base=trap.at("/plain/dash/")), "application/dash+xml")
    links = [
        inside,
        trap.url("video.mp4", host="2130706434"),
        trap.url("video.mp4", host="0177.0.0.2"),
        trap.url("video.mp4", host="0x7f.0.0.2"),
        trap.url("video.mp4", host="[::ffff:127.0.0.2]"),
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        site.redirect(inside),
        site.redirect(inside, hops=3),
        site.at("/in.html"),
        site.at("/refresh.html"),
        site.at("/in.m3u8"),
        site.at("/in.mpd"),
    ]
    ends = talk.end_of_each(dict(enumerate(links, start=1300)))

    talk.ask(1399, f".vdl http://user:secret@{trap.target}/plain/video.mp4")
    for end, link in zip(ends.values(), links, strict=True):
        assert end.text == WORDS[Failure.FORBIDDEN_ADDRESS], link
    assert talk.end(1399).text == WORDS[Failure.BAD_URL], "who wants to log in somewhere isn't helped"
    assert trap.connections == 0


@pytest.mark.parametrize("many", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_one_download_for_all_who_ask(talk: Talk, site: MediaServer, many: int) -> None:
    """Half of them while it runs, some at about the moment at which it ends."""
    name = f"{Manner.HELD}/video.mp4?many={many}"
    site.released.clear()
    users = range(many * 1000, many * 1000 + many)
    link = site.at(f"/{name}")
    for user in users[: many // 2]:
        talk.ask(user, f".vdl {link}")
    talk.hears_of_progress(users[0])

    site.release()
    for user in users[many // 2 :]:
        talk.ask(user, f".vdl {link}")

    ends = [talk.end(user) for user in users]
    assert all(end.media for end in ends)
    uploads = [end for end in ends if end.media and "filename" in end.media]
    assert len(uploads) == 1
    assert talk.fetches(link) == 1
    assert len({end.media["file_id"] for end in ends if end.media}) == 1


def test_the_last_one_out_stops_the_download(talk: Talk, site: MediaServer) -> None:
    site.released.clear()
    link = site.at(f"/{Manner.HELD}/video.mp4?cancel=1")
    talk.ask(1500, f".vdl {link}")
    talk.hears_of_progress(1500)

    talk.ask(1500, ".cancel")

    telegram = talk.platform.telegram
    talk.platform.wait_for(
        lambda: any(
            "Taken back: 1 download" in one.text for one in telegram.messages(bot_id=talk.bot_id, chat_id=1500)
        ),
        "the answer to .cancel",
        PATIENCE_S,
    )
    site.release()
    # Whoever asks after that starts anew.
    talk.ask(1501, f".vdl {link}")
    assert talk.end(1501).media
    assert not talk.ends(1500)


@pytest.mark.alone
def test_who_waits_is_answered_though_the_fetch_dies_and_redis_forgets(talk: Talk, site: MediaServer) -> None:
    site.released.clear()
    link = site.at(f"/{Manner.HELD}/video.mp4?killed=1")
    users = range(1600, 1605)
    for user in users:
        talk.ask(user, f".vdl {link}")
    for user in users:
        talk.hears_of_progress(user)

    with Redis.from_url(talk.platform.endpoints.redis_url) as redis:
        redis.flushall()
    workers = lambda_workers(talk.platform.state_dir, "download-fetch")
    kill_workers(workers)
    site.release()

    assert workers
    for user in users:
        assert talk.end(user).media
        talk.progress_goes(user)
    assert talk.platform.in_queue("dead.fifo") == 0, "nothing of it rings an alarm"
