"""Global options anywhere, negative numbers as arguments, and errors as exit codes."""

from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from cli.errors import CliError
from cli.options import Root, State, TakesNegatives, state_of
from cli.render import Output

app = typer.Typer(cls=Root)


@app.callback()
def root(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option()] = "none",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    context.obj = State(output=Output(as_json=as_json))
    typer.echo(f"name={name} json={as_json}")


@app.command(cls=TakesNegatives)
def show(
    chat: str, text: str, number: Annotated[int, typer.Option()] = 0, note: Annotated[str, typer.Option()] = ""
) -> None:
    typer.echo(f"chat={chat} text={text} number={number} note={note}")


@app.command()
def fail(context: typer.Context, known: bool = True) -> None:
    assert state_of(context).output is not None
    raise CliError("it went wrong: 1:fake-token-fake", "do this") if known else KeyError("a bug")


def out(*args: str) -> str:
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "args",
    [
        ("--json", "--name", "x", "show", "a", "b"),
        ("show", "--json", "a", "--name=x", "b"),
        ("show", "a", "b", "--name", "x", "--json"),
    ],
)
def test_global_options_stand_anywhere(args: tuple[str, ...]) -> None:
    assert out(*args) == "name=x json=True chat=a text=b number=0 note="


def test_behind_two_dashes_is_text() -> None:
    assert out("show", "--", "a", "--json") == "name=none json=False chat=a text=--json number=0 note="


def test_a_global_option_without_its_value() -> None:
    result = CliRunner().invoke(app, ["show", "a", "b", "--name"])
    assert (result.exit_code, "requires an argument" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("-100123", "hi"), "chat=-100123 text=hi number=0 note="),
        (("-100123", "-5"), "chat=-100123 text=-5 number=0 note="),
        (("5", "-5", "--note", "-7"), "chat=5 text=-5 number=0 note=-7"),
        (("--", "-1", "-x"), "chat=-1 text=-x number=0 note="),
    ],
)
def test_negative_numbers_are_arguments(args: tuple[str, ...], said: str) -> None:
    assert out("show", *args).endswith(said)


@pytest.mark.parametrize("args", [("-1", "hi", "--nope"), ("-1", "-x"), ("-1x", "hi")])
def test_what_looks_like_an_option_still_is_one(args: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["show", *args])
    assert (result.exit_code, "No such option" in result.stderr) == (2, True)


def test_an_error_is_words_and_an_exit_code() -> None:
    result = CliRunner().invoke(app, ["fail"])
    assert result.exit_code == 1
    assert result.stderr == "Error: it went wrong: 1:***\ndo this\n"


def test_an_error_for_programs() -> None:
    result = CliRunner().invoke(app, ["fail", "--json"])
    assert result.exit_code == 1
    assert result.stderr == '{"error": "it went wrong: 1:***", "hint": "do this", "exit_code": 1}\n'


def test_a_bug_is_not_hidden() -> None:
    result = CliRunner().invoke(app, ["fail", "--no-known"])
    assert isinstance(result.exception, KeyError)
