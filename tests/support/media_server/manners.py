"""How files are sent, and how a request is remembered."""

from dataclasses import dataclass
from enum import StrEnum


class Manner(StrEnum):
    """How a file is sent: the first part of its path, so that a manifest's segments are sent in the same way."""

    PLAIN = "plain"
    NO_RANGE = "no-range"  # always all of it, whatever part was asked for
    SLOW = "slow"  # 16 KiB every `MediaServer.pause_s`
    HELD = "held"  # half of it, the rest after `MediaServer.release`
    TRUNCATED = "truncated"  # half of what was announced
    WRONG_LENGTH = "wrong-length"  # twice of what was announced
    UNKNOWN_LENGTH = "unknown-length"  # until the connection ends
    ENDLESS = "endless"  # again and again, as long as anybody listens


@dataclass(frozen=True, slots=True)
class Hit:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def range(self) -> str:
        return self.headers.get("range", "")
