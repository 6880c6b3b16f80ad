"""Many chats with a message each, and few chats with many: what each takes in time, receives and invocations."""

from collections.abc import Mapping

from bench.cost import Traffic
from bench.live.course import LiveCourse, run_live
from bench.model.course import Course, drive
from bench.model.outcome import Outcome
from bench.model.telegram import Network
from bench.model.traffic import Item, each_chat, least_s
from bench.scenario import Clock, Context, Figure, Scenario
from local.simulator.config import Limits

_NETWORK = Network(0.05)
#: By how much the reservation's windows are longer than Telegram's.
_CONTRACT = 1.03
_DEEP_CHATS, _DEEP_MESSAGES = 30, 30
_BY_CHAT = "deep, queued chat by chat"
#: Traffic that waits for nothing: its rate is that at which it comes.
_TENS, _REPLIES = "wide, ten together each second", "single replies, five a second"
_UNHURRIED = (_TENS, _REPLIES)


def _run(context: Context) -> list[Figure]:
    traffics = _traffics(context)
    figures = []
    for name, items in traffics.items():
        result = drive(Course(items, network=_NETWORK, seed=context.seed), context.redis_url)
        figures += _told(context, name, items, result, Clock.VIRTUAL)
        context.traffics.append(_traffic(name, items, result))
    if not context.is_quick:
        figures += _live(context, traffics)
    return figures


def _traffics(context: Context) -> Mapping[str, list[Item]]:
    chats, messages = _DEEP_CHATS, _DEEP_MESSAGES
    one_after_another = [item for chat in range(1, chats + 1) for item in each_chat(1, messages, first=chat)]
    replies = context.sized(300, 100)
    return {
        "wide, all at once": each_chat(chats * messages),
        "deep, all at once": each_chat(chats, messages),
        # The queue hands out its oldest groups first: the last chats come when the first ones are done, at 1 a second.
        _BY_CHAT: one_after_another,
        _TENS: [Item(1 + number, "1", at=float(number // 10)) for number in range(replies)],
        _REPLIES: [Item(1 + number, "1", at=number / 5) for number in range(replies)],
    }


def _live(context: Context, traffics: Mapping[str, list[Item]]) -> list[Figure]:
    """One after another, as they share this process; what takes as long whatever sends it is left out."""
    figures = []
    for name, items in traffics.items():
        if name in (_BY_CHAT, *_UNHURRIED):
            continue
        outcome = run_live({1: LiveCourse(items, network=_NETWORK)}, context.services, seed=context.seed)[1]
        figures += _told(context, name, items, outcome, Clock.REAL)
        stalled_ms = 1000 * outcome.stalled_s
        figures.append(Figure(f"{name}: longest stall of this process", stalled_ms, Clock.REAL, "ms"))
    return figures


def _told(context: Context, name: str, items: list[Item], outcome: Outcome, clock: Clock) -> list[Figure]:
    wrong = len(outcome.refused()) + outcome.faults(items)
    figures = []
    if name not in _UNHURRIED:
        least = least_s(items, Limits())
        way_s = _NETWORK.latency_s / (2 if clock is Clock.VIRTUAL else 1)
        figures = [
            Figure(f"{name}: share of 30 a second", (least + way_s) / outcome.makespan_s, clock, "%"),
            Figure(
                f"{name}: share of 30 in 1.03 s",
                (least * _CONTRACT + way_s) / outcome.makespan_s,
                clock,
                "%",
                None if name == _BY_CHAT else context.at_least(0.9),
            ),
        ]
    traffic = _traffic(name, items, outcome)
    return [
        *figures,
        Figure(f"{name}: receives of a message", traffic.receives, clock),
        Figure(f"{name}: invocations for 1000 messages", 1000 * traffic.receives / traffic.batch, clock),
        Figure(f"{name}: billed for a message", 1000 * outcome.bill.seconds / len(items), clock, "ms"),
        Figure(f"{name}: 429s, lost, doubled, out of order", wrong, clock, "", context.at_most(0)),
    ]


def _traffic(name: str, items: list[Item], outcome: Outcome) -> Traffic:
    invocations = outcome.bill.invocations
    return Traffic(
        name,
        batch=outcome.received / invocations,
        receives=outcome.received / len(items),
        billed_s=outcome.bill.seconds / invocations,
    )


SCENARIO = Scenario(
    "depth",
    "Wide (900 chats) and deep traffic (30 chats, 30 messages each)",
    "Few chats with many messages each are sent nearly as fast as many chats, for more receives.",
    _run,
)
