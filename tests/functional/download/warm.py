"""Guarded processes that begin warm: forked from one that has imported yt-dlp and compiled what it knows of sites.

One that starts anew works for four seconds before it asks for anything, and what a step makes of a site has nothing to
do with that. From the fork on, all is as in `courier.download.guard.child`. `test_guarded_process`, `test_find`,
`making.test_extract` and `making.test_from_cold` start real ones.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

from courier.download.guard import child, running
from courier.download.guard.downloader import hide_unseen_clients

_MOST = 1_000_000
_JOBS = ("courier.download.probing.job", "courier.download.making.job", "tests.functional.download.jobs")


class Warm:
    """Stands in for `subprocess` in `running`: its processes are forks of one that is warm."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lock = Lock()

    def ask(self, descriptors: Sequence[int] = (), **what: Any) -> int:
        with self._lock:
            socket.send_fds(self._control, [json.dumps(what).encode()], descriptors)
            return int(self._control.recv(_MOST))

    def popen(
        self, _: Any, *, stderr: int, pass_fds: tuple[int, int], env: Mapping[str, str], cwd: Path, **__: Any
    ) -> SimpleNamespace:
        """As `subprocess.Popen`, as far as `running` needs it."""
        number = self.ask((*pass_fds, stderr), env=dict(env), cwd=str(cwd))
        return SimpleNamespace(pid=number, wait=lambda: self.ask(wait=number))

    @property
    def module(self) -> SimpleNamespace:
        return SimpleNamespace(Popen=self.popen, DEVNULL=subprocess.DEVNULL)


@contextmanager
def warmed(folder: Path) -> Iterator[Warm]:
    """A warm process until the end of this."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-P", "-s", "-m", __name__, str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), env=running._environment(folder), cwd=folder)
    # It ends when our side is closed, and is waited for after that.
    with process, ours:
        yield Warm(ours)


def main(control: socket.socket) -> None:
    """Fork for each request, until the other side has gone."""
    hide_unseen_clients()
    for name in _JOBS:
        import_module(name)
    for extractor in import_module("yt_dlp.extractor").gen_extractor_classes():
        extractor.suitable("https://nobody.test/")
    import_module("yt_dlp.extractor.generic")
    while True:
        text, descriptors, *_ = socket.recv_fds(control, _MOST, 3)
        if not text:
            return
        request = json.loads(text)
        if number := request.get("wait"):
            control.send(str(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])).encode())
            continue
        number = os.fork()
        if not number:
            control.close()
            _be(request, *descriptors)
        os.setpgid(number, number)
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(str(number).encode())


def _be(request: Mapping[str, Any], job: int, results: int, stderr: int) -> None:
    """The process that was asked for, to its end."""
    status = 1
    try:
        os.setpgid(0, 0)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        tempfile.tempdir = None
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        for stream in (1, 2):
            os.dup2(stderr, stream)
        os.close(stderr)
        child.main(job, results)
        status = 0
    except BaseException:  # noqa: BLE001 - as the interpreter does it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(socket.socket(fileno=int(sys.argv[1])))
