"""Where the token comes from, and that it goes nowhere else."""

import io

import pytest

from cli.errors import UsageError
from cli.fields import asked_token, token_of


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO("1:fake-token\nsecond line\n")
    monkeypatch.setattr("sys.stdin", stream)
    return stream


@pytest.mark.usefixtures("stdin")
def test_from_standard_input() -> None:
    assert token_of(from_stdin=True, variable=None, itself=None) == "1:fake-token"


def test_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", " 1:fake-token ")
    assert token_of(from_stdin=False, variable="BOT_TOKEN", itself=None) == "1:fake-token"


def test_from_the_option() -> None:
    assert token_of(from_stdin=False, variable=None, itself="1:fake-token") == "1:fake-token"


def test_from_the_prompt_without_an_echo(stdin: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    asked: dict[str, object] = {}

    def prompt(text: str, **how: object) -> str:
        asked.update(how, text=text)
        return "1:fake-token"

    monkeypatch.setattr("typer.prompt", prompt)
    assert asked_token("Token") == "1:fake-token"
    assert asked["hide_input"] is True


@pytest.mark.usefixtures("stdin")
@pytest.mark.parametrize(
    ("from_stdin", "variable", "itself", "says"),
    [
        (True, "BOT_TOKEN", None, "once"),
        (True, None, "1:fake-token", "once"),
        (False, "NOT_SET", None, "NOT_SET isn't set"),
        (False, None, " ", "empty"),
    ],
)
def test_what_is_wrong_is_said_without_the_token(
    from_stdin: bool, variable: str | None, itself: str | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        token_of(from_stdin=from_stdin, variable=variable, itself=itself)
    assert "fake-token" not in str(caught.value) + caught.value.hint


def test_no_line_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(UsageError, match="empty"):
        token_of(from_stdin=True, variable=None, itself=None)


@pytest.mark.usefixtures("stdin")
def test_where_nobody_can_be_asked_and_none_was_named() -> None:
    assert token_of(from_stdin=False, variable=None) is None
    assert asked_token("Token") is None
