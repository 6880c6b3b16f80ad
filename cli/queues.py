"""`courier queues`: what waits where."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from cli.depth import QueueDepth, QueueDepths
from cli.errors import NotFoundError
from cli.options import state_of


def queues(
    context: typer.Context,
    *,
    bot: Annotated[int | None, typer.Option("--bot", min=1, help="The queues of one bot alone.")] = None,
) -> None:
    """Show how much each queue holds, and on AWS how old the oldest message is."""
    state = state_of(context)
    depths = QueueDepths.of(state.target).all()
    if not depths:
        where = state.target.where
        raise NotFoundError(
            f"stack {state.target.stack} has no queues here: {where}",
            "Is it deployed under this name (--stack), in this region and account?",
        )
    shown = [depth for depth in depths if bot is None or depth.bot_id == bot]
    if not shown:
        raise NotFoundError(f"bot {bot} has no queues", f"Add it with `courier bots add {bot}`.")
    state.output.result({"queues": [asdict(depth) for depth in shown]}, _rendered(shown))


def _rendered(depths: list[QueueDepth]) -> Text:
    width = max(len(depth.queue) for depth in depths)
    text = Text()
    for depth in depths:
        is_bad = depth.kind == "dead" and depth.waiting + depth.held > 0
        text.append(f"{depth.queue:<{width}}  ", style="cyan")
        text.append(f"{depth.words()}\n", style="bold red" if is_bad else "")
    text.rstrip()
    return text
