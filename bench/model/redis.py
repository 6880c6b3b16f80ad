"""The real scripts on a real Valkey, under the event loop's virtual clock."""

import asyncio
import hashlib
import re
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError

#: Milliseconds since 1970 at which virtual time begins; scripts must bear such numbers.
EPOCH_MS = 1_800_000_000_000
_TIME = re.compile(r"redis\.call\('TIME'\)")
_CLOCK = "redis.call('MGET', 'bench:s', 'bench:us')"


class VirtualRedis:
    """Runs commands in place: as `courier.state.redis_client.RunsCommands`.

    Keys live by the server's own clock, which is far behind: a script never finds a key gone that it should see, and
    what it sees carries its times itself.

    Attributes:
        commands: How many were run, a script as one.
    """

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)
        self._client: Any = self._redis
        self._shas: dict[str, str] = {}
        self.commands = 0

    async def execute_command(self, *args: Any) -> Any:
        """One command, in the present of the loop."""
        self.commands += 1
        match args[0]:
            case "EVALSHA" if args[1] not in self._shas:
                raise NoScriptError
            case "EVALSHA":
                return self._timed("EVALSHA", self._shas[args[1]], *args[2:])
            case "EVAL":
                source = _TIME.sub(_CLOCK, args[1])
                self._shas[hashlib.sha1(args[1].encode(), usedforsecurity=False).hexdigest()] = hashlib.sha1(
                    source.encode(), usedforsecurity=False
                ).hexdigest()
                return self._timed("EVAL", source, *args[2:])
            case _:
                return self._client.execute_command(*args)

    def flush(self) -> None:
        """Lose everything in this database, and what is known of scripts."""
        self._shas.clear()
        self._redis.flushdb()

    def close(self) -> None:
        """Close the connection."""
        self._redis.close()

    @staticmethod
    def now_us() -> int:
        """Microseconds since 1970 on the virtual clock."""
        return EPOCH_MS * 1000 + round(asyncio.get_running_loop().time() * 1e6)

    def _timed(self, *command: Any) -> Any:
        now_us = self.now_us()
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.mset({"bench:s": now_us // 1_000_000, "bench:us": now_us % 1_000_000})
            pipeline.execute_command(*command)
            return pipeline.execute()[1]
