"""The journals: order, bounds, pages, waiting."""

import asyncio

import pytest

from local.simulator.journal import Accepted, Journal, Query


def record(bot_id: int = 1, chat_id: int = 10, method: str = "sendMessage", text: str = "x") -> Accepted:
    return Accepted(0.0, bot_id, chat_id, method, message_id=1, text=text)


def filled(count: int, limit: int = 1000) -> Journal[Accepted]:
    journal = Journal[Accepted](limit)
    for number in range(count):
        journal.append(record(bot_id=number % 2, text=str(number)))
    return journal


async def test_pages_follow_one_another() -> None:
    journal, seen, after = filled(95), [], 0
    while page := await journal.page(Query(bot_id=1, after=after), 10):
        assert len(page) <= 10
        seen += [entry.text for entry in page]
        after = page[-1].seq
    assert seen == [str(number) for number in range(1, 95, 2)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(), 4),
        (Query(bot_id=2), 1),
        (Query(chat_id=11), 1),
        (Query(method="deletemessage"), 1),
        (Query(after=3), 1),
    ],
)
async def test_filters(query: Query, count: int) -> None:
    journal = Journal[Accepted](10)
    for entry in (record(), record(bot_id=2), record(chat_id=11), record(method="deleteMessage")):
        journal.append(entry)
    assert len(await journal.page(query, 100)) == count


async def test_memory_is_bounded_and_numbers_go_on() -> None:
    journal = filled(10_000, limit=100)
    kept = await journal.page(Query(), 10_000)
    assert 100 <= len(kept) <= 113
    assert (kept[0].seq, kept[-1].seq) == (journal.first_seq, 10_000)
    assert kept[-1].text == "9999"


async def test_long_journal_is_read_whole() -> None:
    assert len(await filled(9_000, limit=10_000).page(Query(bot_id=1), 10_000)) == 4_500


async def test_wait_counts_what_is_there_and_what_comes() -> None:
    journal = filled(4)
    waiting = asyncio.create_task(journal.wait(Query(bot_id=1), 4, 5))
    await asyncio.sleep(0)
    journal.append(record(bot_id=1))
    journal.append(record(bot_id=0))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    journal.append(record(bot_id=1))
    assert await waiting is True


async def test_wait_for_what_never_comes_ends() -> None:
    journal = filled(4)
    assert await journal.wait(Query(bot_id=1), 3, 0.01) is False
    assert not journal._waiters


async def test_wait_for_what_is_there_needs_no_time() -> None:
    assert await filled(4).wait(Query(bot_id=1), 2, 0.5) is True


async def test_wait_counts_nothing_before_what_it_is_after() -> None:
    journal = filled(2)
    waiting = asyncio.create_task(journal.wait(Query(after=3), 1, 5))
    await asyncio.sleep(0)
    journal.append(record())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    journal.append(record())
    assert await waiting is True
