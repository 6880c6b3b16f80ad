"""`host:port` as settings name them, and the addresses that they have."""

import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from courier.download.guard.addresses import canonical

type Resolve = Callable[[str, int], frozenset[str]]
_MOST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Target:
    """A name, or an address in its one way of writing, and a port.

    >>> Target.of("LocalHost:8080"), str(Target.of("[0::1]:80"))
    (Target(host='localhost', port=8080), '[::1]:80')
    """

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Self:
        """From `host:port`, an IPv6 address in brackets.

        Raises:
            ValueError: It isn't of that form.
        """
        host, colon, port = text.strip().rpartition(":")
        bare = host.removeprefix("[").removesuffix("]")
        if not (colon and bare and port.isascii() and port.isdigit() and 0 < int(port) <= _MOST_PORT):
            raise ValueError(f"not host:port: {text!r}")
        if (":" in bare) != host.startswith("["):
            raise ValueError(f"an IPv6 address stands in brackets: {text!r}")
        return cls(canonical(bare), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def resolved(host: str, port: int) -> frozenset[str]:
    """The addresses of a name, now; none where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(canonical(str(entry[4][0])) for entry in found)


def pinned(targets: Iterable[str], resolve: Resolve = resolved) -> Mapping[Target, frozenset[str]]:
    """What settings opened, each with the addresses that it has now: later ones don't count.

    Raises:
        ValueError: One isn't `host:port`.
    """
    return {target: resolve(target.host, target.port) for target in map(Target.of, targets)}
