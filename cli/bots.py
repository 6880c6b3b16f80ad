"""`courier bots`: bots of the platform, and what changes them."""

from typing import Annotated, Any

import typer

from cli.access import (
    AccessOption,
    AdminOption,
    QuotaOption,
    UpdatesForwardedOption,
    UpdatesQueueOption,
    rules_of,
)
from cli.botlist import list_bots, show
from cli.changes import Change, carry_out
from cli.effects import became_active, changed_to, heard, is_gone, is_status
from cli.errors import UsageError
from cli.fields import BotArgument, CorrelationOption, asked_token, given, token_of
from cli.options import state_of
from cli.switch import turn_all
from courier.contracts.fields import ParseMode

#: Seconds that a removal takes besides the sending of what is queued: queues must look empty for a minute, twice.
_REMOVAL_S = 300.0

bots = typer.Typer(help="Bots that send.", no_args_is_help=True)
bots.command("list")(list_bots)
bots.command()(show)

StdinOption = Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")]
EnvOption = Annotated[str | None, typer.Option(metavar="NAME", help="Read it from this variable.")]
ItselfOption = Annotated[
    str | None,
    typer.Option(help="The token itself. Avoid it: it stays in the shell's history and shows in process lists."),
]
BotRateOption = Annotated[int | None, typer.Option(help="Messages per second, to all chats.")]
ChatRateOption = Annotated[float | None, typer.Option(help="Messages per second and chat.")]
BurstOption = Annotated[int | None, typer.Option(help="Messages to one chat at once.")]
GroupRateOption = Annotated[int | None, typer.Option(help="Messages per minute and group.")]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is done or refused.")]
TimeoutOption = Annotated[float, typer.Option(min=1, help="Seconds to wait at most.")]


@bots.callback()
def _group() -> None:
    """Bots that send."""


@bots.command()
def add(
    context: typer.Context,
    *,
    bot_id: Annotated[int, typer.Argument(metavar="BOT_ID", min=1, help="What the bot is called here: any number.")],
    token_stdin: StdinOption = False,
    token_env: EnvOption = None,
    token: ItselfOption = None,
    logs: Annotated[bool, typer.Option("--logs", help="Put every outcome on the bot's logs queue.")] = False,
    bot_per_second: BotRateOption = None,
    chat_per_second: ChatRateOption = None,
    chat_burst: BurstOption = None,
    group_per_minute: GroupRateOption = None,
    parse_mode: Annotated[ParseMode | None, typer.Option(help="For texts that name none of their own.")] = None,
    webhook: Annotated[bool, typer.Option("--webhook", help="Have Telegram send what users write to it.")] = False,
    admin: AdminOption = None,
    access: AccessOption = None,
    quota: QuotaOption = None,
    updates_queue: UpdatesQueueOption = None,
    updates_forwarded: UpdatesForwardedOption = None,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60.0,
    correlation_id: CorrelationOption = None,
) -> None:
    """Add a bot, or change one that is there. Without a token option, the terminal asks for the token."""
    limits = _limits(bot_per_second, chat_per_second, chat_burst, group_per_minute)
    data = given(bot_id=bot_id, is_sent_logs=logs, limits=limits, parse_mode=parse_mode, webhook=webhook or None)
    data |= rules_of(admin, access, quota, updates_queue, updates_forwarded)
    data["token"] = token_of(token_stdin, token_env, token) or asked_token("Token from @BotFather")
    if data["token"] is None:
        raise UsageError(
            "no token", "Give it by --token-stdin or --token-env NAME; in a terminal the command asks for it."
        )
    change = Change("add_bot", data, heard(data, became_active), "wasn't added", "isn't added yet")
    carry_out(state_of(context), change, timeout if wait else None, correlation_id)


@bots.command()
def update(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    token_stdin: StdinOption = False,
    token_env: EnvOption = None,
    token: ItselfOption = None,
    new_token: Annotated[bool, typer.Option("--new-token", help="The terminal asks for the new token.")] = False,
    logs: Annotated[bool | None, typer.Option("--logs/--no-logs", help="Outcomes on the bot's logs queue.")] = None,
    bot_per_second: BotRateOption = None,
    chat_per_second: ChatRateOption = None,
    chat_burst: BurstOption = None,
    group_per_minute: GroupRateOption = None,
    parse_mode: Annotated[
        str | None, typer.Option(help="HTML, MarkdownV2, Markdown; `none` takes the bot's own away.")
    ] = None,
    webhook: Annotated[
        bool | None, typer.Option("--webhook/--no-webhook", help="Updates from Telegram, with a new secret; or none.")
    ] = None,
    admin: AdminOption = None,
    no_admins: Annotated[bool, typer.Option("--no-admins", help="Take its own admins away.")] = False,
    access: AccessOption = None,
    quota: QuotaOption = None,
    updates_queue: UpdatesQueueOption = None,
    updates_forwarded: UpdatesForwardedOption = None,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60.0,
    correlation_id: CorrelationOption = None,
) -> None:
    """Change a bot: what isn't named stays. A new token starts a bot that was stopped."""
    found = token_of(token_stdin, token_env, token) or (_asked_new_token() if new_token else None)
    limits = _limits(bot_per_second, chat_per_second, chat_burst, group_per_minute)
    data = given(bot_id=bot_id, token=found, is_sent_logs=logs, limits=limits, parse_mode=parse_mode, webhook=webhook)
    data |= rules_of(admin, access, quota, updates_queue, updates_forwarded) | _no_admins(no_admins, admin)
    if len(data) == 1:
        raise UsageError("nothing to change: name it", "`courier bots update --help` shows what can be changed.")
    change = Change("update_bot", data, heard(data, changed_to(data)), "wasn't changed", "isn't changed yet")
    carry_out(state_of(context), change, timeout if wait else None, correlation_id)


