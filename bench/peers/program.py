"""What the Python peers share: the clock, the count, and the time limit. Only the standard library."""

import asyncio
import platform
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from pathlib import Path

from bench.peers.job import BotResult, Job, Message, PeerResult

#: Seconds before a message is tried again after a network error or a 5xx, which no library here retries by itself.
RETRY_S = 1.0

type Sender = Callable[["Tally"], Awaitable[None]]


class Tally:
    """Counts one bot's answers."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._last = started
        self._delivered = 0
        self._failed = 0
        self._errors: Counter[str] = Counter()

    def delivered(self) -> None:
        self._delivered += 1
        self._last = time.perf_counter()

    def failed(self, error: Exception) -> None:
        """The message is given up."""
        self.saw(error)
        self._failed += 1
        self._last = time.perf_counter()

    def saw(self, error: Exception) -> None:
        """An error after which the message is tried again."""
        self._errors[type(error).__name__] += 1

    def result(self) -> BotResult:
        return BotResult(self._delivered, self._failed, dict(self._errors), self._last - self._started)


def lanes(messages: Sequence[Message]) -> list[list[Message]]:
    """The messages by chat, each chat's in their order.

    >>> [[message.text for message in lane] for lane in lanes([Message(1, "a"), Message(2, "b"), Message(1, "c")])]
    [['a', 'c'], ['b']]
    """
    found: dict[int, list[Message]] = {}
    for message in messages:
        found.setdefault(message.chat_id, []).append(message)
    return list(found.values())


def main(
    peer: str, packages: Sequence[str], opened: Callable[[Job], AbstractAsyncContextManager[Sequence[Sender]]]
) -> None:
    """Run the job that the command line names, and print the result.

    Args:
        peer: Its name.
        packages: Whose versions are reported.
        opened: Gives a sender for each bot, connected and greeted; closes them in the end.
    """
    job = Job.parse(Path(sys.argv[1]).read_text(encoding="utf-8"))
    versions = {"python": platform.python_version()} | {package: version(package) for package in packages}
    print(asyncio.run(_run(peer, versions, job, opened)).to_json())


async def _run(
    peer: str,
    versions: dict[str, str],
    job: Job,
    opened: Callable[[Job], AbstractAsyncContextManager[Sequence[Sender]]],
) -> PeerResult:
    async with opened(job) as senders:
        started_at, started, cpu = time.time(), time.perf_counter(), time.process_time()
        tallies = [Tally(started) for _ in senders]
        tasks = [asyncio.ensure_future(sender(tally)) for sender, tally in zip(senders, tallies, strict=True)]
        await _until(tasks, job.time_limit_s)
        return PeerResult(peer, versions, started_at, time.process_time() - cpu, [each.result() for each in tallies])


async def _until(tasks: Sequence[asyncio.Future[None]], limit_s: float) -> None:
    """Wait for all, and stop those that take longer. A sender that breaks breaks the run: its count would be wrong."""
    done, late = await asyncio.wait(tasks, timeout=limit_s, return_when=asyncio.FIRST_EXCEPTION)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()
