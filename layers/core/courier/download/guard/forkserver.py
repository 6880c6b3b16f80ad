"""The process that jobs' are forked from: `python -m courier.download.guard.forkserver CONTROL module:function`.

It has the environment of a job's, and sees no job's data: an order goes by a pipe that only the fork reads. It forks
for each message on its socket, and ends when the other side has gone. One thread alone, since forks have no others.
"""

import gc
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Never

from courier.download.guard import child
from courier.download.guard.downloader import hide_unseen_clients
from courier.download.guard.forking import MESSAGE_BYTES

#: Seconds between two looks for the parent while this process prepares, and doesn't read what it is told.
_LOOK_S = 0.5


def main(control: socket.socket, prepare: str) -> None:
    """Prepare, then fork for each order, until the other side has gone."""
    # Inherited, this may be to ignore them, and then nobody could be waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _prepare(prepare)
    while True:
        text, descriptors, *_ = socket.recv_fds(control, MESSAGE_BYTES, 4)
        if not text:
            return
        order = json.loads(text)
        if number := order.get("wait"):
            answer = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        else:
            answer = _forked(control, order, descriptors)
        control.send(str(answer).encode())


def _prepare(target: str) -> None:
    parent = os.getppid()

    def look(*_: Any) -> None:
        if os.getppid() != parent:
            os._exit(0)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK_S, _LOOK_S)
    hide_unseen_clients()
    module, _, name = target.partition(":")
    getattr(import_module(module), name)()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # What is left unwritten would be written by each fork too.
    sys.stdout.flush()
    # A collection in a fork would write to all pages that it shares with this process.
    gc.collect()
    gc.freeze()


def _forked(control: socket.socket, order: Mapping[str, Any], descriptors: list[int]) -> int:
    number = os.fork()
    if not number:
        control.close()
        _be(order, *descriptors)
    # Here and there: whoever is first, nobody sends a signal to a group that isn't there yet.
    os.setpgid(number, number)
    for descriptor in descriptors:
        os.close(descriptor)
    return number


def _be(order: Mapping[str, Any], order_fd: int, results: int, lifeline: int, printed: int) -> Never:
    """The process of a job, to its end."""
    status = 1
    try:
        os.setpgid(0, 0)
        for stream in (1, 2):
            os.dup2(printed, stream)
        os.close(printed)
        os.chdir(order["cwd"])
        os.environ.clear()
        os.environ.update(order["env"])
        tempfile.tempdir = None
        child.main(order_fd, results, lifeline)
        status = 0
    except BaseException:  # noqa: BLE001 - as the interpreter does it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
