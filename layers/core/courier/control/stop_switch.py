"""`pause_all` and `resume_all`: one row that every reading of a bot looks at, and mappings that follow bot by bot."""

import time
from typing import Protocol

from courier.contracts.control import PauseAll, ResumeAll
from courier.control.parts import Clock
from courier.state.bots import Switch
from courier.telemetry import log


class KeepsSwitch(Protocol):
    """The stop switch's row."""

    def turn(self, switch: Switch) -> None: ...


class Sweeps(Protocol):
    """Has every bot mended that isn't as it should be."""

    def run(self) -> None: ...


class StopSwitch:
    """Stops all bots at once and lets them go on; what each bot's own state is stays as it is."""

    def __init__(self, *, switch: KeepsSwitch, sweep: Sweeps, clock: Clock = time.time) -> None:
        self._switch = switch
        self._sweep = sweep
        self._clock = clock

    async def pause(self, wanted: PauseAll) -> None:
        """Let no bot send: known to the sender within 5 s; the mappings follow at Lambda's seven bots a second.

        Raises:
            StateUnavailableError: if AWS didn't answer.
        """
        self._turn(Switch(is_off=True, reason=wanted.reason or "pause_all", since=int(self._clock())))

    async def resume(self, _wanted: ResumeAll) -> None:
        """Let bots send again.

        Raises:
            StateUnavailableError: if AWS didn't answer.
        """
        self._turn(Switch(since=int(self._clock())))

    def _turn(self, switch: Switch) -> None:
        self._switch.turn(switch)
        log().warning("stop switch turned", is_off=switch.is_off, reason=switch.reason)
        self._sweep.run()
