"""Commands that only admins may give."""

from collections.abc import Callable
from typing import Any

from aiogram import Router

from courier.access.standing import Standing
from courier.commands.ports import Asker, Replies
from courier.commands.reading.commands import Command
from courier.commands.routers.asks import Asks


def for_admins(router: Router, name: str, handler: Callable[..., Any]) -> None:
    """Register a command of admins. Everybody else is refused before its handler is reached."""
    router.message.register(_refuse, Asks(name), _is_no_admin)
    router.message.register(handler, Asks(name))


async def _is_no_admin(_: object, asker: Asker) -> bool:
    return asker.access.standing is not Standing.ADMIN


async def _refuse(_: object, command: Command, replies: Replies) -> None:
    replies.say(f"Only an admin of mine may use <code>.{command.name}</code>. See <code>.help</code> for the rest.")
