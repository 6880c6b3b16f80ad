"""Log lines of several stages in the order of their time: once, or as they come."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from cli.loglines import Line

#: Seconds between two looks. CloudWatch allows an account five to ten reads a second.
POLL_S = 2.0
#: Seconds that are read again at each look: CloudWatch shows a line some seconds after it was written.
OVERLAP_S = 15.0


class ReadsLines(Protocol):
    """Where lines come from."""

    def read(self, stage: str, since_s: float, pattern: str = "") -> Iterator[Line]: ...


def merged(reader: ReadsLines, stages: Iterable[str], since_s: float, pattern: str = "") -> list[Line]:
    """The lines of all stages by their own time; by CloudWatch's, a whole invocation may have happened at once."""
    lines = [line for stage in stages for line in reader.read(stage, since_s, pattern)]
    return sorted(lines, key=lambda line: line.at)


def followed(
    reader: ReadsLines,
    stages: Iterable[str],
    since_s: float,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Line]:
    """All lines since a time, then new ones as they come; without end."""
    stages = list(stages)
    seen: set[tuple[str, ...]] = set()
    looks: deque[set[tuple[str, ...]]] = deque(maxlen=int(OVERLAP_S / POLL_S) + 2)
    while True:
        began = clock()
        lines = merged(reader, stages, since_s)
        yield from (line for line in lines if line.key not in seen)
        # What the last looks saw is all that the next can see again.
        looks.append({line.key for line in lines})
        seen = set().union(*looks)
        since_s = max(since_s, began - OVERLAP_S)
        sleep(POLL_S)
