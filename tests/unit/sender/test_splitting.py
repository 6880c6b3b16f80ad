"""Long texts: cut where a person would, whole on both sides, and nothing lost."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.contracts.fields import utf16_units
from courier.sender.splitting import shown_units, split

TAGS = ("b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler")


class Balance(HTMLParser):
    """Fails on a tag that isn't closed where it should be; collects what is shown."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.shown = ""
        self.feed(text)
        self.close()
        assert self.open == [], f"left open: {self.open} in {text!r}"

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("First one. Second one.", 15, ["First one.", "Second one."]),
        ("line one\nline two", 12, ["line one", "line two"]),
        ("a b\n\nc d e f", 8, ["a b", "c d e f"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("🙂🙂🙂", 4, ["🙂🙂", "🙂"]),
        ("🙂🙂🙂", 3, ["🙂", "🙂", "🙂"]),
        ("👨‍👩‍👧👨‍👩‍👧", 9, ["👨‍👩‍👧", "👨‍👩‍👧"]),
        ("🇩🇪🇫🇷", 5, ["🇩🇪", "🇫🇷"]),
        ("👍🏽👍🏽", 5, ["👍🏽", "👍🏽"]),
        ("e\u0301e\u0301", 3, ["e\u0301", "e\u0301"]),
    ],
)
def test_plain_texts_are_cut_where_a_person_would(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit) == parts


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("<b>one two</b>", 4, ["<b>one</b>", "<b>two</b>"]),
        ("<b>one <i>two three</i></b>", 8, ["<b>one <i>two</i></b>", "<b><i>three</i></b>"]),
        ("&lt;&lt;&lt;&lt;", 2, ["&lt;&lt;", "&lt;&lt;"]),
        ('<a href="https://e.org/?a=1&amp;b=2">one two</a>', 4, [
            '<a href="https://e.org/?a=1&amp;b=2">one</a>',
            '<a href="https://e.org/?a=1&amp;b=2">two</a>',
        ]),
        ("&#128512;&#128512;", 3, ["&#128512;", "&#128512;"]),
        ("<code>a\nb</code> c d", 3, ["<code>a</code>", "<code>b</code> c", "d"]),
    ],
)  # fmt: skip
def test_html_is_whole_on_both_sides_of_a_cut(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit, html=True) == parts


def test_a_caption_has_a_limit_of_its_own() -> None:
    assert split("aaa bbb ccc ddd", 8, first_limit=4) == ["aaa", "bbb ccc", "ddd"]


def test_what_is_shown_counts() -> None:
    assert shown_units("<b>a</b>&amp;🙂") == 4


@given(st.text(min_size=1, max_size=400), st.integers(10, 60))
def test_no_part_is_too_long_and_nothing_but_white_space_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit)

    assert "".join("".join(parts).split()) == "".join(text.split())
    # What belongs together as one character isn't torn, however long it is.
    assert all(utf16_units(part) <= limit or len(split(part, 1)) == 1 for part in parts)


def nested(depth: int = 3) -> st.SearchStrategy[str]:
    words = st.lists(st.sampled_from(["word", "&amp;", "🙂", "a", " ", "\n", "&lt;tag&gt;", ". "]), max_size=8)
    leaf = words.map("".join)
    if not depth:
        return leaf
    inner = nested(depth - 1)
    tagged = st.tuples(st.sampled_from(TAGS), inner).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
    return st.lists(st.one_of(leaf, tagged), max_size=5).map("".join)


@given(nested(), st.integers(10, 40))
def test_html_parts_are_balanced_and_show_the_same(text: str, limit: int) -> None:
    parts = split(text, limit, html=True)

    shown = [Balance(part).shown for part in parts]
    squeeze = re.compile(r"\s+")
    assert squeeze.sub("", "".join(shown)) == squeeze.sub("", Balance(text).shown)
    assert all(utf16_units(one) <= limit for one in shown)
