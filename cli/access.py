"""Options of `courier bots add` and `update`: who may use a bot, how much, and who else gets its updates."""

import re
from typing import Annotated, Any, Literal

import typer

from cli.errors import UsageError
from cli.fields import given

#: Takes a bot's own value away.
_NONE = "none"
_QUOTA = re.compile(r"(?P<name>[a-z_]+)=(?P<count>[0-9]{1,15})")

AdminOption = Annotated[
    list[int] | None,
    typer.Option(metavar="ID", min=1, help="A Telegram user who may do all; again for each. These are all of them."),
]
AccessOption = Annotated[
    Literal["open", "closed", "default"] | None,
    typer.Option(help="For whom nothing is ruled; `default` leaves it to the stack."),
]
QuotaOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=COUNT",
        help="per_user, per_chat, blessed, admin: events in a window; window_s: its seconds. Again for each.",
    ),
]
UpdatesQueueOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Your FIFO queue for its updates, STACK-app-….fifo; `none` takes it away."),
]
UpdatesForwardedOption = Annotated[
    Literal["all", "unclaimed"] | None, typer.Option(help="Which of them: all, or those that no command took.")
]


def rules_of(
    admins: list[int] | None,
    access: str | None,
    quota: list[str] | None,
    updates_queue: str | None,
    updates_forwarded: str | None,
) -> dict[str, Any]:
    """What was given, as the contract has it."""
    return given(
        admins=admins or None,
        access=access,
        quotas=quotas(quota or []),
        updates_queue=updates_queue,
        updates_forwarded=updates_forwarded,
    )


def quotas(named: list[str]) -> dict[str, int] | str | None:
    """A bot's own quotas of what was written, or the word that takes them away.

    >>> quotas(["per_user=5", "window_s=3600"]), quotas(["none"]), quotas([])
    ({'per_user': 5, 'window_s': 3600}, 'none', None)
    """
    if named == [_NONE]:
        return _NONE
    found = [_QUOTA.fullmatch(text) for text in named]
    if None in found:
        raise UsageError("--quota: write NAME=COUNT, for instance per_user=50 or window_s=3600; or `none`, alone")
    return {one["name"]: int(one["count"]) for one in found if one} or None
