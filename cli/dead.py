"""`courier dead`: what was given up and why; put back, or dropped."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.errors import CliError, UsageError
from cli.fields import asked_token, token_of
from cli.letters import DeadLetterBox, Letter
from cli.options import State, state_of
from cli.redrive import Outcome, Work, needs_token
from cli.render import moment, one_line, plain
from cli.selection import Selection, bot_of, found, selected
from courier.producer.posting import Posting

#: Characters of a body that are shown on a terminal.
_BODY_SHOWN = 160
#: Letters that are looked through for ids and masked tokens.
_SEEN = 10_000

dead = typer.Typer(help="What was given up, and why.", no_args_is_help=True)

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Letters, as `dead list` shows them.")]
BotOption = Annotated[int | None, typer.Option("--bot", min=1, help="All that is about this bot.")]
ReasonOption = Annotated[str | None, typer.Option(metavar="TEXT", help="All whose reason holds this text.")]
AllOption = Annotated[bool, typer.Option("--all", help="All letters.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


@dead.command("list")
def list_letters(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Letters shown at most.")] = 100,
) -> None:
    """Show the dead letters. They stay in their queue."""
    state = state_of(context)
    seen = DeadLetterBox.of(state.target).peek(limit)
    if state.output.as_json:
        state.output.result({"letters": [letter.data() for letter in seen.letters], "total": seen.total}, "")
        return
    for letter in seen.letters:
        state.output.result(letter.data(), rendered(letter))
    state.output.aside(_summary(len(seen.letters), seen.total, limit))


@dead.command()
def show(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="ID", help="A letter, as `dead list` shows it.")],
) -> None:
    """Show one dead letter whole. It stays in its queue."""
    state = state_of(context)
    letter = found(name, DeadLetterBox.of(state.target).peek(_SEEN).letters)
    try:
        body = json.dumps(json.loads(letter.body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        body = letter.body
    text = Text()
    for field, value in letter.data().items():
        if field != "body":
            shown = moment(letter.sent_at) if field == "sent_at" else plain(str(value))
            text.append(f"{field:<15}", style="cyan").append(f"{shown}\n")
    state.output.result(letter.data(), text.append("\n" + plain(body)))


@dead.command()
def redrive(
    context: typer.Context,
    *,
    ids: IdsArgument = None,
    bot: BotOption = None,
    reason: ReasonOption = None,
    all_letters: AllOption = False,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read a masked token from standard input; with --bot or one ID.")
    ] = False,
    token_env: Annotated[str | None, typer.Option(metavar="NAME", help="Read it from this variable.")] = None,
) -> None:
    """Put letters back on the queues they came from, each chat's in their order. Masked tokens are asked for again."""
    state = state_of(context)
    given = token_of(token_stdin, token_env)
    if given is not None and bot is None and len(ids or []) != 1:
        raise UsageError("a token is one bot's: give it with --bot, or with one ID")
    box = DeadLetterBox.of(state.target)
    seen = box.peek(_SEEN).letters
    selection = selected(ids or [], bot, reason, all_letters=all_letters, seen=seen)
    tokens = _tokens([letter for letter in seen if selection.takes(letter)], given)
    outcome = Work(box, selection).redrive(Posting(state.target.sqs), tokens)
    _tell(state, "redriven", outcome, selection, box)


@dead.command()
def drop(
    context: typer.Context,
    *,
    ids: IdsArgument = None,
    bot: BotOption = None,
    reason: ReasonOption = None,
    all_letters: AllOption = False,
    yes: YesOption = False,
) -> None:
    """Delete letters for good."""
    state = state_of(context)
    box = DeadLetterBox.of(state.target)
    seen = box.peek(_SEEN)
    selection = selected(ids or [], bot, reason, all_letters=all_letters, seen=seen.letters)
    meant = seen.total if all_letters else sum(selection.takes(letter) for letter in seen.letters)
    if meant and not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"about {meant} letters would be gone for good", "Say --yes to do it without a question.")
        typer.confirm(f"Delete {'about ' if all_letters else ''}{meant} letters for good?", abort=True, err=True)
    _tell(state, "dropped", Work(box, selection).drop(), selection, box)


def rendered(letter: Letter) -> Text:
    """A letter in three lines."""
    return Text.assemble(
        (moment(letter.sent_at), "dim"),
        "  ",
        (plain(letter.message_id), "green"),
        "  ",
        (plain(letter.source) or "unknown queue", "cyan"),
        "  ",
        (plain(letter.correlation_id), "magenta"),
        "\n  ",
        (one_line(letter.reason, 1_000), "bold red"),
        "\n  ",
        (one_line(letter.body, _BODY_SHOWN), "dim"),
    )


def _tokens(letters: Sequence[Letter], given: str | None) -> dict[int, str]:
    """A token for each bot that has letters with a masked one: the one that was given, else what a person types."""
    tokens: dict[int, str] = {}
    for letter in letters:
        bot_id = bot_of(letter)
        if bot_id is not None and bot_id not in tokens and needs_token(letter):
            kind = letter.envelope["type"]
            token = given or asked_token(f"Token of bot {bot_id}, masked in its {kind}")
            if token is not None:
                tokens[bot_id] = token
    return tokens


def _tell(state: State, word: str, outcome: Outcome, selection: Selection, box: DeadLetterBox) -> None:
    """What was done; an error where something that was meant stays."""
    stayed: list[dict[str, Any]] = [
        {"message_id": letter.message_id, "source": letter.source, "why": why} for letter, why in outcome.stayed
    ]
    done = [letter.message_id for letter in outcome.done]
    left = box.total()
    words = Text(f"{len(done)} letter{'' if len(done) == 1 else 's'} {word}, about {left} left.")
    state.output.result({word: done, "stayed": stayed, "left": left}, words)
    for one in stayed:
        state.output.aside(Text(f"{one['message_id']}  {plain(one['source'])}: {plain(one['why'])}", style="yellow"))
    if stayed:
        raise CliError(f"{len(stayed)} letter{' stays' if len(stayed) == 1 else 's stay'}")
    if not done and selection != Selection():
        raise CliError("no letter was found that is meant", "`courier dead list` shows what there is.")


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
