"""One bot to a thousand: what a message costs may not depend on how many bots there are."""

from bench.live.pump import pump
from bench.live.redis_cost import RedisMeter
from bench.model.course import Course, drive
from bench.model.traffic import each_chat, numbered
from bench.scenario import Clock, Context, Figure, Scenario
from local.simulator.config import Limits

#: Bots, and messages for each: never fewer than fill a batch, since a smaller batch costs more whoever's it is.
_SIZES = {1: 3000, 10: 300, 100: 30, 1000: 10}
_QUICK_SIZES = {1: 300, 30: 10}
_GROUP = -1_000_000_001


def _run(context: Context) -> list[Figure]:
    figures = []
    costs: list[tuple[float, float]] = []
    for bots, messages in (_QUICK_SIZES if context.is_quick else _SIZES).items():
        measured, cost = _measured(context, bots, messages)
        figures += measured
        costs.append(cost)
    (first_cpu, first_requests), (last_cpu, last_requests) = costs[0], costs[-1]
    what = "most bots to one bot: {} of a message"
    return [
        *figures,
        Figure(what.format("CPU"), last_cpu / first_cpu, Clock.REAL, "x", context.at_most(context.sized(3, 6) / 2)),
        Figure(what.format("requests to Redis"), last_requests / first_requests, Clock.REAL, "x", context.at_most(1.2)),
        *_bytes(context),
    ]


def _measured(context: Context, bots: int, messages: int) -> tuple[list[Figure], tuple[float, float]]:
    services, total = context.services, bots * messages
    services.simulator.reset()
    services.simulator.configure(limits=Limits(bot_per_second=100_000).model_dump())
    services.empty_redis()
    meter = RedisMeter(services.redis_url)
    took = pump(bots, each_chat(messages), services)
    requests, commands = meter.commands()
    meter.close()
    counts, clock = services.simulator.counters(), Clock.REAL
    # Each accepted message has a record; the calls that opened connections were no messages.
    wrong = abs(total - services.simulator.last_seq()) + sum(counts.refused.values())
    where = f"{bots} bots, {total} messages" if bots > 1 else f"1 bot, {total} messages"
    figures = [
        Figure(f"{where}: rate of one process", total / took.seconds, clock, "/s"),
        Figure(f"{where}: CPU of a message", 1000 * took.cpu_s / total, clock, "ms"),
        Figure(f"{where}: requests to Redis for 1000", 1000 * requests / total, clock),
        Figure(f"{where}: commands in Redis for 1000", 1000 * commands / total, clock),
        Figure(f"{where}: not accepted exactly once", wrong, clock, "", context.at_most(0)),
    ]
    return figures, (took.cpu_s / total, requests / total)


def _bytes(context: Context) -> list[Figure]:
    """What is held of a chat that just got its messages, of its bot, and of a message for a day."""
    sizes = []
    for items in (each_chat(30), numbered([_GROUP] * 20)):
        # The course ends before the chats' keys do: these live by Valkey's own clock, of which hardly any passes.
        drive(Course(items, seed=context.seed), context.redis_url)
        meter = RedisMeter(context.redis_url)
        sizes.append(meter.bytes_by_kind())
        meter.close()
    chats, group = sizes
    clock = Clock.VIRTUAL
    return [
        Figure("a chat that got a message", chats["c"], clock, "bytes", context.at_most(400)),
        Figure("a group that got its 20 of a minute", group["c"], clock, "bytes", context.at_most(400)),
        Figure("a bot at its limit", chats["pace"], clock, "bytes"),
        Figure("a message's mark, for a day", chats["m"], clock, "bytes"),
    ]


SCENARIO = Scenario(
    "scale",
    "One bot to a thousand (SQS-shaped batches in process: an emulator would be the limit)",
    "What a message costs doesn't depend on how many bots there are.",
    _run,
)
