"""How the process of a job comes to be: with nothing of ours in its environment, and leading a group of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path
from typing import Protocol

from courier.download.guard.downloader import FFMPEG_ENVIRONMENT
from courier.errors import CourierError

#: What a job is given of the environment: how Python starts and checks certificates. No AWS credentials, no proxies.
_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "SSL_CERT_DIR", "SSL_CERT_FILE", "TZ")


class Process(Protocol):
    """A job's process. What it starts is in its group, so that a signal to the group ends all of it."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> int:
        """Its exit status, once it has ended; negative for a signal's number. It is asked once."""


class NotStartedError(CourierError):
    """There may be a process or not; its pipes are of no use any more. Another try may succeed."""


#: The process's ends of its pipes: its order, its results, its lifeline.
type Pipes = tuple[int, int, int]
#: Starts `child` in a job's folder, with its pipes, a file for what it prints, and the job's end by the monotonic
#: clock. Raises `NotStartedError`, or TimeoutError where that end came first.
type Start = Callable[[Path, Pipes, int, float], Process]


def anew(folder: Path, pipes: Pipes, printed: int, _: float) -> Process:
    """A process that begins with an empty interpreter."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-s", "-m", "courier.download.guard.child", *map(str, pipes)],
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=printed,
        pass_fds=pipes,
        env=environment(folder),
        cwd=folder,
        start_new_session=True,
    )


def environment(folder: Path) -> dict[str, str]:
    """Of a process that keeps what it writes in a folder."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": "",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        # yt-dlp would look for plugins below HOME, where downloads are.
        "YTDLP_NO_PLUGINS": "1",
        **FFMPEG_ENVIRONMENT,
        **_bytecode(),
    }


def _bytecode() -> dict[str, str]:
    """Where the child finds compiled code, without which yt-dlp's import takes 3 seconds instead of 0.6.

    Beside the sources, if they came compiled or may be compiled there. Lambda's layers can't be written: a folder that
    this execution environment's later jobs find again.
    """
    if Path(cache_from_source(__file__)).exists() or os.access(Path(__file__).parent, os.W_OK):
        return {}
    return {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "courier-bytecode")}
