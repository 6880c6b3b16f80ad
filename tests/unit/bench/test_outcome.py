from bench.model.outcome import Outcome
from bench.model.telegram import Arrival
from bench.model.traffic import Item
from bench.model.workers import Surroundings
from local.simulator.flood import Refusal

ITEMS = [Item(1, "1"), Item(1, "2", at=1.0), Item(2, "1")]


def outcome(*seen: tuple[float, int, str]) -> Outcome:
    return Outcome([Arrival(at, at, chat, text, None) for at, chat, text in seen], Surroundings({}), {}, {})


def test_all_is_well() -> None:
    good = outcome((0.1, 1, "1"), (0.2, 2, "1"), (1.5, 1, "2"))
    assert good.faults(ITEMS) == 0
    assert good.makespan_s == 1.5
    assert good.waits_s(ITEMS) == [0.1, 0.2, 0.5]


def test_each_fault_counts() -> None:
    assert outcome((0.1, 1, "1"), (1.5, 1, "2")).lost(ITEMS) == [ITEMS[2]]
    assert outcome((0.1, 1, "1"), (0.2, 1, "1")).duplicates() == 1
    assert outcome((0.1, 1, "2"), (0.2, 1, "1")).disordered() == [1]
    assert outcome((0.1, 1, "2"), (0.2, 1, "1")).faults(ITEMS) == 2


def test_a_refused_message_has_not_arrived() -> None:
    refused = Arrival(0.1, 0.1, 1, "1", Refusal("chat", 1))
    found = Outcome([refused], Surroundings({}), {}, {})
    assert found.lost(ITEMS) == ITEMS
    assert found.refused() == [refused]
    assert found.makespan_s == 0


def test_a_lost_answer_explains_one_repeat() -> None:
    lost = Arrival(0.1, 0.1, 1, "1", None, is_lost=True)
    again, third = Arrival(0.2, 0.2, 1, "1", None), Arrival(0.3, 0.3, 1, "1", None)
    found = Outcome([lost, again], Surroundings({}), {}, {})
    assert (found.duplicates(), found.excused()) == (1, 1)
    found = Outcome([lost, again, third], Surroundings({}), {}, {})
    assert (found.duplicates(), found.excused()) == (2, 1)
