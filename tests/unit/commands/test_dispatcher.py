"""aiogram between an update and the commands."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from courier.commands.dispatcher import LazyDispatcher, own_routers
from courier.errors import StateUnavailableError
from tests.support.updates import said

if TYPE_CHECKING:
    from aiogram import Router


def router(handler: Any) -> "list[Router]":
    from aiogram import Router  # noqa: PLC0415 - as late as the project imports it

    made = Router()
    made.message.register(handler)
    return [made]


async def take(handler: Any, update: dict[str, Any], **given: Any) -> bool:
    return await LazyDispatcher(lambda: router(handler)).take(1001, update, given)


async def test_handlers_get_what_they_name() -> None:
    got: list[Any] = []

    async def handler(message: Any, replies: str, asker: int) -> None:
        got.append((message.text, replies, asker))

    assert await take(handler, said(1, ".x"), replies="r", asker=5, people="not asked for")

    assert got == [(".x", "r", 5)]


async def test_nothing_goes_on_behind_the_answer() -> None:
    async def handler(_: Any) -> None: ...

    assert await take(handler, said(1, ".x"))

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_handler_cant_call_telegram() -> None:
    async def handler(message: Any) -> None:
        await message.bot.get_me()

    with pytest.raises(RuntimeError, match="speaks through `replies`"):
        await take(handler, said(1, ".x"))


@pytest.mark.parametrize("error", [StateUnavailableError("away"), ZeroDivisionError(), TypeError()])
async def test_a_handlers_error_comes_out_as_it_is_and_unlogged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(_: Any) -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        await take(handler, said(1, ".x"))

    assert raised.value is error
    assert [line for line in caplog.records if line.name.startswith("aiogram")] == []


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1},
        {"update_id": 1, "thing_of_2031": {}},
        {"update_id": 1, "message": {"text": ".x"}},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": said(1, ".x")["message"] | {"entities": [{"type": 5}]}},
        {"update_id": 2**80, "message": 5},
    ],
)
async def test_what_isnt_an_update_to_aiogram_is_nobodys(update: dict[str, Any]) -> None:
    async def handler(_: Any) -> None: ...

    if update.keys() == {"update_id"} or "thing_of_2031" in update:
        with pytest.warns(RuntimeWarning, match="unknown update type"):
            assert not await take(handler, update)
    else:
        assert not await take(handler, update)


async def test_the_projects_commands_can_be_had_twice() -> None:
    """A router has one parent, so each dispatcher makes its own."""
    for _ in range(2):
        assert not await LazyDispatcher(own_routers).take(1001, said(1, "no command"), {})
