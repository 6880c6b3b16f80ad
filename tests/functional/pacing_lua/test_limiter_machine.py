"""The limiter against a plain account of its promises, whatever is asked of it in whatever order."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bench.model.clock import VirtualLoop
from bench.model.expiring import ExpiringRedis
from courier.contracts.control import Limits
from courier.pacing.pace import Pacer
from courier.pacing.slots import Ask, Late, Slot, Wait
from courier.queues.names import Lane
from courier.state.redis_client import Commands
from tests.functional.pacing_lua.conftest import JITTER_MS
from tests.functional.pacing_lua.ledger import Ledger, Start
from tests.support.bots import active_bot
from tests.support.budget import budget

PENALTIES = (Wait.CHAT_PENALTY, Wait.BOT_PENALTY)
#: What a broadcast may be ahead of the present, in milliseconds.
PRESENT_MS = 5
#: Moments after each other at which a lone message may be told to ask again: each limit has its own.
PATIENCE = 6
WORKERS = 3

chat_ids = st.sampled_from(["1", "2", "3", "4", "-1", "-2", "@news"])
costs = st.one_of(st.just(1), st.integers(1, 4), st.integers(1, 12))
paced = st.builds(
    lambda chat, chain, cost: Ask(chat, is_group=chat[0] in "-@", chain=chain, cost=cost),
    chat_ids,
    st.integers(1, 4),
    costs,
)
chatless = st.builds(lambda cost: Ask("", is_group=False, chain=9, cost=cost), st.integers(0, 1))
gaps = st.one_of(st.integers(1, 60), st.integers(1, 2_500), st.integers(1, 300_000))
any_limits = st.builds(
    Limits,
    bot_per_second=st.sampled_from([1, 2, 5, 10, 30]),
    chat_per_second=st.sampled_from([0.2, 1.0, 4.0, 30.0]),
    chat_burst=st.sampled_from([1, 3, 30]),
    group_per_minute=st.sampled_from([1, 6, 20, 600]),
)


class Limiter(RuleBasedStateMachine):
    """Several workers' pacers on one Redis, whose time is the machine's."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.redis = ExpiringRedis(url)
        self.run(self._flush())
        commands = Commands(lambda: self.redis)
        self.pacers = [Pacer(commands, JITTER_MS / 1000) for _ in range(WORKERS)]
        self.bot = active_bot()
        self.ledger = Ledger(self.bot.limits)
        self.granted: list[tuple[Start, Slot]] = []
        self.last_refused: tuple[Lane, Ask, Slot] | None = None

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _flush(self) -> None:
        self.redis.flush()

    async def _now_ms(self) -> int:
        return self.redis.now_us() // 1000

    @property
    def now_ms(self) -> int:
        return self.run(self._now_ms())

    def teardown(self) -> None:
        self.redis.close()
        self.runner.close()

    @initialize(limits=any_limits)
    def begin(self, limits: Limits) -> None:
        self.limit(limits)
        for pacer in self.pacers:
            # A worker hears of Redis's clock with its first batch.
            self.run(pacer.reserve(self.bot, Lane.REGULAR, [], 0.0))

    @rule(ms=gaps)
    def advance(self, ms: int) -> None:
        self.run(asyncio.sleep(ms / 1000))

    @rule(limits=any_limits)
    def limit(self, limits: Limits) -> None:
        self.bot = self.bot.model_copy(update={"limits": limits})
        self.ledger.limits = limits
        self.last_refused = None

    @rule(
        worker=st.integers(0, WORKERS - 1),
        lane=st.sampled_from(Lane),
        asks=st.lists(st.one_of(paced, paced, paced, chatless), min_size=1, max_size=10),
        call_ms=st.sampled_from([0, 40, 150]),
    )
    def reserve(self, worker: int, lane: Lane, asks: list[Ask], call_ms: int) -> None:
        now_ms = self.now_ms
        slots = self.run(self.pacers[worker].reserve(self.bot, lane, asks, call_ms / 1000))
        self._check_chains(asks, slots, call_ms)
        for ask, slot in zip(asks, slots, strict=True):
            self._check_slot(ask, slot, lane, now_ms)
            if slot.is_start:
                start = Start(ask, lane, slot.stamp_ms, self.ledger.regain_ms)
                self.ledger.add(start)
                self.granted.append((start, slot))
                self.last_refused = None
        refused = next(((lane, ask, slot) for ask, slot in zip(asks, slots, strict=True) if not slot.is_start), None)
        self.last_refused = refused if not any(slot.is_start for slot in slots) else None

    def _check_slot(self, ask: Ask, slot: Slot, lane: Lane, now_ms: int) -> None:
        ledger = self.ledger
        chat_end = ledger.chat_ends.get(ask.chat, 0) if ask.chat else 0
        assert slot.stamp_ms >= now_ms, "in the past"
        assert abs(slot.at - self.run(_loop_time()) - (slot.stamp_ms - now_ms) / 1000) < 0.002, (
            "two clocks, two moments"
        )
        if slot.is_start:
            assert max(ledger.bot_end, chat_end) <= now_ms, "within a penalty"
            assert lane is Lane.REGULAR or slot.stamp_ms <= now_ms + PRESENT_MS, "a broadcast ahead of the present"

    def _check_chains(self, asks: Sequence[Ask], slots: Sequence[Slot], call_ms: int) -> None:
        for chain in {ask.chain for ask in asks}:
            own = [(ask, slot) for ask, slot in zip(asks, slots, strict=True) if ask.chain == chain]
            reserved = [slot.stamp_ms for _, slot in own if slot.is_start]
            rest = own[len(reserved) :]
            assert not any(slot.is_start for _, slot in rest), "a message overtook one of its chain"
            assert len({(slot.wait, slot.stamp_ms) for _, slot in rest}) <= 1, "the rest of a chain waits apart"
            assert all(later - at >= call_ms for at, later in pairwise(reserved)), "too close"
            if rest and rest[0][1].wait in PENALTIES:
                ask, slot = rest[0]
                self._check_penalty(ask, slot)

    def _check_penalty(self, ask: Ask, slot: Slot) -> None:
        """A 429 of one chat is no other's, and is over when it is over."""
        end = self.ledger.bot_end if slot.wait is Wait.BOT_PENALTY else self.ledger.chat_ends.get(ask.chat, 0)
        assert slot.stamp_ms == end, f"held by {slot.wait.name} until {slot.stamp_ms} instead of {end}"

    @precondition(lambda self: self.last_refused is not None)
    @rule(worker=st.integers(0, WORKERS - 1))
    def obey(self, worker: int) -> None:
        """Who comes back at the moment that was named gets its start, unless another limit names a later one."""
        assert self.last_refused is not None
        lane, ask, slot = self.last_refused
        self.last_refused = None
        for _ in range(PATIENCE):
            self.advance(max(0, slot.stamp_ms - self.now_ms))
            now_ms = self.now_ms
            (slot,) = self.run(self.pacers[worker].reserve(self.bot, lane, [ask], 0.0))
            self._check_slot(ask, slot, lane, now_ms)
            if slot.is_start:
                start = Start(ask, lane, slot.stamp_ms, self.ledger.regain_ms)
                self.ledger.add(start)
                self.granted.append((start, slot))
                return
            assert slot.stamp_ms > now_ms, "told to ask again at once"
        raise AssertionError(f"{ask} came back {PATIENCE} times when it was told to, in vain: {slot}")

    @rule(
        worker=st.integers(0, WORKERS - 1),
        chats=st.lists(st.one_of(chat_ids, st.just("")), min_size=1, max_size=4),
        seconds=st.integers(1, 200),
    )
    def penalise(self, worker: int, chats: list[str], seconds: int) -> None:
        for chat in chats:
            found = self.run(self.pacers[worker].penalise(self.bot, chat, float(seconds)))
            self.ledger.penalise(chat, seconds, self.now_ms, is_bots=found.bot > 0)
        self.last_refused = None

    @rule(worker=st.integers(0, WORKERS - 1), chats=st.lists(chat_ids, unique=True))
    def look(self, worker: int, chats: list[str]) -> None:
        found = self.run(self.pacers[worker].penalties(self.bot, chats))
        self._check_known(found.bot, self.ledger.bot_end)
        for chat in chats:
            self._check_known(found.chats.get(chat, 0.0), self.ledger.chat_ends.get(chat, 0))

    def _check_known(self, until: float, end_ms: int) -> None:
        """Every worker knows when a penalty ends; one that is over may be forgotten."""
        now_ms = self.now_ms
        left_s = until - self.run(_loop_time())
        assert abs(max(0.0, left_s) - max(0, end_ms - now_ms) / 1000) < 0.002, (
            f"{left_s} s instead of {end_ms - now_ms}"
        )

    def _correctable(self) -> list[tuple[Start, Slot]]:
        before_ms = self.now_ms - JITTER_MS
        return [pair for pair in self.granted[-12:] if pair[0].at_ms < before_ms and pair[0].cost]

    @precondition(lambda self: self._correctable())
    @rule(worker=st.integers(0, WORKERS - 1), data=st.data())
    def correct(self, worker: int, data: st.DataObject) -> None:
        """A call arrived late, by less than a second."""
        now_ms = self.now_ms
        start, slot = data.draw(st.sampled_from(self._correctable()))
        self.granted = [pair for pair in self.granted if pair[0] is not start]
        late_ms = data.draw(st.integers(JITTER_MS // 3 + 1, min(900, now_ms - start.at_ms)))
        late = Late(start.ask.chat, slot, late_ms / 1000, start.cost)
        self.run(self.pacers[worker].correct(self.bot, start.lane, [late]))
        if start in self.ledger.starts:
            start.at_ms += late_ms
        self.last_refused = None

    @rule()
    def flush(self) -> None:
        self.run(self._flush())
        self.ledger.forget()
        self.last_refused = None

    @invariant()
    def every_key_dies_and_is_declared(self) -> None:
        assert not self.redis.undying
        assert not self.redis.split
        assert not self.redis.undeclared()


async def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def test_no_course_of_events_breaks_a_limit_or_a_penalty(valkey_url: str) -> None:
    machine = cast("type[Limiter]", partial(Limiter, valkey_url))
    run_state_machine_as_test(machine, settings=budget(150, steps=40))
