"""`courier bots list` and `show`: what is known of the bots."""

from dataclasses import asdict
from typing import Any

import typer
from rich.text import Text

from cli.depth import QueueDepths
from cli.errors import NotFoundError
from cli.fields import BotArgument
from cli.options import state_of
from cli.render import Output, moment, one_line, plain
from cli.rows import BotRow, BotRows, Switch

_COLOURS = {"active": "green", "stopped": "bold red", "paused": "yellow", "removing": "yellow"}
_REASON_SHOWN = 160
_SHOWN_OTHERWISE = ("limits", "since", "drain_until", "admins", "quotas", "updates_forwarded")


def list_bots(context: typer.Context) -> None:
    """Show all bots and what state they are in."""
    state = state_of(context)
    rows = BotRows.of(state.target)
    found, switch = list(rows.all()), rows.switch()
    if state.output.as_json:
        stop = switch.model_dump(exclude_none=True)
        state.output.result({"bots": [row.data() for row in found], "stop_switch": stop}, "")
        return
    for row in found:
        state.output.result(None, _line(row))
    state.output.aside(f"{len(found)} bot{'' if len(found) == 1 else 's'}." if found else "No bots.")
    _warn(state.output, switch)


def show(context: typer.Context, *, bot_id: BotArgument) -> None:
    """Show one bot: its state, its limits, and what its queues hold."""
    state = state_of(context)
    rows = BotRows.of(state.target)
    row = rows.get(bot_id)
    if row is None:
        raise NotFoundError(f"there is no bot {bot_id}", f"Add it with `courier bots add {bot_id}`.")
    switch = rows.switch()
    names = state.target.names
    depths = [
        depth for depth in QueueDepths.of(state.target).all(f"{names.stack}-bot-{bot_id}") if depth.bot_id == bot_id
    ]
    data = row.data() | {"queues": [asdict(depth) for depth in depths], "stop_switch": switch.is_off}
    text = Text()
    for name, value in _lines(row).items():
        text.append(f"{name:<18}", style="cyan").append(f"{plain(str(value))}\n")
    if row.since:
        text.append(f"{'since':<18}", style="cyan").append(f"{moment(row.since)}\n")
    for depth in depths:
        text.append(f"{depth.kind:<18}", style="cyan").append(f"{depth.words()}\n")
    text.rstrip()
    state.output.result(data, text)
    if row.is_half_deaf:
        state.output.aside(
            "In groups it gets only commands, answers and what names it. If it should get all: @BotFather, /setprivacy."
        )
    _warn(state.output, switch)


def _lines(row: BotRow) -> dict[str, Any]:
    """What is shown of a row, by name; figures one by one."""
    lines = {name: value for name, value in row.data().items() if name not in _SHOWN_OTHERWISE}
    admins = {"admins": ", ".join(map(str, row.admins))} if row.admins else {}
    forwarded = {"updates_forwarded": row.updates_forwarded} if row.updates_queue else {}
    quotas = {f"quota {name}": value for name, value in (row.quotas or {}).items()}
    return lines | admins | forwarded | row.limits | quotas


def _line(row: BotRow) -> Text:
    text = Text.assemble(
        (f"{row.bot_id:<12}", "cyan"),
        (f"{plain(row.status):<10}", _COLOURS.get(row.status, "")),
        f"@{plain(row.username)}" if row.username else "",
    )
    if row.reason:
        text.append(f"  {one_line(row.reason, _REASON_SHOWN)}", style="dim")
    return text


def _warn(output: Output, switch: Switch) -> None:
    if switch.is_off:
        why = f" ({plain(switch.reason)})" if switch.reason else ""
        output.aside(
            Text(f"The stop switch is off{why}: no bot sends until `courier bots resume --all`.", style="bold red")
        )
