"""Functions of the emulator whose code is in the test: each passes its event on and gives back what it is told.

What answers may be a script, or the real handler with the test's own parts behind it.
"""

import io
import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: What runs in the emulator's worker. A worker that ends before its answer is what Lambda does for want of memory.
SOURCE = """
import json
import os
import urllib.request

def handler(event, context):
    asked = json.dumps({"function": os.environ["BRIDGE_NAME"], "event": event}).encode()
    with urllib.request.urlopen(os.environ["BRIDGE_URL"], asked) as response:
        answer = json.load(response)
    if answer["end"] == "killed":
        os._exit(9)
    if answer["end"] == "raised":
        raise RuntimeError(answer["value"])
    return answer["value"]
"""

type Answer = Callable[[dict[str, Any]], Any]


class Killed(BaseException):
    """The worker is to end at once, as it does for want of memory."""


def archive() -> bytes:
    """The code that all functions of a bridge have."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("handler.py", SOURCE)
    return written.getvalue()


@dataclass
class Bridge:
    """Answers for functions, by their name, and what they were asked.

    Attributes:
        calls: Events in the order in which they came.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        self.answers.clear()
        self.calls.clear()

    def answer(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """What a function of the emulator is told."""
        self.calls.append(event)
        try:
            return {"end": "returned", "value": self.answers[function](event)}
        except Killed:
            return {"end": "killed"}
        except Exception as error:  # noqa: BLE001 - whatever it is, the machine meets it
            return {"end": "raised", "value": f"{type(error).__name__}: {error}"}


def _handler_of(bridge: Bridge) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = json.dumps(bridge.answer(asked["function"], asked["event"])).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its base names it so
            """Nothing: pytest shows what failed."""

    return Handler
