"""The parsers, case by case, and whatever else one may write."""

import subprocess
import sys
from typing import Any, get_args

import pytest
from aiogram.types import MessageEntity

from courier.commands.reading.commands import command_in
from courier.commands.reading.links import complete, link_of, links_in
from courier.commands.reading.options import Kind, quality_of
from courier.commands.reading.passages import Passage
from courier.commands.reading.unclear import Unclear
from courier.contracts.media import QUALITIES
from tests.unit.commands.chat import mark

LINK = "https://example.org/v?id=1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".vdl", ("vdl", [])),
        ("/vdl", ("vdl", [])),
        ("/VdL", ("vdl", [])),
        (".vdl a  b\nc", ("vdl", ["a", "b", "c"])),
        (".vdl\nhttps://x.org/a", ("vdl", ["https://x.org/a"])),
        (".vdl\u00a0a", ("vdl", ["a"])),
        ("  .vdl a", ("vdl", ["a"])),
        ("/vdl@courier_bot a", ("vdl", ["a"])),
        (".VDL@COURIER_BOT a", ("vdl", ["a"])),
        ("/start payload", ("start", ["payload"])),
        ("/unknown", ("unknown", [])),
        ("/vdl@other_bot a", None),
        ("/vdl@courier_bot2", None),
        ("/vdl@", None),
        ("/vdl@@courier_bot", None),
        ("...", None),
        (".", None),
        ("/", None),
        (".5", None),
        ("./x", None),
        ("/usr/bin", None),
        (".vdl.", None),
        (".vdl,", None),
        (". vdl", None),
        ("..vdl", None),
        ("!vdl", None),
        ("vdl", None),
        ("say .vdl", None),
        (".vdlx2", None),
        (".\N{CYRILLIC SMALL LETTER A}dl", None),
        (".\N{KELVIN SIGN}ick", None),
        ("", None),
    ],
)
def test_what_is_a_command(text: str, expected: tuple[str, list[str]] | None) -> None:
    command = command_in(Passage(text), "Courier_Bot")

    assert (command and (command.name, command.rest.words)) == expected


def test_a_bot_whose_name_isnt_known_isnt_named() -> None:
    assert command_in(Passage("/vdl@courier_bot"), None) is None
    assert command_in(Passage("/vdl"), None) is not None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (LINK, LINK),
        ("HTTPS://Example.org/A", "HTTPS://Example.org/A"),
        ("http://example.org", "http://example.org"),
        ("http://localhost/x", "http://localhost/x"),
        (f"<{LINK}>", LINK),
        (f"({LINK}).", LINK),
        (f"«{LINK}»,", LINK),
        (f"\u200b{LINK}\u200b", LINK),
        ("https://en.wikipedia.org/wiki/Foo_(bar)", "https://en.wikipedia.org/wiki/Foo_(bar)"),
        ("(https://en.wikipedia.org/wiki/Foo_(bar))", "https://en.wikipedia.org/wiki/Foo_(bar)"),
        ("https://youtu.be/abc-_", "https://youtu.be/abc-_"),
        ("youtu.be/abc", "https://youtu.be/abc"),
        ("www.example.co.uk:8080/a?b=c#d", "https://www.example.co.uk:8080/a?b=c#d"),
        ("пример.рф/видео", "https://пример.рф/видео"),
        ("xn--e1afmkfd.xn--p1ai/x", "https://xn--e1afmkfd.xn--p1ai/x"),
        ("example.org", None),
        ("example.org/", None),
        ("video.mp4", None),
        ("127.0.0.1/x", None),
        ("a/b", None),
        ("and/or", None),
        ("-x.org/a", None),
        (".org/a", None),
        ("x..org/a", None),
        ("user@example.org/a", None),
        ("ftp://example.org/x", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("tg://user?id=1", None),
        ("https://", None),
        ("https:///x", None),
        ("https://[", None),
        ("https://[::1", None),
        ("720p", None),
        ("))))", None),
        ("", None),
        ("https://example.org/" + "x" * 5000, None),
        ("example.org/" + "x" * 5000, None),
    ],
)
def test_what_is_a_link(word: str, expected: str | None) -> None:
    assert link_of(word) == expected


