"""Signals as a state that waits can look at.

A signal handler that raises could strike between the start of a process and the note of its id. So the
handler only sets a flag, and whatever waits comes back to it within a twentieth of a second.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from local.stack.errors import StopRequestedError

#: Seconds between two looks at the flag, or at whatever is waited for.
POLL_S = 0.05

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupt:
    """A request to stop, from a signal or from a test.

    Example:
        >>> interrupt = Interrupt()
        >>> interrupt.wait(0.0)
        False
        >>> interrupt.request()
        >>> interrupt.wait(60.0)
        True
    """

    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        self.requested = True

    def check(self) -> None:
        """Raise if the end was asked for."""
        if self.requested:
            raise StopRequestedError("Stopped while it was starting.")

    def wait(self, seconds: float) -> bool:
        """Sleep, but not through a request; tells whether there was one."""
        deadline = time.monotonic() + seconds
        while not self.requested and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, POLL_S))
        return self.requested

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for a condition; tells whether it came true in time.

        Raises:
            StopRequestedError: When the end was asked for meanwhile.
        """
        deadline = time.monotonic() + seconds
        while True:
            self.check()
            if condition():
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Take SIGINT, SIGTERM and SIGHUP (a closed terminal) as a request, as often as they come.

        `make` passes on what the terminal has sent already, so one Ctrl-C may arrive twice; the second
        one must not break off the cleaning up.
        """

        def handle(_signum: int, _frame: FrameType | None) -> None:
            self.request()

        before = {number: signal.signal(number, handle) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
