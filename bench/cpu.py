"""What a thousand messages cost the sender: CPU seconds, Redis commands, round trips.

    python -m bench.cpu

Batches of ten to ever new chats, of several bots in turn and with limits so high that nothing waits: what is counted is
the processor of the sender's process while its handler runs, never that of Valkey, the simulator or the fake of AWS.
"""

import json
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path

from redis import Redis

from bench.rig import events
from bench.rig.layer import lay_out
from bench.rig.services import Function, services

BATCH = 10
BOTS = 10
ROUNDS = 9
MESSAGES = 1000

_CHATS = count(1)


def measure(rounds: int = ROUNDS, messages: int = MESSAGES) -> dict[str, float]:
    """CPU and wall seconds per thousand messages, and Redis's share of the work.

    The round that took least counts: what else a machine does takes from its processor, and never gives to it. Rounds
    of the same code lay up to a half apart on two shared processors; the least of nine were within a tenth.

    `redis_commands` counts those that scripts run as well, `redis_calls` what the sender itself asked for.
    """
    with tempfile.TemporaryDirectory() as folder, services() as environment:
        layer = lay_out(Path(folder, "layer"), has_bytecode=True)
        redis = Redis.from_url(environment["REDIS_URL"])
        with Function("sender", layer, environment, Path(folder, "log")) as sender:
            sender.invoke(*_batches(BOTS * BATCH * 2))
            redis.config_resetstat()
            runs = [sender.invoke(*_batches(messages)) for _ in range(rounds)]
            rss_mb = runs[-1]["rss_mb"]
        kept = sum(len(answer["batchItemFailures"]) for run in runs for answer in run["result"])
        commands = _commands(redis)
        redis.close()
    per_thousand = 1000 / messages
    sent = rounds * messages
    return {
        "cpu_s": round(min(run["cpu_s"] for run in runs) * per_thousand, 3),
        "wall_s": round(min(run["wall_s"] for run in runs) * per_thousand, 3),
        "rss_mb": round(rss_mb, 1),
        "held": kept / sent,
        "redis_commands": round(commands.total() / sent, 2),
        "redis_calls": round(sum(_asked(commands).values()) / sent, 3),
        "round_trips_per_batch": round(sum(_asked(commands).values()) / sent * BATCH, 2),
    }


def yardstick_s(rounds: int = ROUNDS) -> float:
    """CPU seconds of a fixed piece of work with the standard library: how fast this machine is at this moment.

    Shared processors do the same work in times that lie half apart. Two runs' figures are compared by what each is to
    its own yardstick.
    """
    batches, took = _batches(MESSAGES), []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(20):
            json.loads(json.dumps(batches))
        took.append(time.process_time() - began)
    return min(took)


def _batches(messages: int) -> list[dict[str, object]]:
    return [
        events.batch(number % BOTS + 1, [next(_CHATS) for _ in range(BATCH)]) for number in range(messages // BATCH)
    ]


def _commands(redis: "Redis") -> Counter[str]:
    stats = redis.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): figures["calls"] for name, figures in stats.items()})


def _asked(commands: Counter[str]) -> Counter[str]:
    """What came over the connection: scripts, and what no script runs."""
    return Counter({name: calls for name, calls in commands.items() if name in ("evalsha", "eval", "mget")})


def main() -> None:
    for name, figure in (measure() | {"yardstick_s": yardstick_s()}).items():
        print(f"{name:24} {figure:g}")


if __name__ == "__main__":
    main()