def test_what_telegram_linked_isnt_changed() -> None:
    assert complete("https://example.org/a).") == "https://example.org/a)."
    assert [complete(link) for link in ("", "x.org/a", "https://x.org/a b", "tg://user?id=1")] == [None] * 4


def passage(text: str, *marks: dict[str, Any]) -> Passage:
    return Passage.of(text, [MessageEntity(**one) for one in marks])


def marked(text: str, words: str, kind: str, **fields: Any) -> Passage:
    return passage(text, mark(text, words, kind, **fields))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (passage(f"Look: {LINK}!"), [LINK]),
        (passage(f"see:{LINK}, and youtu.be/x"), [LINK, "https://youtu.be/x"]),
        (passage(f"[this]({LINK})"), [LINK]),
        (marked("🎬🎬 example.org now", "example.org", "url"), ["https://example.org"]),
        (marked("🎬 this", "this", "text_link", url=LINK), [LINK]),
        (marked(f"README.md of {LINK}", "README.md", "url"), [LINK, "https://README.md"]),
        (marked("hi", "hi", "text_link", url="tg://user?id=5"), []),
        (marked("hi", "hi", "text_link"), []),
        (marked("a@x.org", "a@x.org", "email"), []),
        (passage("b.org a", *[mark("b.org a", *one) for one in (("a", "bold"), ("b.org", "url"))]), ["https://b.org"]),
        (passage("x", {"type": "url", "offset": 50, "length": 9}), []),
        (passage("x.org", {"type": "url", "offset": -5, "length": 9}), []),
        (passage("x.org", {"type": "url", "offset": 0, "length": 10**12}), ["https://x.org"]),
        (passage("🎬x.org/a", {"type": "url", "offset": 1, "length": 8}), []),
        (passage("nothing"), []),
        (Passage.of(None, None), []),
    ],
)
def test_links_in_a_text(text: Passage, expected: list[str]) -> None:
    assert links_in(text) == expected


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("video", [], "best"),
        ("video", ["720p"], "720p"),
        ("video", ["720P"], "720p"),
        ("video", ["720"], "720p"),
        ("video", ["4k"], "2160p"),
        ("video", ["worst", "worst"], "worst"),
        ("audio", [], "best"),
        ("audio", ["BEST"], "best"),
    ],
)
def test_options(kind: Kind, words: list[str], expected: str) -> None:
    assert quality_of(kind, words) == expected


@pytest.mark.parametrize(
    ("kind", "words", "part"),
    [
        ("video", ["721p"], "<code>721p</code>"),
        ("video", ["best", "<b>"], "<code>&lt;b&gt;</code>"),
        ("video", ["320k"], "<code>320k</code>"),
        ("audio", ["720p"], "<code>720p</code>"),
        ("audio", ["4k"], "<code>4k</code>"),
        ("audio", ["worst"], "For audio there is: best."),
        ("video", ["720p", "best"], "720p or best"),
        ("video", ["x" * 500], "x" * 64 + "…"),
    ],
)
def test_what_is_no_option_is_named(kind: Kind, words: list[str], part: str) -> None:
    found = quality_of(kind, words)

    assert isinstance(found, Unclear)
    assert part in found.html


def test_options_are_named_once() -> None:
    for kind in get_args(Kind):
        names = QUALITIES[kind]
        assert [quality_of(kind, [name]) for name in names] == list(names)


def test_reading_doesnt_load_aiogram() -> None:
    """It costs seconds of a cold start, and is only needed for what is a command."""
    script = (
        "import sys, courier.commands.reading.wishes, courier.commands.reading.targets; print('aiogram' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout

    assert printed.strip() == "False"
