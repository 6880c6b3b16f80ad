"""What happened, in the order in which it did: bounded, paged, and awaitable, so that tests need no sleeps."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

#: Records looked at before other calls get their turn.
_CHUNK = 2000


@dataclass(slots=True)
class Record:
    """What all records have. `seq` counts from 1 without gaps, `time` is in epoch seconds."""

    time: float
    bot_id: int
    chat_id: int | None
    method: str
    seq: int = field(default=0, kw_only=True)

    def to_json(self) -> dict[str, Any]:
        """The fields as they are (`asdict` would copy all that is nested)."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(slots=True)
class Accepted(Record):
    """One accepted message, edit or delete (of an album: each of its items)."""

    message_id: int
    text: str = ""
    reply_markup: dict[str, Any] | None = None
    reply_to: int | None = None
    entities: Sequence[dict[str, Any]] = ()
    media: dict[str, Any] | None = None
    media_group_id: str | None = None
    thread_id: int | None = None


@dataclass(slots=True)
class Refused(Record):
    """One call answered with 429. `during`: seconds since the penalty began, None for what began it."""

    scope: str
    retry_after: int
    during: float | None


@dataclass(frozen=True, slots=True)
class Query:
    """Which records: those after a seq, of a bot, a chat, a method (in lower case)."""

    bot_id: int | None = None
    chat_id: int | None = None
    method: str | None = None
    after: int = 0

    def matches(self, record: Record) -> bool:
        return (
            record.seq > self.after
            and self.bot_id in {None, record.bot_id}
            and self.chat_id in {None, record.chat_id}
            and self.method in {None, record.method.lower()}
        )


class _Waiter:
    def __init__(self, query: Query, count: int) -> None:
        self.query = query
        self.missing = count
        self.done = asyncio.Event()

    def seen(self, count: int = 1) -> None:
        self.missing -= count
        if self.missing <= 0:
            self.done.set()


class Journal[T: Record]:
    """The last `limit` records (and up to an eighth more, so that dropping is cheap)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._records: list[T] = []
        self._waiters: set[_Waiter] = set()
        self.last_seq = 0

    def append(self, record: T) -> None:
        self.last_seq = record.seq = self.last_seq + 1
        self._records.append(record)
        if len(self._records) > self._limit + max(1, self._limit // 8):
            del self._records[: -self._limit]
        for waiter in self._waiters:
            if waiter.query.matches(record):
                waiter.seen()

    @property
    def first_seq(self) -> int:
        """The oldest record that is kept; what came before is forgotten."""
        return self.last_seq - len(self._records) + 1

    def __iter__(self) -> Iterator[T]:
        return iter(self._records)

    async def page(self, query: Query, limit: int, upto: int | None = None) -> list[T]:
        """The first `limit` records that match, in order, up to the seq `upto`."""
        upto = self.last_seq if upto is None else upto
        found: list[T] = []
        seq = query.after
        while len(found) < limit and (chunk := self._from(seq + 1, upto)):
            found += [record for record in chunk if query.matches(record)]
            seq = chunk[-1].seq
            await asyncio.sleep(0)
        return found[:limit]

    async def wait(self, query: Query, count: int, timeout_s: float) -> bool:
        """Whether `count` matching records exist, waiting for them up to `timeout_s`."""
        waiter = _Waiter(query, count)
        upto = self.last_seq
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                waiter.seen(len(await self.page(query, count, upto)))
                await waiter.done.wait()
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True

    def clear(self) -> None:
        """Forget everything and count anew; whoever waits goes on waiting."""
        self._records.clear()
        self.last_seq = 0

    def _from(self, seq: int, upto: int) -> list[T]:
        start = max(0, seq - self.first_seq)
        end = min(start + _CHUNK, max(0, upto - self.first_seq + 1))
        return self._records[start:end]
