"""What a cold start and a thousand messages take of the sender: time, memory and processor."""

from bench import cpu, footprint
from bench.scenario import Clock, Context, Figure, Scenario

#: Seconds of import and first call, and megabytes behind them, of the functions that somebody waits for.
_TARGETS = {"sender": (1.3, 80.0), "webhook": (0.7, None)}
#: Fresh processes for each figure of a cold start.
_ROUNDS = 3
#: CPU seconds for a thousand messages in full batches.
_CPU_S = 0.6
#: Milliseconds that the webhook function may take of its own, 99 times in a hundred.
_WARM_MS = 15.0


def _run(context: Context) -> list[Figure]:
    return [*_starts(context), *_work(context), *_warm(context)]


def _starts(context: Context) -> list[Figure]:
    """With bytecode in the layer; without it every cold start compiles what it imports."""
    figures = []
    for stage, layers in footprint.measure(rounds=_ROUNDS).items():
        most_s, most_mb = _TARGETS.get(stage, (None, None))
        built, sources = layers["bytecode"], layers["sources"]
        figures += [
            Figure(
                f"{stage}: import and first call",
                built["both_s"],
                Clock.REAL,
                "s",
                context.at_most(most_s) if most_s else None,
            ),
            Figure(f"{stage}: the same without bytecode in the layer", sources["both_s"], Clock.REAL, "s"),
            Figure(f"{stage}: CPU of both", built["both_cpu_s"], Clock.REAL, "s"),
            Figure(
                f"{stage}: memory behind them",
                built["both_mb"],
                Clock.REAL,
                "MB",
                context.at_most(most_mb) if most_mb else None,
            ),
        ]
    return figures


def _work(context: Context) -> list[Figure]:
    took = cpu.measure()
    return [
        Figure("sender: CPU for 1000 messages", took["cpu_s"], Clock.REAL, "s", context.at_most(_CPU_S)),
        Figure("this machine's yardstick: JSON of the same messages, twenty times", cpu.yardstick_s(), Clock.REAL, "s"),
        Figure("sender: memory at work", took["rss_mb"], Clock.REAL, "MB"),
        Figure("sender: commands in Redis for a message", took["redis_commands"], Clock.REAL),
        Figure("sender: round trips to Redis for a batch", took["round_trips_per_batch"], Clock.REAL),
        Figure("sender: messages that stayed", took["held"], Clock.REAL, "", context.at_most(0)),
    ]


def _warm(context: Context) -> list[Figure]:
    took = footprint.warm("webhook")
    median_ms, p99_ms = (1000 * took[len(took) * share // 100] for share in (50, 99))
    return [
        Figure("webhook: an update when warm, median", median_ms, Clock.REAL, "ms"),
        Figure("webhook: an update when warm, p99", p99_ms, Clock.REAL, "ms", context.at_most(_WARM_MS)),
    ]


SCENARIO = Scenario(
    "cost",
    "What a cold start and a thousand messages take",
    "The functions start fast and small, and a message takes half a millisecond of processor.",
    _run,
    is_quick=False,
)
