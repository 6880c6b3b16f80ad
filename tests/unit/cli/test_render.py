"""What reaches the terminal."""

import json

import pytest
from rich.text import Text

from cli.render import Output, one_line, plain


def test_json_is_one_line_without_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    body = json.dumps({"type": "add_bot", "data": {"token": "1:fake-token"}})
    Output(as_json=True).result({"body": body, "text": "ü [bold]x[/bold] " + "y" * 300}, "not this")

    written = capsys.readouterr().out
    assert written.count("\n") == 1
    assert "fake-token" not in written
    assert json.loads(json.loads(written)["body"])["data"] == {"token": "***"}


def test_words_are_not_markup_and_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    Output().result(None, Text(plain("[bold]x[/bold] :smile: " + "y" * 300)))

    assert capsys.readouterr().out == "[bold]x[/bold] :smile: " + "y" * 300 + "\n"


@pytest.mark.parametrize("code", ["\x1b[31m", "\x07", "\r", "\x9b", "\u202e", "\x00"])
def test_terminals_get_nothing_to_obey(code: str) -> None:
    assert code not in plain(f"a{code}b")
    assert code not in one_line(f"a{code}b", 100)


def test_asides_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).aside("by the way")
    Output().aside("by the way")

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "by the way\n")
