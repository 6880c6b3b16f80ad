"""`courier logs` and `courier trace`: what the stages wrote, and the story of one correlation id."""

import json
import time
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.dead import rendered as rendered_letter
from cli.errors import NotFoundError
from cli.fields import seconds
from cli.follow import followed, merged
from cli.letters import DeadLetterBox
from cli.loglines import LEVELS, Line, LogReader, severity
from cli.options import State, state_of
from cli.render import moment, plain
from courier.contracts.envelope import CORRELATION_ID, correlation_id_of

_COLOURS = {"DEBUG": "dim", "INFO": "green", "WARNING": "yellow", "ERROR": "bold red", "CRITICAL": "bold red"}
#: Dead letters that a story is looked for in.
_LETTERS = 1_000
#: Fields of a line that are shown elsewhere, or tell of the function rather than of what happened.
_NOT_SHOWN = {"level", "message", "timestamp", "time", "location", "service", CORRELATION_ID} | {
    *("xray_trace_id", "cold_start", "stack_trace", "exception", "sampling_rate", "_aws", "taskName"),
    *("function_name", "function_arn", "function_memory_size", "function_request_id"),
}


def _level(text: str) -> str:
    level = {"WARN": "WARNING"}.get(text.upper(), text.upper())
    if level not in LEVELS:
        raise typer.BadParameter(f"{text!r} isn't one of {', '.join(LEVELS)}")
    return level


def logs(
    context: typer.Context,
    *,
    stage: Annotated[
        str | None, typer.Argument(metavar="STAGE", help="One stage alone: control, sender, api, …")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines; Ctrl-C ends it.")] = False,
    since: Annotated[str, typer.Option(help="How far back: 30s, 10m, 2h, 1d.")] = "10m",
    level: Annotated[str, typer.Option(help="The least severe lines shown. DEBUG has metrics as well.")] = "INFO",
) -> None:
    """Show what the stages wrote, by time."""
    state = state_of(context)
    least, since_s = severity(_level(level)), time.time() - seconds(since)
    reader = LogReader(state.target.logs, state.target.stack)
    stages = _chosen(reader.stages(), stage)
    lines = followed(reader, stages, since_s) if follow else iter(merged(reader, stages, since_s))
    shown = 0
    try:
        for line in lines:
            if severity(line.level) >= least:
                shown += 1
                state.output.result(line.data(), rendered(line))
    except KeyboardInterrupt:
        if not follow:
            raise
    if shown == 0:
        state.output.aside(f"No lines of {', '.join(stages)} in the last {since}.")


def trace(
    context: typer.Context,
    *,
    correlation_id: Annotated[str, typer.Argument(metavar="ID", help="As `courier send` printed it.")],
    since: Annotated[str, typer.Option(help="How far back: 30s, 10m, 2h, 1d.")] = "1d",
) -> None:
    """Tell the story of one message: every line with its correlation id, and its dead letters."""
    state = state_of(context)
    sought = correlation_id_of("", correlation_id, fresh="")
    lines = _lines_about(state, sought, time.time() - seconds(since))
    letters = DeadLetterBox.of(state.target).about(sought, _LETTERS)
    if not lines and not letters:
        raise NotFoundError(
            f"nothing with correlation id {sought} in the last {since}",
            "It may wait in its queue still; on AWS, lines can be seen some seconds late. --since looks further back.",
        )
    if state.output.as_json:
        found = {"lines": [line.data() for line in lines], "dead_letters": [letter.data() for letter in letters]}
        state.output.result({CORRELATION_ID: sought} | found, "")
        return
    for line in lines:
        state.output.result(None, rendered(replace(line, correlation_id=None)))
    for letter in letters:
        state.output.result(None, Text("Dead letter:", style="bold red"))
        state.output.result(None, rendered_letter(letter))


def _lines_about(state: State, correlation_id: str, since_s: float) -> list[Line]:
    reader = LogReader(state.target.logs, state.target.stack)
    pattern = f'{{ $.{CORRELATION_ID} = "{correlation_id}" }}'
    lines = merged(reader, reader.stages(), since_s, pattern)
    return [line for line in lines if line.correlation_id == correlation_id]


def _chosen(stages: list[str], stage: str | None) -> list[str]:
    """The groups of a stage: its own, and those of its functions where it has several."""
    chosen = [name for name in stages if stage is None or name == stage or name.startswith(f"{stage}-")]
    if not chosen:
        raise NotFoundError(f"no stage {stage!r} writes logs here", f"There are: {', '.join(stages)}.")
    return chosen


def rendered(line: Line) -> Text:
    """A line for people; a traceback stands below it."""
    text = Text.assemble(
        (moment(line.at), "dim"),
        " ",
        (f"{line.level:<8}", _COLOURS.get(line.level, "")),
        " ",
        (f"{line.stage:<8}", "cyan"),
        " ",
        plain(line.message),
    )
    for name, value in line.fields.items():
        if name not in _NOT_SHOWN and value not in (None, line.message):
            text.append(f" {plain(name)}=", style="dim").append(_value(value))
    if line.correlation_id:
        text.append(f" {plain(line.correlation_id)}", style="magenta")
    exception = line.fields.get("exception")
    if isinstance(exception, str):
        text.append("\n  " + plain(exception).replace("\n", "\n  "), style="dim")
    return text


def _value(value: Any) -> str:
    words = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return plain(json.dumps(words, ensure_ascii=False) if " " in words and isinstance(value, str) else words)