@bots.command()
def pause(
    context: typer.Context,
    *,
    bot_id: Annotated[int | None, typer.Argument(metavar="[BOT_ID]", min=1, help="The bot, as it was added.")] = None,
    all_bots: Annotated[bool, typer.Option("--all", help="The stop switch: no bot sends.")] = False,
    reason: Annotated[str | None, typer.Option(help="With --all: why, for whoever finds it off.")] = None,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60.0,
    correlation_id: CorrelationOption = None,
) -> None:
    """Let a bot send nothing until it is resumed. Its messages wait in their queues."""
    _one_or_all(bot_id, all_bots)
    if reason is not None and not all_bots:
        raise UsageError("--reason goes with --all")
    waited = timeout if wait else None
    if bot_id is None:
        turn_all(state_of(context), off=True, reason=reason, timeout_s=waited, correlation_id=correlation_id)
        return
    change = Change("pause_bot", {"bot_id": bot_id}, is_status("paused"), "wasn't paused", "isn't paused yet")
    carry_out(state_of(context), change, waited, correlation_id)


@bots.command()
def resume(
    context: typer.Context,
    *,
    bot_id: Annotated[int | None, typer.Argument(metavar="[BOT_ID]", min=1, help="The bot, as it was added.")] = None,
    all_bots: Annotated[bool, typer.Option("--all", help="The stop switch: each sends as its own state says.")] = False,
    wait: WaitOption = True,
    timeout: TimeoutOption = 60.0,
    correlation_id: CorrelationOption = None,
) -> None:
    """Let a paused bot send again, or a stopped one try its token once more."""
    _one_or_all(bot_id, all_bots)
    waited = timeout if wait else None
    if bot_id is None:
        turn_all(state_of(context), off=False, reason=None, timeout_s=waited, correlation_id=correlation_id)
        return
    change = Change("resume_bot", {"bot_id": bot_id}, is_status("active"), "wasn't resumed", "isn't resumed yet")
    carry_out(state_of(context), change, waited, correlation_id)


@bots.command()
def remove(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    purge: Annotated[bool, typer.Option("--purge", help="Send nothing more: what waits becomes dead letters.")] = False,
    drain: Annotated[
        int, typer.Option(min=0, max=43_200, help="Seconds for which it goes on sending what is queued.")
    ] = 900,
    wait: WaitOption = True,
    timeout: Annotated[
        float | None, typer.Option(min=1, help="Seconds to wait at most; the drain and five minutes, if not given.")
    ] = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Take a bot away, with its queues and token. It takes two minutes at least; Ctrl-C ends only the waiting."""
    data: dict[str, Any] = {"bot_id": bot_id} | ({"purge": True} if purge else {"drain_s": drain})
    most = timeout or _REMOVAL_S + (0 if purge else drain)
    change = Change("remove_bot", data, is_gone, "wasn't removed", "isn't gone yet")
    carry_out(state_of(context), change, most if wait else None, correlation_id)


def _one_or_all(bot_id: int | None, all_bots: bool) -> None:
    if (bot_id is None) != all_bots:
        raise UsageError("give BOT_ID, or --all for every bot")


def _asked_new_token() -> str:
    found = asked_token("New token from @BotFather")
    if found is None:
        raise UsageError("no terminal to ask for the token", "Give it by --token-stdin or --token-env NAME.")
    return found


def _no_admins(none: bool, named: list[int] | None) -> dict[str, Any]:
    if none and named:
        raise UsageError("give --admin or --no-admins, not both")
    return {"admins": []} if none else {}


def _limits(*values: float | None) -> dict[str, Any] | None:
    names = ("bot_per_second", "chat_per_second", "chat_burst", "group_per_minute")
    return given(**dict(zip(names, values, strict=True))) or None
