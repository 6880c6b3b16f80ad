"""Courses of events that hypothesis makes up, played on a lab."""

from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from courier.pacing.slots import Ask, Slot
from courier.queues.names import Lane
from courier.state.bots import Bot
from tests.functional.pacing_lua.conftest import Lab

#: Batches, each with the milliseconds since the one before.
type Course = list[tuple[int, Lane, list[Ask]]]
some = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def batches(longest_gap_ms: int, asks: st.SearchStrategy[Ask]) -> st.SearchStrategy[Course]:
    """Batches of both lanes, each so many milliseconds after the one before."""
    batch = st.tuples(st.integers(0, longest_gap_ms), st.sampled_from(Lane), st.lists(asks, min_size=1, max_size=10))
    return st.lists(batch, max_size=20)


def asks(*, numbers: int, is_group: bool = False, costs: int = 1, chains: int = 3) -> st.SearchStrategy[Ask]:
    return st.builds(
        Ask,
        chat=st.integers(1, numbers).map(str),
        is_group=st.just(is_group),
        chain=st.integers(1, chains),
        cost=st.integers(1, costs),
    )


@dataclass(frozen=True)
class Answered:
    """A batch with what was answered, and when."""

    now_ms: int
    lane: Lane
    asks: list[Ask]
    slots: list[Slot]


async def play(lab: Lab, course: Course, bot: Bot, call_ms: int = 0) -> list[Answered]:
    await lab.redis.flushall()
    lab.starts.clear()
    answers = []
    for gap_ms, lane, asked in course:
        lab.now_ms += gap_ms
        slots = await lab.ask(*asked, bot=bot, lane=lane, call_ms=call_ms)
        answers.append(Answered(lab.now_ms, lane, asked, slots))
    return answers
