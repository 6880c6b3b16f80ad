"""`courier dead`: what was given up, and why."""

from typing import Annotated

import typer
from rich.text import Text

from cli.letters import DeadLetterBox, Letter
from cli.options import state_of
from cli.render import moment, one_line, plain

#: Characters of a body that are shown on a terminal.
_BODY_SHOWN = 160

dead = typer.Typer(help="What was given up, and why.", no_args_is_help=True)


@dead.command("list")
def list_letters(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Letters shown at most.")] = 100,
) -> None:
    """Show the dead letters. They stay in their queue."""
    state = state_of(context)
    found = DeadLetterBox.of(state.target).peek(limit)
    if state.output.as_json:
        state.output.result({"letters": [letter.data() for letter in found.letters], "total": found.total}, "")
        return
    for letter in found.letters:
        state.output.result(letter.data(), rendered(letter))
    state.output.aside(_summary(len(found.letters), found.total, limit))


def rendered(letter: Letter) -> Text:
    """A letter in three lines."""
    return Text.assemble(
        (moment(letter.sent_at), "dim"),
        "  ",
        (plain(letter.source) or "unknown queue", "cyan"),
        "  ",
        (plain(letter.correlation_id), "magenta"),
        "\n  ",
        (one_line(letter.reason, 1_000), "bold red"),
        "\n  ",
        (one_line(letter.body, _BODY_SHOWN), "dim"),
    )


def _summary(shown: int, total: int, limit: int) -> str:
    if total == 0:
        return "No dead letters."
    if shown == 0:
        return f"About {total} dead letters, all held by another reader just now. Try again in half a minute."
    if shown >= total:
        return "1 dead letter." if shown == 1 else f"{shown} dead letters."
    if shown >= limit:
        return f"{shown} of about {total} dead letters; --limit shows more."
    return (
        f"{shown} of about {total} dead letters. SQS hands out ten of one chat at most: the rest stand behind these, "
        "or another reader holds them."
    )
