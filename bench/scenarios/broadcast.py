"""A broadcast beside replies: it gets what they leave, and they don't notice it."""

from dataclasses import replace

from bench.live.course import LiveCourse, run_live
from bench.model.course import Course, drive
from bench.model.outcome import Outcome
from bench.model.telegram import Network
from bench.model.traffic import Item, each_chat, least_s, stream
from bench.scenario import Clock, Context, Figure, Scenario
from courier.queues.names import Lane
from local.simulator.config import Limits

_LATENCY_S = 0.05
#: Replies a second, besides two bursts of so many at once; what they leave of 30 is the broadcast's.
_RATE = 5.0
_BURST = 10
_REPLY_CHATS = 2000
#: Broadcast chats are numbered from here.
_FIRST = 1_000_000
_LIMIT = Limits().bot_per_second
#: By how much the reservation's windows are longer than Telegram's.
_CONTRACT = 1.03
#: Share of the spare rate that the predecessor's broadcasts had.
_PREDECESSOR = 0.15


def _run(context: Context) -> list[Figure]:
    figures = _virtual(context, context.sized(5000, 1000))
    figures += _alone(context)
    return figures if context.is_quick else figures + _live(context, 400)


def _virtual(context: Context, size: int) -> list[Figure]:
    items = _items(context.seed, size)
    course = Course(items, network=Network(_LATENCY_S), seed=context.seed)
    outcome = drive(course, context.redis_url)
    replies = [item for item in items if item.lane is Lane.REGULAR]
    alone = drive(replace(course, items=replies), context.redis_url)
    return [
        *_told(context, items, outcome, f"{size} beside 5 replies a second", Clock.VIRTUAL),
        *_percentiles("alone", alone.waits_s(replies)),
        *_percentiles("beside a broadcast", outcome.waits_s(replies)),
    ]


def _percentiles(where: str, waits_s: list[float]) -> list[Figure]:
    return [
        Figure(f"replies {where}: p{share}", waits_s[len(waits_s) * share // 100], Clock.VIRTUAL, "s")
        for share in (50, 90, 99)
    ]


def _live(context: Context, size: int) -> list[Figure]:
    items = _items(context.seed, size)
    course = LiveCourse(items, network=Network(_LATENCY_S))
    outcome = run_live({1: course}, context.services, seed=context.seed)[1]
    stall = Figure("longest stall of this process", 1000 * outcome.stalled_s, Clock.REAL, "ms")
    return [*_told(context, items, outcome, f"{size} beside 5 replies a second", Clock.REAL), stall]


def _items(seed: int, size: int) -> list[Item]:
    """The replies go on for about as long as the broadcast should take."""
    seconds = size / (_LIMIT - _RATE)
    bursts = ((seconds * 0.3, _BURST), (seconds * 0.7, _BURST))
    replies = stream(seed, seconds, rate=_RATE, chats=_REPLY_CHATS, bursts=bursts)
    return each_chat(size, first=_FIRST, lane=Lane.BROADCAST) + replies


def _told(context: Context, items: list[Item], outcome: Outcome, where: str, clock: Clock) -> list[Figure]:
    sent = [arrival for arrival in outcome.accepted() if arrival.chat and arrival.chat >= _FIRST]
    ended_s = max(arrival.at for arrival in sent)
    replies = sum(arrival.at <= ended_s for arrival in outcome.accepted()) - len(sent)
    waits_s = outcome.waits_s([item for item in items if item.lane is Lane.REGULAR])
    p99_s = waits_s[int(len(waits_s) * 0.99)]
    of_limit = len(sent) / (_LIMIT * ended_s - replies)
    of_contract = len(sent) / (_LIMIT / _CONTRACT * ended_s - replies)
    wrong = len(outcome.refused()) + outcome.faults(items)
    return [
        Figure(f"{where}: share of what 30 a second leave", of_limit, clock, "%", None, _PREDECESSOR),
        Figure(f"{where}: share of what 30 in 1.03 s leave", of_contract, clock, "%", context.at_least(0.95)),
        Figure(f"{where}: replies' median", waits_s[len(waits_s) // 2], clock, "s"),
        Figure(f"{where}: replies' p99", p99_s, clock, "s", context.at_most(_LATENCY_S + 0.5)),
        Figure(f"{where}: 429s, lost, doubled, out of order", wrong, clock, "", context.at_most(0)),
    ]


def _alone(context: Context) -> list[Figure]:
    """The same messages on either lane with the other one empty."""
    size = context.sized(1800, 600)
    took_s = {}
    for lane in Lane:
        course = Course(each_chat(size, lane=lane), network=Network(_LATENCY_S), seed=context.seed)
        took_s[lane] = drive(course, context.redis_url).makespan_s
    least = least_s(each_chat(size), Limits()) * _CONTRACT + _LATENCY_S / 2
    clock = Clock.VIRTUAL
    return [
        Figure(f"{size} alone: share of 30 in 1.03 s", least / took_s[Lane.BROADCAST], clock, "%"),
        Figure(
            f"{size} alone: its rate to that of the regular lane",
            took_s[Lane.REGULAR] / took_s[Lane.BROADCAST],
            clock,
            "%",
            context.at_least(0.97),
        ),
    ]


SCENARIO = Scenario(
    "broadcast",
    "A broadcast beside replies",
    "A broadcast gets what replies leave, replies don't wait for it, and an idle regular lane costs it nothing.",
    _run,
)
