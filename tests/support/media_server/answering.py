"""How the media server answers: one route or manner after another."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.media_server.manners import Hit, Manner

if TYPE_CHECKING:
    from tests.support.media_server.server import MediaServer

#: How long a connection may be idle, in seconds: a client that keeps its own mustn't keep a thread.
IDLE_S = 20.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    @property
    def state(self) -> "MediaServer":
        state: MediaServer = vars(self.server)["state"]
        return state

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.state.note(Hit(self.command, parts.path, {name.lower(): value for name, value in self.headers.items()}))
        first, _, rest = parts.path[1:].partition("/")
        if parts.path in self.state.documents:
            content_type, body = self.state.documents[parts.path]
            self._send(200, body, content_type)
        elif first in _ROUTES:
            _ROUTES[first](self, rest, parse_qs(parts.query))
        elif first in set(Manner):
            self._send_file(Manner(first), unquote(rest))
        else:
            self._send(404, b"nothing here")

    def do_HEAD(self) -> None:
        self.do_GET()

    def redirect(self, rest: str, query: dict[str, list[str]]) -> None:
        status, hops = map(int, rest.split("/"))
        to = query["to"][0]
        where = to if hops == 1 else self.state.redirect(to, status=status, hops=hops - 1)
        self._send(status, b"", Location=where)

    def fail(self, rest: str, _: dict[str, list[str]]) -> None:
        self._send(int(rest.partition("/")[0]), b"as you asked")

    def loop(self, *_: Any) -> None:
        self._send(302, b"", Location="/loop")

    def log_message(self, *_: Any) -> None: ...

    def _send(self, status: int, body: bytes, content_type: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_file(self, manner: Manner, name: str) -> None:
        path = (self.state.media.folder / name).resolve()
        if not path.is_file() or not path.is_relative_to(self.state.media.folder.resolve()):
            self._send(404, b"no such file")
            return
        body = path.read_bytes()
        content_type = _TYPES.get(path.suffix, "application/octet-stream")
        asked = self.headers.get("Range", "")
        if manner in _RANGELESS or not asked.startswith("bytes="):
            self._send_body(manner, 200, body, content_type)
            return
        start, end = _part(asked.removeprefix("bytes="), len(body))
        if start >= len(body):
            self._send(416, b"", content_type, **{"Content-Range": f"bytes */{len(body)}"})
            return
        where = {"Content-Range": f"bytes {start}-{end}/{len(body)}"}
        self._send_body(manner, 206, body[start : end + 1], content_type, **where)

    def _send_body(self, manner: Manner, status: int, body: bytes, content_type: str, **headers: str) -> None:
        lengths = {Manner.WRONG_LENGTH: len(body) // 2, Manner.UNKNOWN_LENGTH: None, Manner.ENDLESS: None}
        length = lengths.get(manner, len(body))
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if manner not in _RANGELESS:
            self.send_header("Accept-Ranges", "bytes")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        if manner is not Manner.PLAIN:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            for part in _PARTS.get(manner, _whole)(self.state, body):
                self.wfile.write(part)


def _part(text: str, size: int) -> tuple[int, int]:
    """First and last byte of a range; only the single ranges that clients of ours ask for."""
    first, _, last = text.partition("-")
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(size - 1, int(last)) if last else size - 1


def _whole(_: "MediaServer", body: bytes) -> Iterator[bytes]:
    yield body


def _half(_: "MediaServer", body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]


def _slowly(state: "MediaServer", body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 16_384):
        yield body[start : start + 16_384]
        state.closing.wait(state.pause_s)


def _held(state: "MediaServer", body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    state.released.wait()
    yield body[len(body) // 2 :]


def _endlessly(state: "MediaServer", body: bytes) -> Iterator[bytes]:
    while not state.closing.is_set():
        yield body


_TYPES = {
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
    ".jpg": "image/jpeg",
    ".ts": "video/mp2t",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
}
_RANGELESS = {Manner.NO_RANGE, Manner.UNKNOWN_LENGTH, Manner.ENDLESS}
_PARTS: dict[Manner, Callable[["MediaServer", bytes], Iterator[bytes]]] = {
    Manner.TRUNCATED: _half,
    Manner.SLOW: _slowly,
    Manner.HELD: _held,
    Manner.ENDLESS: _endlessly,
}
_ROUTES: dict[str, Callable[[Handler, str, dict[str, list[str]]], None]] = {
    "redirect": Handler.redirect,
    "status": Handler.fail,
    "loop": Handler.loop,
}
