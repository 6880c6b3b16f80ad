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
    # All of one chat, then all of the next: each receive meets one chat's messages, as AWS fills its batches.
    deep = [item for chat in range(1, chats + 1) for item in each_chat(1, messages, first=chat)]
    return {
        f"wide, {chats * messages} chats": each_chat(chats * messages),
        f"deep, {chats} chats with {messages} each": deep,
        "single replies": [Item(chat, "1", at=chat / 5) for chat in range(1, context.sized(300, 100))],
    }


def _live(context: Context, traffics: Mapping[str, list[Item]]) -> list[Figure]:
    """One after another, as they share this process; the replies' course is as long as it is, whatever sends them."""
    figures = []
    for name, items in traffics.items():
        if any(item.at for item in items):
            continue
        outcome = run_live({1: LiveCourse(items, network=_NETWORK)}, context.services, seed=context.seed)[1]
        figures += _told(context, name, items, outcome, Clock.REAL)
    return figures


def _told(context: Context, name: str, items: list[Item], outcome: Outcome, clock: Clock) -> list[Figure]:
    wrong = len(outcome.refused()) + outcome.faults(items)
    figures = []
    if not any(item.at for item in items):
        # The longer windows of the bot bind both kinds of traffic.
        least = least_s(items, Limits())
        way_s = _NETWORK.latency_s / (2 if clock is Clock.VIRTUAL else 1)
        figures = [
            Figure(f"{name}: share of 30 a second", (least + way_s) / outcome.makespan_s, clock, "%"),
            Figure(
                f"{name}: share of 30 in 1.03 s",
                (least * _CONTRACT + way_s) / outcome.makespan_s,
                clock,
                "%",
                context.at_least(0.9),
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
    "Wide and deep traffic",
    "Few chats with many messages each are sent nearly as fast as many chats, for more receives.",
    _run,
)
