"""What a person sees while the stack starts: one line a step, with the time since the start."""

import time
from collections.abc import Callable

#: Seconds after which a step that is still running says so.
REMIND_S = 5.0

Print = Callable[[str], object]


class Progress:
    """Lines with the seconds since the start in front.

    Example:
        >>> lines = []
        >>> Progress(lines.append, clock=lambda: 0.0).say("emulator", "http://127.0.0.1:4566")
        >>> lines
        ['   0.0 s  emulator    http://127.0.0.1:4566']
    """

    def __init__(self, echo: Print, clock: Callable[[], float] = time.monotonic) -> None:
        self._echo = echo
        self._clock = clock
        self._started = clock()
        self._reminded = self._started

    @property
    def elapsed_s(self) -> float:
        return self._clock() - self._started

    def say(self, step: str, text: str) -> None:
        self._reminded = self._clock()
        self._echo(f"{self.elapsed_s:6.1f} s  {step:<10}  {text}")

    def remind(self, step: str) -> None:
        """Say that a step still runs, if it was silent for long enough."""
        if self._clock() - self._reminded >= REMIND_S:
            self.say(step, "still running ...")
