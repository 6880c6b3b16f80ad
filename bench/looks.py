"""What a look at a link takes of this side: in guarded processes that start anew, and in forks of a warm one.

The site is a file on this machine, so that nearly all of the time is the process's own.
"""

import functools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

import psutil

from courier.download.access import Access
from courier.download.errors import Failed
from courier.download.guard import running
from courier.download.guard.forking import ForkServer
from courier.download.preloading import preload
from courier.download.probing.prober import Prober

_FILE_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Looks:
    """Seconds of a look, and megabytes.

    Attributes:
        anew_s: Median, in processes that start anew.
        first_s: The first in a fork, for which the process that it is forked from prepares.
        warm_s: Median of those after it.
        warm_mb: What that process has for itself.
    """

    anew_s: float
    first_s: float
    warm_s: float
    warm_mb: float


def measure(rounds: int) -> Looks:
    """Look so many times each way, by turns, since the machine's speed changes."""
    with tempfile.TemporaryDirectory() as folder, _site(Path(folder, "site")) as target:
        server = ForkServer(f"{preload.__module__}:{preload.__name__}")
        with closing(server):
            ways = (running.run, functools.partial(running.run, start=server))
            took = [[_look(Path(folder), target, way) for way in ways] for _ in range(rounds + 1)]
            warm_mb = psutil.Process(server.pid).memory_full_info().uss / 1e6
    (_, first), *rest = took
    anew, forked = zip(*rest, strict=True)
    return Looks(median(anew), first, median(forked), warm_mb)


def _look(folder: Path, target: str, way: Callable[..., Any]) -> float:
    prober = Prober(lambda: Access(allowed=frozenset({target})), folder / "jobs", run=way)
    began = time.perf_counter()
    found = prober.look(f"http://{target}/video.mp4", 60.0)
    took = time.perf_counter() - began
    match found:
        case Failed(detail=detail):
            raise RuntimeError(f"the look failed: {detail}")
        case _:
            return took


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nobody reads it."""


@contextmanager
def _site(folder: Path) -> Iterator[str]:
    """A site with one file; its host and port."""
    folder.mkdir()
    (folder / "video.mp4").write_bytes(bytes(_FILE_BYTES))
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
