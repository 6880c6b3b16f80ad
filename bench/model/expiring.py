"""The bench's Redis with keys that live by virtual time, too: what a script relied on may be gone when it is due."""

from collections.abc import Sequence
from typing import Any

from redis.crc import key_slot

from bench.model.redis import VirtualRedis

#: The virtual clock's own keys.
CLOCK = {"bench:s", "bench:us"}


class ExpiringRedis(VirtualRedis):
    """Keys end when the loop's clock says so.

    Attributes:
        undying: Keys that were left without a life.
        split: Commands whose keys lie in several hash slots.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._ends: dict[str, int] = {}
        self.undying: set[str] = set()
        self.split: list[Sequence[str]] = []

    async def execute_command(self, *args: Any) -> Any:
        """One command, in the present of the loop."""
        if args[0] in ("EVAL", "EVALSHA"):
            return await super().execute_command(*args)
        self.commands += 1
        return self._aged(args[1:] if args[0] == "MGET" else args[1:2], *args)

    def flush(self) -> None:
        """Lose everything, the scripts too."""
        super().flush()
        self._ends.clear()

    def undeclared(self) -> set[str]:
        """Keys that no command has named: a cluster would not have let a script touch them."""
        return {str(key, "utf-8") for key in self._client.keys("*")} - CLOCK - self._ends.keys()

    def _timed(self, *command: Any) -> Any:
        return self._aged(command[3 : 3 + int(command[2])], *command)

    def _aged(self, keys: Sequence[str], *command: Any) -> Any:
        """Run a command with its keys as old as they are; the server's clock stands still within a transaction."""
        now_us = self.now_us()
        names = list(dict.fromkeys(keys))
        if len({key_slot(name.encode()) for name in names}) > 1:
            self.split.append(names)
        with self._client.pipeline(transaction=True) as pipeline:
            pipeline.mset({"bench:s": now_us // 1_000_000, "bench:us": now_us % 1_000_000})
            aged = [name for name in names if name in self._ends]
            for name in aged:
                pipeline.pexpire(name, self._ends[name] - now_us // 1000)
            pipeline.execute_command(*command)
            for name in names:
                pipeline.pttl(name)
            answers = pipeline.execute()
        for name, life in zip(names, answers[len(aged) + 2 :], strict=True):
            self._note(name, life, now_us // 1000)
        return answers[len(aged) + 1]

    def _note(self, name: str, life: int, now_ms: int) -> None:
        if life >= 0:
            self._ends[name] = now_ms + life
            return
        self._ends.pop(name, None)
        if life == -1:
            self.undying.add(name)
