"""What is held against a download while it runs: what was known before may have been wrong, or nothing was known."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from courier.download.errors import Failure
from courier.download.probed import probed_of

#: Seconds between two words of progress out of the guarded process.
_NOTE_S = 1.0
#: Seconds after which a download's pace says something.
_PACE_S = 60.0
#: By how much the time that it would take must exceed the time left, before it is given up early.
_HOPELESS = 3.0


class EndedError(Exception):
    """A job ended in a way that was to be expected.

    Attributes:
        outcome: The step's answer.
    """

    def __init__(self, outcome: dict[str, Any]) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome

    @classmethod
    def failed(cls, failure: Failure, detail: str) -> Self:
        return cls({"outcome": "failed", "failure": failure.value, "detail": detail})

    @classmethod
    def transfer(cls, reason: str) -> Self:
        """It is for `transfer`: for its `size`, or the `time` that it takes."""
        return cls({"outcome": "transfer", "reason": reason})


@dataclass(slots=True)
class Bounds:
    """Of one download.

    Attributes:
        max_bytes: The largest file that this stack takes.
        room_bytes: The largest that one function takes: what is larger is for `transfer`.
        max_duration_s: Seconds that it may play.
        ends_at: When the download has to be there, by `clock`.
        expected_bytes: For the share that is there; None where nobody knows.
        note: Told the progress.
    """

    max_bytes: int
    room_bytes: int
    max_duration_s: float
    ends_at: float
    expected_bytes: int | None
    note: Callable[[Any], None]
    clock: Callable[[], float] = time.monotonic
    _began_at: float = field(init=False)
    _noted_at: float | None = field(init=False, default=None)
    _bytes: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._began_at = self.clock()

    def page(self, info: Mapping[str, Any], *, incomplete: bool = False) -> None:
        """Look at what yt-dlp is about to download: it asks the site anew, who may say something else than before.

        Raises:
            EndedError: It isn't to be downloaded, or not here.
        """
        if incomplete:
            return
        found = probed_of(info)
        if found.is_live:
            raise EndedError.failed(Failure.LIVE, "live, or not yet")
        if found.duration_s is not None and found.duration_s > self.max_duration_s:
            raise EndedError.failed(Failure.TOO_LONG, f"{found.duration_s:.0f} s, of {self.max_duration_s:.0f}")
        parts = info.get("requested_formats") or [info]
        self.size(sum(int(part.get("filesize") or 0) for part in parts))

    def progress(self, status: Mapping[str, Any]) -> None:
        """yt-dlp's hook: a piece has come.

        Raises:
            EndedError: It is too much, or takes too long.
        """
        name = f"{status.get('filename')} {(status.get('info_dict') or {}).get('format_id')}"
        self._bytes[name] = max(self._bytes.get(name, 0), int(status.get("downloaded_bytes") or 0))
        there = sum(self._bytes.values())
        self.size(there)
        whole = self.expected_bytes or status.get("total_bytes") or status.get("total_bytes_estimate")
        share = min(1.0, there / whole) if whole else None
        self._time(share)
        now = self.clock()
        if self._noted_at is None or now - self._noted_at >= _NOTE_S:
            self._noted_at = now
            self.note({"stage": "Downloading", "fraction": share})

    def size(self, found: int) -> None:
        """So much is there, or will be.

        Raises:
            EndedError: It is too much.
        """
        if found > self.max_bytes:
            raise EndedError.failed(Failure.TOO_LARGE, f"{found} bytes, of {self.max_bytes}")
        if found > self.room_bytes:
            raise EndedError.transfer("size")

    def _time(self, share: float | None) -> None:
        now = self.clock()
        left, spent = self.ends_at - now, now - self._began_at
        if left <= 0:
            raise EndedError.transfer("time")
        if share and spent >= _PACE_S and spent / share - spent > _HOPELESS * left:
            raise EndedError.transfer("time")
