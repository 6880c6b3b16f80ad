import pytest

from local.simulator.errors import ApiError
from local.simulator.formatting import Formatted, format_text, utf16_length


def html(source: str) -> Formatted:
    return format_text(source, "HTML")


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("x<STRONG>a</STRONG >", "xa", [("bold", 1, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("😀<u>ё</u>", "😀ё", [("underline", 2, 1)]),
        ("&lt;b&gt; &amp; &quot;&#1102;&#x44e;", '<b> & "юю', []),
        ("&nbsp;&unknown; &", "&nbsp;&unknown; &", []),
        ("<pre><code class='language-py'>x</code></pre>", "x", [("pre", 0, 1), ("code", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("  <b> a </b> ", "a", [("bold", 0, 1)]),
        ("<b></b>", "", []),
        ("<b>a</>", "a", [("bold", 0, 1)]),
    ],
)
def test_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    parsed = html(source)
    assert parsed.text == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in parsed.entities] == entities


def test_link_and_emoji_keep_what_they_point_to() -> None:
    parsed = html('<a href="https://example.com/?a=1&amp;b=2">x</a><tg-emoji emoji-id="5">y</tg-emoji>')
    assert [entity.get("url") or entity.get("custom_emoji_id") for entity in parsed.entities] == [
        "https://example.com/?a=1&b=2",
        "5",
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("ё <br/>", 'Unsupported start tag "br/" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ('<a href="x>y</a>', 'Unclosed start tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ],
)
def test_what_cannot_be_parsed(source: str, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {problem}"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("ё", 1), ("😀", 2), ("\ud800", 1)])
def test_length_is_in_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length


def test_unknown_parse_mode_is_refused() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        format_text("x", "BBCode")
