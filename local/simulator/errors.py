"""What a call can end with, other than a result.

SimulatorError
├── ApiError     Telegram's answer `{"ok": false, ...}`
└── ConnectionReset   no answer at all: the connection is reset
"""

from collections.abc import Mapping


class SimulatorError(Exception):
    """Root of what a call ends with."""


class ApiError(SimulatorError):
    """An answer with `ok: false`; `html` answers as a gateway does, without JSON."""

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None, *, html: bool = False
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters
        self.html = html


class ConnectionReset(SimulatorError):  # noqa: N818 - it names what happens, as ConnectionResetError is taken
    """The client sees its connection reset instead of an answer."""


def bad_request(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


def wrapped_too_many_requests(retry_after: int) -> ApiError:
    """A 429 as it comes from the inside of an album: a 400 that names no `retry_after` but in its words."""
    inner = f"Too Many Requests: retry after {retry_after}"
    return bad_request(f'failed to send message #1 with the error message "{inner}"')


def too_many_requests(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})
