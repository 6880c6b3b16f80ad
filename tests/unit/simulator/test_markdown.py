import pytest

from local.simulator.errors import ApiError
from local.simulator.formatting import format_text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        (r"1\. a\!", "1. a!"),
        ("*bold _italic_* __under__ ~gone~ ||hidden||", "bold italic under gone hidden"),
        ("[text](https://example.com/a_b)", "text"),
        ("`a.b!` and ```py\nx = 1\n```", "a.b! and py\nx = 1"),
        (">quote\n>more", "quote\nmore"),
        ("emoji 😀 ё", "emoji 😀 ё"),
    ],
)
def test_text_without_its_markup(source: str, text: str) -> None:
    assert format_text(source, "MarkdownV2").text == text


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Hi.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a>b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("ё *bold", "Can't find end of Bold entity at byte offset 3"),
        ("*a _b* c_", "Can't find end of Italic entity at byte offset 8"),
        ("`code", "Can't find end of Code entity at byte offset 0"),
        ("[text", "Can't find end of TextUrl entity at byte offset 0"),
    ],
)
def test_what_cannot_be_parsed(source: str, problem: str) -> None:
    with pytest.raises(ApiError) as refused:
        format_text(source, "MarkdownV2")
    assert refused.value.description == f"Bad Request: can't parse entities: {problem}"
