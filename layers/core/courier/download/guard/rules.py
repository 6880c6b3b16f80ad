"""What one job may do: the guard that is asked at each connection, request and start of a program."""

import re
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from courier.download.guard.addresses import canonical, why_refused
from courier.download.guard.errors import ForbiddenAddressError, ForbiddenProgramError
from courier.download.guard.targets import Resolve, Target, pinned, resolved

#: What yt-dlp may request: `data` connects to nothing, `ws` goes through the same sockets.
_SCHEMES = frozenset({"http", "https", "ws", "wss", "data"})
_ENTRY_SCHEMES = frozenset({"http", "https"})
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
#: Inputs of ffmpeg that are files: marked as such, a pipe, or a text in which ffmpeg can see no protocol.
_FILE = re.compile(r"file:(?!//)|pipe:|-$|/|[^:]*$", re.DOTALL)
_PROTOCOL = re.compile(r"(?!file:)[a-z][a-z0-9+.-]*://", re.IGNORECASE)
#: How a request names its target to a proxy.
_PROXIED = re.compile(rb"(?:CONNECT ([^ ]+)|[A-Z]+ (https?://[^ ]+)) HTTP/")

#: By which name the connection that comes next was asked for, in this thread or task.
_asked: ContextVar[Target | None] = ContextVar("asked", default=None)


class Guard:
    """The rules of one job, and the first refusal: libraries swallow errors, so who runs the job asks afterwards.

    Attributes:
        refusal: The first address that was refused. From then on nothing is connected to any more.
    """

    def __init__(
        self,
        *,
        allowed: Iterable[str] = (),
        proxy: str = "",
        programs: Iterable[Path] = (),
        resolve: Resolve = resolved,
    ) -> None:
        """Private targets are opened by the name and port that are asked for, at the addresses that these have now.

        Args:
            allowed: `host:port` of private targets that may be reached.
            proxy: `host:port` of the operator's own proxy, through which all goes; what is asked of it is checked by
            name. programs: Full paths of what may be started: ffmpeg, ffprobe, a JavaScript runtime.
            resolve: As `targets.resolved`.

        Raises:
            ValueError: A target isn't `host:port`.
        """
        self.refusal: ForbiddenAddressError | None = None
        self._resolve = resolve
        self._open = pinned(allowed, resolve)
        self._proxy = pinned([proxy] if proxy else [], resolve)
        self._programs = frozenset(map(str, programs))

    def asks(self, host: Any, port: Any) -> None:
        """A name is about to be resolved: what is connected to next in this thread was asked for by it."""
        name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
        is_number = isinstance(port, int) or (isinstance(port, str) and port.isascii() and port.isdigit())
        _asked.set(Target(canonical(name), int(port)) if is_number else None)

    def check_connection(self, family: int, address: Any) -> None:
        """A socket is about to be connected to an address.

        Raises:
            ForbiddenAddressError: Nothing is connected.
        """
        asked = _asked.get()
        if family not in {socket.AF_INET, socket.AF_INET6} or not isinstance(address, tuple):
            raise self._refused(repr(address), "not the internet", asked)
        host, port = canonical(str(address[0])), int(address[1])
        if self.refusal is not None:
            raise self._refused(str(Target(host, port)), "after a refusal", asked)
        reason = why_refused(host)
        if not reason:
            return
        opened = {**self._open, **self._proxy}.get(asked, frozenset()) if asked else frozenset()
        if asked is None or asked.port != port or host not in opened:
            raise self._refused(str(Target(host, port)), reason, asked)

    def check_datagram(self, address: Any) -> None:
        """Something is about to be sent without a connection, which no download needs.

        Raises:
            ForbiddenAddressError: Always, unless the socket is connected (no address).
        """
        if address is not None:
            raise self._refused(repr(address), "not a connection", _asked.get())

    def check_entry(self, url: str) -> None:
        """The link itself, before anything is asked of the network.

        Raises:
            ForbiddenAddressError: Another scheme, credentials, or no host.
        """
        parts = self._split(url)
        if parts.scheme not in _ENTRY_SCHEMES or not parts.hostname:
            raise self._refused(_shown(url), "not http", None)
        if parts.username is not None or parts.password is not None:
            raise self._refused(_shown(url), "credentials", None)

    def check_request(self, url: str) -> None:
        """A request is about to be made. Where it leads is seen when it connects; through a proxy, here alone.

        Raises:
            ForbiddenAddressError: Another scheme, or, through a proxy, a private name.
        """
        parts = self._split(url)
        if parts.scheme not in _SCHEMES:
            raise self._refused(_shown(url), "not http", None)
        if self._proxy and parts.hostname:
            self._check_name(parts.hostname, parts.port or _PORTS[parts.scheme])

    def check_sent(self, data: Any) -> None:
        """The first bytes of a request: to a proxy they name the target of every hop, redirects included.

        Raises:
            ForbiddenAddressError: It is a private one.
        """
        found = _PROXIED.match(data) if self._proxy and isinstance(data, bytes) else None
        if found is None:
            return
        if found[2]:
            self.check_request(found[2].decode("ascii", "replace"))
            return
        try:
            target = Target.of(found[1].decode("ascii", "replace"))
        except ValueError:
            raise self._refused(repr(found[1]), "no address", None) from None
        self._check_name(target.host, target.port)

    def check_program(self, program: Any, arguments: Sequence[Any]) -> None:
        """A program is about to be started; what it connects to is seen by nobody.

        Raises:
            ForbiddenProgramError: It isn't one of the job's, or it would reach for the network.
        """
        path = _text(program)
        if path not in self._programs:
            raise ForbiddenProgramError(path, "not one of the job's")
        words = [_text(argument) for argument in arguments[1:]]
        inputs = [after for word, after in pairwise(words) if word == "-i"]
        if any(_PROTOCOL.match(word) for word in words) or not all(map(_FILE.match, inputs)):
            raise ForbiddenProgramError(path, "an input that isn't a file")
        if any(re.match(r"--?allow-(?:net|all|run|import|ffi)|-A$", word) for word in words):
            raise ForbiddenProgramError(path, "a sandbox with the network open")

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Around a job: if something was refused, that is what comes of it, whatever a library made of it.

        Raises:
            ForbiddenAddressError: Something was refused.
        """
        try:
            yield
        except Exception:
            self._raise_refusal()
            raise
        self._raise_refusal()

    def _raise_refusal(self) -> None:
        if self.refusal is not None:
            raise self.refusal from None

    def _check_name(self, host: str, port: int) -> None:
        target = Target(canonical(host), port)
        if target in self._open:
            return
        found = self._resolve(host, port) or {host}
        for address in found:
            if reason := why_refused(address):
                raise self._refused(str(Target(address, port)), reason, target)

    def _split(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise self._refused(_shown(url), "no address", None) from None
        return parts

    def _refused(self, address: str, reason: str, asked: Target | None) -> ForbiddenAddressError:
        error = ForbiddenAddressError(address, reason, asked=str(asked or ""))
        if self.refusal is None:
            self.refusal = error
        return error


def _text(word: Any) -> str:
    return word.decode(errors="replace") if isinstance(word, bytes) else str(word)


def _shown(url: str) -> str:
    """Enough of a URL to know it by; what stands before an @ is nobody's business."""
    return re.sub(r"//[^/?#]*@", "//***@", url)[:200]
