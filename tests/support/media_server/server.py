"""The server: threads, a free port, a list of what was asked, and nothing that a test would have to sleep for."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any
from urllib.parse import quote

from tests.support.media_server.answering import Handler
from tests.support.media_server.files import Media
from tests.support.media_server.manners import Hit, Manner

#: How long a test waits for what must come, in seconds.
PATIENCE_S = 20.0


@dataclass
class MediaServer:
    """A running server.

    Attributes:
        host: Address that it listens on.
        hits: Requests, in their order.
        connections: How many were opened, also those on which nothing was asked.
        documents: Pages and manifests of a test's own, by path: content type and text.
        pause_s: Of `Manner.SLOW`.
    """

    media: Media
    host: str
    port: int = 0
    hits: list[Hit] = field(default_factory=list)
    connections: int = 0
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    pause_s: float = 0.05
    released: Event = field(default_factory=Event)
    closing: Event = field(default_factory=Event)
    changed: Condition = field(default_factory=Condition)

    @property
    def target(self) -> str:
        """`host:port`, as `MEDIA_ALLOWED_HOSTS` names it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def url(self, path: str, manner: Manner = Manner.PLAIN, *, host: str = "") -> str:
        """Of one of the files; `host` is how a test names the server."""
        return self.at(f"/{manner}/{path}", host=host)

    def at(self, path: str, *, host: str = "") -> str:
        return f"http://{host}:{self.port}{path}" if host else f"http://{self.target}{path}"

    def put(self, path: str, text: str, content_type: str = "text/html") -> str:
        """Serve a text under a path, and give its URL."""
        self.documents[path] = (content_type, text.encode())
        return self.at(path)

    def redirect(self, to: str, *, status: int = 302, hops: int = 1) -> str:
        """A URL that leads elsewhere, over so many redirects."""
        return self.at(f"/redirect/{status}/{hops}?to={quote(to, safe='')}")

    def status(self, code: int) -> str:
        return self.at(f"/status/{code}/video.mp4")

    def loop(self) -> str:
        """It redirects to itself, for ever."""
        return self.at("/loop")

    def release(self) -> None:
        """Let what is `Manner.HELD` go on."""
        self.released.set()

    def asked(self, path: str) -> list[Hit]:
        """Requests for a path."""
        return [hit for hit in self.hits if hit.path == path]

    def wait_for(self, path: str, times: int = 1) -> None:
        """Until a path was asked for so often."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked(path)) >= times, PATIENCE_S), f"nobody asked for {path}"

    def note(self, hit: Hit) -> None:
        with self.changed:
            self.hits.append(hit)
            self.changed.notify_all()


@contextmanager
def serving(media: Media, host: str = "127.0.0.1", port: int = 0) -> Iterator[MediaServer]:
    """A server on an address of loopback, on a free port unless one is named."""
    state = MediaServer(media, host)
    server = _Server((host, port), state)
    state.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        state.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], state: MediaServer) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.state = state
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.state.changed:
            self.state.connections += 1
            self.state.changed.notify_all()
        super().process_request(request, client_address)

    def handle_error(self, *_: Any) -> None:
        """Clients leave in the middle: that is what the tests are about."""
