"""What senders cost Redis: commands run and bytes held."""

from collections import defaultdict
from statistics import fmean
from typing import Any

from redis import Redis

from courier.state.redis_client import KEY_VERSION

#: Commands of connections and of this module itself.
_NOT_SENDERS = ("hello", "client", "info", "config", "ping", "scan", "memory", "flushall", "select", "script")


class RedisMeter:
    """Counts from when it is made."""

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(url)
        self._before = self._calls()

    def commands(self) -> tuple[int, int]:
        """Requests that senders made, and commands that were run, those inside of scripts too."""
        done = {name: calls - self._before.get(name, 0) for name, calls in self._calls().items()}
        requests = sum(done.get(name, 0) for name in ("evalsha", "eval", "mget"))
        return requests, sum(done.values())

    def bytes_by_kind(self) -> dict[str, float]:
        """The mean size of a key with its value, by what the key's third part says that it is."""
        keys = list(self._redis.scan_iter(f"{KEY_VERSION}:*", count=1000))
        with self._redis.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.memory_usage(key)
            sizes = pipeline.execute()
        kinds: dict[str, list[int]] = defaultdict(list)
        for key, size in zip(keys, sizes, strict=True):
            # A key may have expired since.
            if size is not None:
                kinds[key.decode().split(":")[2]].append(size)
        return {kind: fmean(found) for kind, found in kinds.items()}

    def close(self) -> None:
        """Close the connection."""
        self._redis.close()

    def _calls(self) -> dict[str, int]:
        stats = self._redis.info("commandstats")
        named = {name.removeprefix("cmdstat_"): figures["calls"] for name, figures in stats.items()}
        return {name: calls for name, calls in named.items() if name.split("|")[0] not in _NOT_SENDERS}
