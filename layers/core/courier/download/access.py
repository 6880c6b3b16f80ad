"""How sites are reached: through the operator's proxy, with the operator's cookies, both secrets in SSM."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from courier.errors import StateUnavailableError

#: Seconds for which a parameter is remembered; SSM gives 40 a second to a whole account.
KNOWN_S = 300.0
#: Proxies whose every target the guard can read.
_PORTS = {"http": 80, "https": 443}


class Secrets(Protocol):
    """SSM's SecureStrings."""

    def secret(self, name: str) -> str:
        """The text of one.

        Raises:
            StateUnavailableError: It can't be read, or isn't there.
        """


@dataclass(frozen=True, slots=True)
class Access:
    """How sites are reached.

    Attributes:
        allowed: `host:port` of private targets, on the local stack alone.
        proxy: The operator's, a URL; empty: none.
        cookies: In the Netscape format; empty: none.
    """

    allowed: frozenset[str] = frozenset()
    proxy: str = ""
    cookies: str = ""


@dataclass
class AccessByParameter:
    """`Access` as parameters say, read again every few minutes.

    Attributes:
        cookies_parameter: Its name; empty: no cookies. So is `proxy_parameter`.
        clock: Seconds of any beginning.
    """

    secrets: Secrets
    allowed: frozenset[str] = frozenset()
    proxy_parameter: str = ""
    cookies_parameter: str = ""
    clock: Callable[[], float] = time.monotonic
    _known: tuple[float, Access] | None = field(default=None, init=False)

    def __call__(self) -> Access:
        """How sites are reached now.

        Raises:
            StateUnavailableError: A parameter is named and can't be read or used. To go without the proxy would show
                sites an address that the operator wants hidden, so nothing is asked of them.
        """
        if self._known is None or self.clock() - self._known[0] > KNOWN_S:
            proxy = self._of(self.proxy_parameter).strip()
            if proxy and urlsplit(proxy).scheme not in _PORTS:
                raise StateUnavailableError(f"parameter {self.proxy_parameter}: not the URL of an HTTP proxy")
            self._known = (self.clock(), Access(self.allowed, proxy, self._of(self.cookies_parameter)))
        return self._known[1]

    def _of(self, name: str) -> str:
        return self.secrets.secret(name) if name else ""


def guarded_host(proxy: str) -> str:
    """A proxy's URL as the guard knows it.

    >>> guarded_host("http://user:word@proxy.test:3128"), guarded_host("https://[2001:db8::1]"), guarded_host("")
    ('proxy.test:3128', '[2001:db8::1]:443', '')
    """
    if not proxy:
        return ""
    parts = urlsplit(proxy)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or _PORTS[parts.scheme]}"
