"""Python's audit events: the interpreter tells of every connection before it is made, by any library, in any thread.

What they don't see: code in C with sockets of its own (curl), and child processes. The first is kept out by
`downloader`, of the second those that could connect are refused by the guard. Resolving a name is done by the C
library unseen, which is harmless: the address that comes of it is seen when it is connected to, and it is that
address, so a name that resolves anew gains nothing.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from courier.download.guard.errors import ForbiddenProgramError
from courier.download.guard.rules import Guard

#: What starts programs otherwise than through `subprocess`; no download needs it.
_STARTERS = frozenset({"os.system", "os.exec", "os.spawn", "os.startfile", "pty.spawn", "os.fork", "os.forkpty"})
#: Protocols with clients in the standard library.
_OTHER_PROTOCOLS = frozenset({"ftplib.connect", "smtplib.connect", "poplib.connect", "imaplib.open"})

_of_process: Guard | None = None
_of_context: ContextVar[Guard | None] = ContextVar("guard", default=None)
_is_checking: ContextVar[bool] = ContextVar("is_checking", default=False)
_installed = False


def arm(guard: Guard) -> None:
    """Guard this process, all of its threads, for the rest of its life. For a process that does nothing but the job."""
    global _of_process  # noqa: PLW0603 - an audit hook can't be removed either
    _of_process = guard
    _install()


@contextmanager
def armed(guard: Guard) -> Iterator[None]:
    """Guard what this task or thread does, beside others that aren't guarded; threads that it starts are not.

    For a client of our own in a process that also talks to AWS, and for tests. yt-dlp starts threads: it needs `arm`.
    """
    _install()
    token = _of_context.set(guard)
    try:
        yield
    finally:
        _of_context.reset(token)


def _install() -> None:
    global _installed  # noqa: PLW0603 - once a process
    if not _installed:
        _installed = True
        sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is None or _is_checking.get():
        return
    guard = _of_process or _of_context.get()
    if guard is None:
        return
    # A check may resolve a name of its own, which is no step of the job's.
    token = _is_checking.set(True)
    try:
        check(guard, event, arguments)
    finally:
        _is_checking.reset(token)


def _on_connect(guard: Guard, _: str, arguments: tuple[Any, ...]) -> None:
    guard.check_connection(arguments[0].family, arguments[1])


def _on_datagram(guard: Guard, _: str, arguments: tuple[Any, ...]) -> None:
    guard.check_datagram(arguments[1])


def _on_name(guard: Guard, _: str, arguments: tuple[Any, ...]) -> None:
    guard.asks(arguments[0], arguments[1])


def _on_request(guard: Guard, _: str, arguments: tuple[Any, ...]) -> None:
    guard.check_request(arguments[0])


def _on_sent(guard: Guard, _: str, arguments: tuple[Any, ...]) -> None:
    guard.check_sent(arguments[1])


def _on_other_protocol(guard: Guard, event: str, arguments: tuple[Any, ...]) -> None:
    guard.check_request(f"{event.partition('lib')[0]}://{arguments[1]}:{arguments[2]}")


def _on_program(guard: Guard, event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"subprocess.Popen", "os.posix_spawn"}:
        guard.check_program(arguments[0], arguments[1])
    else:
        raise ForbiddenProgramError(event, "not a way to start one here")


_CHECKS: dict[str, Callable[[Guard, str, tuple[Any, ...]], None]] = {
    "socket.connect": _on_connect,
    "socket.sendto": _on_datagram,
    "socket.sendmsg": _on_datagram,
    "socket.getaddrinfo": _on_name,
    "urllib.Request": _on_request,
    "http.client.send": _on_sent,
    "subprocess.Popen": _on_program,
    "os.posix_spawn": _on_program,
    **dict.fromkeys(_STARTERS, _on_program),
    **dict.fromkeys(_OTHER_PROTOCOLS, _on_other_protocol),
}
