"""Messages that tell how far a download is: they don't stay behind, and nobody's alarm rings for one."""

from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from courier.errors import StateUnavailableError, UnreachableError
from courier.queues.records import Record
from tests.functional.conftest import Bench, make_bench
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg

NAME = "1-film-progress"


class FakeProgress:
    """The table's rows."""

    def __init__(self) -> None:
        self.rows: dict[str, list[int]] = {}
        self.is_away = False

    def sent(self, name: str, message_ids: Sequence[int]) -> None:
        if self.is_away:
            raise StateUnavailableError("table: away")
        self.rows[name] = list(message_ids)

    def message_ids(self, name: str) -> list[int]:
        if self.is_away:
            raise StateUnavailableError("table: away")
        return self.rows.get(name, [])


@pytest.fixture
def table() -> FakeProgress:
    return FakeProgress()


@pytest.fixture
def bench(redis: Redis, table: FakeProgress) -> Bench:
    bench = make_bench(redis, progress=table)
    bench.use(active_bot(chat_burst=30))
    return bench


def change(kind: str, **data: Any) -> Record:
    return record({"type": kind, "data": {"bot_id": 1, "chat_id": 5, "external_id": NAME, **data}}, group="5")


async def test_what_redis_has_forgotten_is_taken_away_all_the_same(bench: Bench) -> None:
    await bench.send(record(send_msg(5, "Downloading", external_id=NAME)))
    await bench.redis.flushall()

    assert await bench.send(change("edit_msg", text="Storing"), change("del_msg")) == []

    assert [heard.method for heard in bench.telegram.heard] == ["sendMessage", "editMessageText", "deleteMessages"]
    assert bench.telegram.heard[1].params["message_id"] == 1
    assert bench.telegram.heard[2].params["message_ids"] == [1]
    assert bench.queues.letters == []


async def test_other_messages_are_not_written_down(bench: Bench, table: FakeProgress) -> None:
    await bench.send(record(send_msg(5, "x", external_id="1-film")), record(send_msg(5, "y")))

    assert table.rows == {}


async def test_what_was_never_sent_is_no_dead_letter(bench: Bench) -> None:
    assert await bench.send(change("del_msg")) == []

    assert bench.telegram.heard == []
    assert bench.queues.letters == []


async def test_a_chat_that_is_out_of_reach_makes_no_dead_letters_of_it(bench: Bench) -> None:
    bench.telegram.react = lambda _: UnreachableError("Forbidden: bot was blocked by the user", code=403)

    assert await bench.send(record(send_msg(5, "Downloading", external_id=NAME))) == []

    assert bench.queues.letters == []


async def test_without_the_table_the_message_counts_and_its_changes_wait(bench: Bench, table: FakeProgress) -> None:
    table.is_away = True

    assert await bench.send(record(send_msg(5, "Downloading", external_id=NAME))) == []
    assert await bench.send(change("edit_msg", text="Storing")) == [], "Redis knows it"
    await bench.redis.flushall()
    assert len(await bench.send(change("del_msg"))) == 1
