"""The flood model, rule by rule. Each test would fail without the rule that it is named after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.simulator import Limits, ManualClock, Settings
from local.simulator.flood import Flood, Refusal

PRIVATE, OTHER, GROUP = 10, 11, -1_000_000_000_010
#: Limits that don't get in the way of the rule under test.
WIDE = {"bot_per_second": 10_000, "chat_burst": 10_000, "group_per_minute": 10_000}


class Traffic:
    """Calls as the dispatcher makes them: a penalty is looked at first, then the budgets."""

    def __init__(self, **limits: object) -> None:
        self.clock = ManualClock()
        self.settings = Settings(limits=Limits.model_validate(limits))
        self.flood = Flood(self.settings.limits_for)

    def call(self, chat: int | None = PRIVATE, *, bot: int = 1, cost: int = 1) -> Refusal | None:
        held = self.flood.arrive(bot, chat, cost, self.clock.now)
        return held or self.flood.spend(bot, chat, cost, self.clock.now)

    def accepted(self, count: int, chat: int | None = PRIVATE, *, bot: int = 1) -> int:
        return sum(self.call(chat, bot=bot) is None for _ in range(count))


def test_bot_takes_30_calls_in_a_second_and_not_one_more() -> None:
    traffic = Traffic()
    assert [traffic.call(chat) for chat in range(1, 31)] == [None] * 30
    assert traffic.call(31) == Refusal("bot", 3)


def test_bot_window_slides_instead_of_starting_anew() -> None:
    traffic = Traffic(bot_penalty_s=1)
    traffic.clock.now = 1000.9
    for chat in range(1, 31):
        assert traffic.call(chat) is None
    traffic.clock.now = 1001.1
    assert traffic.call(31) is not None


def test_call_leaves_the_window_exactly_a_second_later() -> None:
    traffic = Traffic()
    traffic.accepted(1, 100)
    traffic.clock.advance(0.25)
    for chat in range(1, 30):
        assert traffic.call(chat) is None
    traffic.clock.advance(0.75)
    assert traffic.call(50) is None
    assert traffic.call(51) is not None


def test_refused_call_spends_nothing() -> None:
    traffic = Traffic(chat_burst=1, bot_per_second=2)
    assert traffic.call(PRIVATE) is None
    assert traffic.accepted(5, PRIVATE) == 0
    assert traffic.call(OTHER) is None


def test_bots_have_windows_of_their_own() -> None:
    traffic = Traffic(**WIDE | {"bot_per_second": 5})
    assert traffic.accepted(9, None, bot=1) == 5
    assert traffic.accepted(9, None, bot=2) == 5


def test_chat_takes_a_burst_of_three_then_one_a_second() -> None:
    traffic = Traffic()
    assert traffic.accepted(3) == 3
    assert traffic.call() == Refusal("chat", 1)
    for _ in range(5):
        traffic.clock.advance(1)
        assert traffic.call() is None
    assert traffic.call() is not None


def test_burst_comes_back_with_rest() -> None:
    traffic = Traffic()
    traffic.accepted(3)
    traffic.clock.advance(2.5)
    assert traffic.accepted(3) == 2


def test_burst_grows_no_further_than_its_size() -> None:
    traffic = Traffic()
    traffic.accepted(3)
    traffic.clock.advance(3600)
    assert traffic.accepted(10) == 3


def test_chat_holds_back_no_other_chat() -> None:
    traffic = Traffic()
    traffic.accepted(4)
    assert traffic.accepted(3, OTHER) == 3


def test_chat_is_another_one_for_another_bot() -> None:
    traffic = Traffic()
    traffic.accepted(4)
    assert traffic.accepted(3, bot=2) == 3


def test_group_takes_20_in_any_minute() -> None:
    traffic = Traffic()
    for _ in range(20):
        assert traffic.call(GROUP) is None
        traffic.clock.advance(1)
    assert traffic.call(GROUP) == Refusal("group", 40)


def test_group_minute_slides() -> None:
    traffic = Traffic(**WIDE | {"group_per_minute": 20, "chat_penalty_s": 1})
    traffic.clock.now = 1000.0
    traffic.accepted(1, GROUP)
    traffic.clock.now = 1050.0
    assert traffic.accepted(19, GROUP) == 19
    traffic.clock.now = 1060.0
    assert traffic.accepted(2, GROUP) == 1


def test_private_chat_has_no_minute() -> None:
    traffic = Traffic()
    for _ in range(30):
        assert traffic.call(PRIVATE) is None
        traffic.clock.advance(1)


def test_penalty_of_a_chat_lasts_until_the_call_would_be_allowed() -> None:
    traffic = Traffic(chat_per_second=0.4, chat_burst=1)
    traffic.call()
    assert traffic.call() == Refusal("chat", 3)
    traffic.clock.advance(2.5)
    assert traffic.call() == Refusal("chat", 1, during=2.5)
    traffic.clock.advance(0.5)
    assert traffic.call() is None


def test_penalty_of_a_chat_can_be_fixed() -> None:
    traffic = Traffic(chat_penalty_s=7)
    assert [traffic.call() for _ in range(4)][-1] == Refusal("chat", 7)


def test_penalty_of_a_bot_holds_all_its_chats() -> None:
    traffic = Traffic(bot_per_second=1, bot_penalty_s=5)
    traffic.call(1)
    assert traffic.call(2) == Refusal("bot", 5)
    traffic.clock.advance(4)
    assert traffic.call(3) == Refusal("bot", 1, during=4.0)
    assert traffic.call(3, bot=2) is None
    traffic.clock.advance(1)
    assert traffic.call(3) is None


def test_call_during_a_penalty_leaves_its_end_where_it_was() -> None:
    traffic = Traffic(chat_penalty_s=4)
    traffic.accepted(4)
    for _ in range(3):
        traffic.clock.advance(1)
        assert traffic.call() is not None
    traffic.clock.advance(1)
    assert traffic.call() is None


def test_call_during_a_penalty_extends_it_where_configured() -> None:
    traffic = Traffic(chat_penalty_s=4, penalty_extends=True)
    traffic.accepted(4)
    traffic.clock.advance(3)
    assert traffic.call() == Refusal("chat", 4, during=3.0)
    traffic.clock.advance(3)
    assert traffic.call() == Refusal("chat", 4, during=6.0)
    traffic.clock.advance(4)
    assert traffic.call() is None


def test_call_that_was_on_its_way_extends_nothing() -> None:
    traffic = Traffic(chat_penalty_s=4, penalty_extends=True, penalty_growth=2, penalty_grace_s=0.5)
    traffic.accepted(4)
    traffic.clock.advance(0.25)
    assert traffic.call() == Refusal("chat", 4, during=0.25)
    traffic.clock.advance(0.25)
    assert traffic.call() == Refusal("chat", 8, during=0.5)


def test_penalties_grow_and_are_forgiven() -> None:
    traffic = Traffic(bot_per_second=1, bot_penalty_s=2, penalty_growth=3, penalty_memory_s=30, penalty_max_s=10)
    lengths = []
    for rest in (0, 0, 0, 31):
        traffic.clock.advance(rest)
        traffic.call(None)
        refusal = traffic.call(None)
        assert refusal is not None
        lengths.append(refusal.retry_after)
        traffic.clock.advance(refusal.retry_after)
    assert lengths == [2, 6, 10, 2]


def test_penalty_of_who_never_stops_stays_at_its_longest() -> None:
    traffic = Traffic(chat_burst=1, penalty_growth=2, penalty_max_s=120, penalty_extends=True)
    traffic.call()
    assert [traffic.call() for _ in range(3000)][-1] == Refusal("chat", 120, during=0.0)


def test_held_chat_is_refused_and_others_are_not() -> None:
    traffic = Traffic()
    traffic.flood.hold(1, PRIVATE, 8, traffic.clock.now)
    assert traffic.call() == Refusal("chat", 8, during=0.0)
    assert traffic.call(OTHER) is None


def test_held_bot_is_refused_everywhere() -> None:
    traffic = Traffic()
    traffic.flood.hold(1, None, 8, traffic.clock.now)
    assert traffic.call(OTHER) == Refusal("bot", 8, during=0.0)


def test_album_costs_its_items() -> None:
    traffic = Traffic(**WIDE | {"bot_per_second": 12})
    assert traffic.call(cost=10) is None
    assert traffic.accepted(5) == 2


def test_album_over_the_burst_is_taken_by_a_rested_chat_and_leaves_a_debt() -> None:
    traffic = Traffic()
    assert traffic.call(cost=10) is None
    assert traffic.call() == Refusal("chat", 8)


def test_album_counts_its_items_in_a_group() -> None:
    traffic = Traffic(**WIDE | {"group_per_minute": 20})
    assert traffic.call(GROUP, cost=10) is None
    assert traffic.accepted(15, GROUP) == 10


def test_bot_has_limits_of_its_own() -> None:
    traffic = Traffic(**WIDE)
    traffic.settings = traffic.settings.patched({"bot_limits": {"2": {"bot_per_second": 7}}})
    traffic.flood = Flood(traffic.settings.limits_for)
    assert traffic.accepted(20, bot=2) == 7
    assert traffic.accepted(20, bot=1) == 20


def test_peaks_count_what_came_and_what_was_accepted() -> None:
    traffic = Traffic(chat_burst=2)
    traffic.accepted(5)
    traffic.clock.advance(0.5)
    traffic.call(OTHER)
    bot, chat = traffic.flood.bots[1], traffic.flood.chats[1, PRIVATE]
    assert (bot.peak_arrived, bot.peak_accepted) == (6, 3)
    assert (chat.peak_second, chat.peak_minute) == (5, 5)
    assert (bot.chat_second, bot.chat_minute) == ((PRIVATE, 5), (PRIVATE, 5))


def test_memory_of_chats_is_bounded() -> None:
    flood = Flood(Settings().limits_for, max_chats=10)
    for chat in range(1, 100):
        flood.arrive(1, chat, 1, float(chat))
    assert list(flood.chats) == [(1, chat) for chat in range(90, 100)]


@pytest.mark.parametrize(("limit", "span"), [("bot_per_second", 1.0), ("group_per_minute", 60.0)])
@given(gaps=st.lists(st.floats(0, 0.4) | st.floats(0, 5), min_size=30, max_size=120))
def test_no_window_anywhere_holds_more_than_its_limit(limit: str, span: float, gaps: list[float]) -> None:
    traffic = Traffic(**WIDE | {limit: 5, "bot_penalty_s": 0.1, "chat_penalty_s": 0.1})
    accepted = []
    for gap in gaps:
        traffic.clock.advance(gap)
        if traffic.call(GROUP) is None:
            accepted.append(traffic.clock.now)
    spans = [later - first for first, later in zip(accepted, accepted[5:], strict=False)]
    assert all(each >= span - 1e-6 for each in spans)
