"""One form for all addresses of one page: what is shared differs in scheme, case, port, tracking and order.

The form is a key, and an address only for the sites of `sites.py`: `fetchable` says what to ask for.
"""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, urlsplit

import idna

from courier.download.sites import known
from courier.errors import CourierError

#: Characters; what is longer is no link that a person shares, and all patterns of yt-dlp would read it.
MAX_LENGTH = 2048
_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
#: `javascript:…` and `data:…`, but not `example.com:8080/…`.
_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
#: DNS: characters of a whole name.
_MAX_HOST = 253
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH, _IN_QUERY = "/:@!$&'()*+,;=-._~%", "/?:@!$'()*+,;=-._~%"
#: yt-dlp takes instructions from a fragment of this name, also headers: nobody outside may give any.
_SMUGGLED = "__youtubedl_smuggle"
#: Parameters that tell who shared a link, and never what it shows.
_TRACKING = re.compile(
    r"utm_\w*|mtm_\w*|pk_\w*|(?:fb|g|dc|ms|y|tw|tt|li_fat_|wbra|gbra|mc_e|mc_c)(?:cl)?id|igshid|igsh|_ga|_gl|_hs(?:enc|mi)",
    re.IGNORECASE,
)


class BadUrlError(CourierError):
    """This can't be the address of anything; its text is for the person who wrote it."""


def normalised(url: str) -> str:
    """The one form of an address.

    Raises:
        BadUrlError: Not a web address, or one with a name and password.

    >>> normalised("HTTP://WWW.Example.com:80/a/../b?z=1&utm_source=chat&a=2#top")
    'https://www.example.com/b?a=2&z=1'
    >>> normalised("youtu.be/dQw4w9WgXcQ?si=x&t=42"), normalised("http://m.youtube.com/shorts/dQw4w9WgXcQ")
    ('https://www.youtube.com/watch?v=dQw4w9WgXcQ', 'https://www.youtube.com/watch?v=dQw4w9WgXcQ')
    """
    parts, host, port = _parts(url)
    scheme, port = ("https", _PORTS["https"]) if port == _PORTS[parts.scheme] else (parts.scheme, port)
    path, query = _path(parts.path), [_query_part(part) for part in parts.query.split("&") if part]
    if port in _PORTS.values() and (page := known(host, path, query)) is not None:
        return page.url
    kept = sorted((part for part in query if not _TRACKING.fullmatch(part.partition("=")[0])), key=_name)
    # A page that is one program has its addresses here; a place within a page doesn't look like one.
    route = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return _origin(scheme, host, port) + path + _after("?", "&".join(kept)) + _after("#", _query_part(route))


def fetchable(url: str) -> str:
    """What to ask yt-dlp for: the form of a site that we know, else the address as it was given.

    A signature may cover a query's order and spelling, a site may know `http` alone, and some extractors read the
    fragment. Instructions to yt-dlp are refused.

    Raises:
        BadUrlError: As `normalised`.

    >>> fetchable("http://cdn.example/a.mp4?z=1&a=2"), fetchable("youtu.be/dQw4w9WgXcQ?list=PL1")
    ('http://cdn.example/a.mp4?z=1&a=2', 'https://www.youtube.com/watch?v=dQw4w9WgXcQ')
    """
    form = normalised(url)
    parts, host, port = _parts(url)
    split = urlsplit(form)
    if known(split.netloc, split.path, split.query.split("&")) is not None:
        return form
    rest = (parts.path or "/") + _after("?", parts.query) + _after("#", parts.fragment)
    return _origin(parts.scheme, host, port) + rest


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """The parts, the host in its one form, and the port."""
    text = url.strip()
    if not text or len(text) > MAX_LENGTH:
        raise BadUrlError("This link is empty." if not text else "This link is too long.")
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in text) or _SMUGGLED in text.lower():
        raise BadUrlError("This link contains characters that no link has.")
    text = _with_scheme(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadUrlError("This doesn't look like a link.") from None
    if "@" in parts.netloc:
        raise BadUrlError("Links with a user name or password aren't taken.")
    return parts, _host(parts.netloc, parts.hostname or ""), _PORTS[parts.scheme] if port is None else port


def _with_scheme(text: str) -> str:
    if scheme := _SCHEME.match(text):
        if scheme[1].lower() not in _PORTS:
            raise BadUrlError("Only web links are taken: http and https.")
        return text
    if _OTHER_SCHEME.match(text):
        raise BadUrlError("Only web links are taken: http and https.")
    text = text.removeprefix("//")
    if "." not in re.split(r"[/?#:]", text, maxsplit=1)[0]:
        raise BadUrlError("This doesn't look like a link.")
    return f"https://{text}"


def _host(netloc: str, host: str) -> str:
    if netloc.startswith("["):
        try:
            # A zone names an interface of the machine that asks.
            if "%" in host:
                raise BadUrlError("There can't be a site of this name.")
            return f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError:
            raise BadUrlError("This doesn't look like a link.") from None
    host = host.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise BadUrlError("There can't be a site of this name.") from None
    host = host.removesuffix(".")
    if len(host) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise BadUrlError("There can't be a site of this name.")
    return host


def _path(path: str) -> str:
    """A path with one spelling of each character, and no way up."""
    kept: list[str] = []
    *folders, last = _escaped(path, _IN_PATH).removeprefix("/").split("/")
    for part in folders:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    if last == "..":
        del kept[-1:]
    kept.append("" if last in {".", ".."} else last)
    return "/" + "/".join(kept)


def _query_part(part: str) -> str:
    return _escaped(part, _IN_QUERY)


def _escaped(text: str, safe: str) -> str:
    """Escapes where they are needed, in capitals, and nowhere else."""
    return quote("".join(_unescaped(text)), safe=safe)


def _unescaped(text: str) -> Iterator[str]:
    end = 0
    for escape in _ESCAPE.finditer(text):
        yield text[end : escape.start()].replace("%", "%25")
        char = chr(int(escape[1], 16))
        yield char if char in _UNRESERVED else escape[0].upper()
        end = escape.end()
    yield text[end:].replace("%", "%25")


def _name(part: str) -> str:
    return part.partition("=")[0]


def _origin(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{host}" if port == _PORTS[scheme] else f"{scheme}://{host}:{port}"


def _after(mark: str, part: str) -> str:
    return mark + part if part else ""
