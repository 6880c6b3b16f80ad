"""From a message to the command that takes it; aiogram is imported when the first comes that may be one."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from courier.commands.loading import lean
from courier.telemetry import log

if TYPE_CHECKING:
    from aiogram import Router

    from courier.commands.handling import Handling


def own_routers() -> "Iterable[Router]":
    """The project's commands."""
    from courier.commands.routers import routers  # noqa: PLC0415 - it imports aiogram

    return routers()


class LazyDispatcher:
    """A dispatcher that is made at its first use.

    Args:
        routers: Makes the routers. A router has one parent, so each dispatcher has its own.
    """

    def __init__(self, routers: "Callable[[], Iterable[Router]]" = own_routers) -> None:
        self._routers = routers
        self._handling: Handling | None = None

    async def take(self, telegram_id: int, raw: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
        """Whether a command took the update; see `Handling.take`."""
        if self._handling is None:
            self._handling = self._made()
        return await self._handling.take(telegram_id, raw, given)

    def _made(self) -> "Handling":
        began = time.perf_counter()
        with lean():
            from courier.commands.handling import Handling  # noqa: PLC0415 - it imports aiogram

            made = Handling(self._routers())
        log().info("commands loaded", seconds=round(time.perf_counter() - began, 3))
        return made
