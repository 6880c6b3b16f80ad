"""What stands on a command line, as the contract's fields have it."""

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from cli.errors import UsageError

#: The text comes from standard input.
_STDIN = "-"
_BUTTON = re.compile(r"(?P<text>.+?)=(?:callback:(?P<callback_data>.*)|(?P<url>(?:https?|tg)://.+))", re.DOTALL)
_NUMBER = re.compile(r"-?\d+")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

CorrelationOption = Annotated[str | None, typer.Option(help="Of the action it belongs to; else a new one.")]
BotArgument = Annotated[int, typer.Argument(metavar="BOT_ID", min=1, help="The bot, as it was added.")]


def given(**fields: Any) -> dict[str, Any]:
    """Those that were given: to the contract, an absent field and an empty one aren't the same."""
    return {name: value for name, value in fields.items() if value is not None}


def seconds(text: str) -> float:
    """How long a text says, in seconds.

    >>> seconds("10m")
    600.0
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} isn't a time: write 30s, 10m, 2h or 1d")
    return float(found[1]) * _UNITS[found[2]]


def expiry(text: str | None) -> str | None:
    """The moment after which a message is too late, as ISO time."""
    if text is None:
        return None
    try:
        return (datetime.now(UTC) + timedelta(seconds=seconds(text))).isoformat(timespec="milliseconds")
    except OverflowError:
        raise typer.BadParameter(f"{text!r} is too long") from None


def chat(text: str) -> int | str:
    """A chat as the contract has it.

    >>> chat("-100123"), chat("@name")
    (-100123, '@name')
    """
    return int(text) if _NUMBER.fullmatch(text) else text


def readable(text: str | None) -> str | None:
    """The text, from standard input if that is what was asked for; without the newline that `echo` adds."""
    if text is None:
        return None
    if text == _STDIN:
        try:
            text = sys.stdin.read().removesuffix("\n")
        except UnicodeDecodeError:
            raise UsageError("standard input isn't text") from None
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError("TEXT isn't valid UTF-8") from None
    return text


def keyboard(buttons: list[str] | None) -> dict[str, Any] | None:
    """An inline keyboard of the buttons that were given."""
    return {"inline_keyboard": [[button(text)] for text in buttons]} if buttons else None


def button(text: str) -> dict[str, str]:
    """A button of its description.

    >>> button("1+1=2?=callback:sum")
    {'text': '1+1=2?', 'callback_data': 'sum'}
    """
    found = _BUTTON.fullmatch(text)
    if found is None:
        raise UsageError(f"--button {text!r}: write TEXT=callback:DATA or TEXT=https://…")
    return {name: value for name, value in found.groupdict().items() if value is not None}


def medium(**files: str | None) -> dict[str, str] | None:
    """The one file of a message, by its kind.

    >>> medium(photo="https://example.org/a.jpg", video=None)
    {'kind': 'photo', 'url': 'https://example.org/a.jpg'}
    """
    found = given(**files)
    if len(found) > 1:
        raise UsageError(f"give one file: {' or '.join(f'--{kind}' for kind in found)}")
    for kind, file in found.items():
        return {"kind": kind, "url" if "://" in file else "file_id": file}
    return None


def json_object(text: str | None, option: str) -> dict[str, Any] | None:
    """A JSON object that was written on the command line."""
    if text is None:
        return None
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{option} isn't JSON: {error}") from None
    if not isinstance(loaded, dict):
        raise UsageError(f'{option} must be a JSON object, for instance {{"chat_id": 5}}')
    return loaded


def token_of(from_stdin: bool, variable: str | None, itself: str | None = None) -> str | None:
    """The token, from the one place that was named; None where no place was.

    Raises:
        UsageError: if several were named, or it isn't there.
    """
    if sum((from_stdin, variable is not None, itself is not None)) > 1:
        raise UsageError("give the token once: --token-stdin, --token-env or --token")
    if from_stdin:
        found = sys.stdin.readline()
    elif variable is not None:
        found = os.environ.get(variable, "")
        if not found:
            raise UsageError(f"the variable {variable} isn't set: export it before the command")
    elif itself is not None:
        found = itself
    else:
        return None
    if not found.strip():
        raise UsageError("the token is empty")
    return found.strip()


def asked_token(what: str) -> str | None:
    """A token from a hidden prompt; None where nobody can be asked."""
    if not sys.stdin.isatty():
        return None
    found: str = typer.prompt(what, hide_input=True, err=True).strip()
    if not found:
        raise UsageError("the token is empty")
    return found
