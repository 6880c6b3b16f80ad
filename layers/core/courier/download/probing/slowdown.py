"""A pace for each site, over all executions: whoever asks too much is blocked, with everyone behind the same address.

In Redis, since a lost pace costs nothing: while it can't be reached, everyone goes on.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from courier.download.identity import normalised
from courier.errors import StateUnavailableError
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands
from courier.telemetry import log

#: Of the probes of a minute, so many may go at once: 1 / `_AT_ONCE`.
_AT_ONCE = 3
#: Seconds of the longest line: who stood longer would rather be told. The execution lives an hour.
LONGEST_S = 600
#: Seconds for which a site that says that it is asked too much isn't asked; so often a job goes back into the line.
HELD_S, MOST_TIMES = 60, 2
#: Seconds for which a job's place is kept after it came: retries of the same step, an answer that was lost.
_KEPT_S = 120
_MINUTE_MS = 60_000


def site_of(url: str) -> str:
    """Whose pace a link has: one for each host.

    >>> site_of("https://youtu.be/dQw4w9WgXcQ"), site_of("http://127.0.0.1:8080/a.mp4")
    ('www.youtube.com', '127.0.0.1:8080')
    """
    return urlsplit(normalised(url)).netloc


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Lines before sites.

    Attributes:
        per_minute: Probes of one site; 0: as many as come.
    """

    redis: RunsCommands
    per_minute: int
    _place: LuaScript = field(default=LuaScript("courier.download.probing", "place.lua"), init=False)
    _hold: LuaScript = field(default=LuaScript("courier.download.probing", "hold.lua"), init=False)

    async def wait_s(self, site: str, job: str) -> float | None:
        """Seconds until a job may ask a site, which it then has a place for; None: too many stand there.

        Args:
            job: Its execution's name: asked again it has the same place.
        """
        if not self.per_minute:
            return 0.0
        arguments = [self._interval_ms, self._early_ms, LONGEST_S * 1000, _KEPT_S * 1000]
        try:
            left_ms = int(await self._place(self.redis, [_line(site), _of(site, job, "place")], arguments))
        except StateUnavailableError as error:
            log().warning("sites are asked without a pace", error=str(error))
            return 0.0
        return None if left_ms < 0 else left_ms / 1000

    async def refused(self, site: str, job: str) -> bool:
        """A site told a job that it is asked too much. Whether the job is to try again, after `wait_s`."""
        keys = [_line(site), _of(site, job, "place"), _of(site, job, "told")]
        try:
            times = int(await self._hold(self.redis, keys, [HELD_S * 1000, self._early_ms, 2 * LONGEST_S * 1000]))
        except StateUnavailableError as error:
            log().warning("a site's refusal can't be remembered", error=str(error))
            return False
        return bool(self.per_minute) and times <= MOST_TIMES

    @property
    def _interval_ms(self) -> int:
        return _MINUTE_MS // self.per_minute

    @property
    def _early_ms(self) -> int:
        """The first goes by itself; so many more at once."""
        return max(self.per_minute // _AT_ONCE - 1, 0) * self._interval_ms if self.per_minute else 0


def _line(site: str) -> str:
    return f"{KEY_VERSION}:{{site:{site}}}:line"


def _of(site: str, job: str, what: str) -> str:
    return f"{KEY_VERSION}:{{site:{site}}}:{what}:{job}"
