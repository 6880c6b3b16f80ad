"""Who waits for whom: a chat, a group or a bot at its limit holds back nobody else."""

from typing import TYPE_CHECKING

from bench.live.course import LiveCourse, run_live
from bench.model.course import Course, drive, drive_together
from bench.model.telegram import Network
from bench.model.traffic import Item, each_chat, least_s, numbered
from bench.scenario import Clock, Context, Figure, Scenario
from local.simulator.config import Limits

if TYPE_CHECKING:
    from bench.model.outcome import Outcome

_NETWORK = Network(0.05)
_CHAT_A, _CHAT_B = 1, 2
_GROUP = -1_000_000_001
#: What fills a chat, and a group twice over.
_BUSY, _FILLING = 30, 40
_BUSY_BOT = 1
_OTHER_BOTS = range(2, 12)


def _run(context: Context) -> list[Figure]:
    return [*_chats(context), *_bots(context), *_single(context)]


def _chats(context: Context) -> list[Figure]:
    """One message stands behind thirty of another chat."""
    items = numbered([*[_CHAT_A] * _BUSY, _CHAT_B])
    outcomes: dict[Clock, Outcome] = {
        Clock.VIRTUAL: drive(Course(items, network=_NETWORK, seed=context.seed), context.redis_url)
    }
    if not context.is_quick:
        course = LiveCourse(items, network=_NETWORK, limit_s=3.0)
        outcomes[Clock.REAL] = run_live({1: course}, context.services, seed=context.seed)[1]
    what = f"{_BUSY} messages to chat A, then one to B: B's after"
    return [
        Figure(what, outcome.waits_s(items[-1:])[0], clock, "s", context.at_most(0.5), 29.0)
        for clock, outcome in outcomes.items()
    ]


def _bots(context: Context) -> list[Figure]:
    """Ten bots, first for themselves, then beside one that fills a group."""
    items, busy = each_chat(context.sized(300, 150)), numbered([_GROUP] * _FILLING)
    courses = {bot: Course(items, network=_NETWORK, seed=bot) for bot in _OTHER_BOTS}
    alone = drive_together(courses, context.redis_url)
    beside = drive_together(courses | {_BUSY_BOT: Course(busy, network=_NETWORK)}, context.redis_url)
    ratio = min(alone[bot].makespan_s / beside[bot].makespan_s for bot in _OTHER_BOTS)
    figures = [_beside(context, ratio, Clock.VIRTUAL)]
    if not context.is_quick:
        figures.append(_beside(context, _bots_live(context), Clock.REAL))
    return figures


def _bots_live(context: Context) -> float:
    """One batch a bot at a time: eleven bots on one event loop are busy enough with that."""
    items, busy = each_chat(60), numbered([_GROUP] * _FILLING)
    courses = {bot: LiveCourse(items, network=_NETWORK, batches=2, limit_s=30.0) for bot in _OTHER_BOTS}
    alone = run_live(courses, context.services, seed=context.seed)
    filling = LiveCourse(busy, network=_NETWORK, limit_s=5.0)
    beside = run_live(courses | {_BUSY_BOT: filling}, context.services, seed=context.seed)
    return sum(alone[bot].makespan_s for bot in _OTHER_BOTS) / sum(beside[bot].makespan_s for bot in _OTHER_BOTS)


def _beside(context: Context, ratio: float, clock: Clock) -> Figure:
    which = "the slowest of ten bots" if clock is Clock.VIRTUAL else "ten bots together"
    what = f"{which} beside one that fills a group: rate to that without it"
    return Figure(what, ratio, clock, "%", context.at_least(0.97 if clock is Clock.VIRTUAL else 0.85), 0.04)


def _single(context: Context) -> list[Figure]:
    items: list[Item] = numbered([_CHAT_A] * context.sized(120, 60))
    least = least_s(items, Limits()) + _NETWORK.latency_s / 2
    result = drive(Course(items, network=_NETWORK, seed=context.seed), context.redis_url)
    wrong = len(result.refused()) + result.faults(items)
    return [
        Figure(
            f"{len(items)} messages to one chat: share of 1 a second",
            least / result.makespan_s,
            Clock.VIRTUAL,
            "%",
            context.at_least(0.85),
        ),
        Figure("429s, lost, doubled, out of order there", wrong, Clock.VIRTUAL, "", context.at_most(0)),
    ]


SCENARIO = Scenario(
    "head-of-line",
    "Who waits for whom",
    "A chat, a group or a bot at its limit holds back nobody else.",
    _run,
)
