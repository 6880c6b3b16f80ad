"""Whether what the platform stands on answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from courier.errors import StateUnavailableError
from courier.telemetry import log


@dataclass(frozen=True, slots=True)
class Health:
    """What each part said: `ok` or `unavailable`."""

    parts: Mapping[str, str]

    @property
    def is_well(self) -> bool:
        """Whether all parts answered."""
        return all(word == "ok" for word in self.parts.values())


async def check(probes: Mapping[str, Callable[[], Awaitable[object]]]) -> Health:
    """Ask every part; why one doesn't answer stands in the log, not in the open."""
    parts = {}
    for name, probe in probes.items():
        try:
            await probe()
        except StateUnavailableError as error:
            log().warning("health", part=name, reason=str(error))
            parts[name] = "unavailable"
        else:
            parts[name] = "ok"
    return Health(parts)
