"""A client of the admin API, for tests, the demo and benchmarks.

>>> telegram = SimulatorClient("http://127.0.0.1:8081")  # doctest: +SKIP
>>> telegram.fault("403", chat_id=7, reason="blocked")  # doctest: +SKIP
>>> [message.text for message in telegram.wait_for_messages(2, bot_id=1)]  # doctest: +SKIP
['Hello', 'World']
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from local.simulator.client_updates import UserActions
from local.simulator.figures import GRACE_MS, BotFigures
from local.simulator.journal import Accepted, Refused
from local.simulator.rules import Action, Match, Rule
from local.simulator.worlds import World

#: Seconds that an answer may take, over what the simulator was asked to wait.
_TIMEOUT_S = 30.0


class AdminError(Exception):
    """The simulator refused an admin call."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The most calls in any second and in any minute, those refused too."""

    per_second: int
    per_minute: int


@dataclass(frozen=True, slots=True)
class Counts:
    """One bot's counters, or everyone's (which have no peaks).

    `peaks`: arrived_per_second, accepted_per_second, and chat_per_second and chat_per_minute with the busiest
    chat's `chat_id` and `count`.
    """

    calls: Mapping[str, int]
    accepted: int
    refused: Mapping[str, int]
    during_penalty: int
    errors: Mapping[str, int]
    faults: Mapping[str, int]
    peaks: Mapping[str, Any] | None = None


class SimulatorClient(UserActions):
    """Blocking; use one per thread."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._netloc = urlsplit(url).netloc

    def healthy(self) -> bool:
        try:
            return bool(self._call("GET", "health")["ok"])
        except OSError:
            return False

    def counters(self, bot_id: int | None = None) -> Counts:
        """What was called and how it ended; of a bot that never called: nothing."""
        counters = self._call("GET", "counters")
        if bot_id is None:
            return Counts(**counters["total"])
        return Counts(**counters["bots"].get(str(bot_id), _NOTHING))

    def chat_peak(self, bot_id: int, chat_id: int | str) -> Peak:
        return Peak(**self._call("GET", f"bots/{bot_id}/chats/{chat_id}"))

    def messages(
        self,
        *,
        bot_id: int | None = None,
        chat_id: int | str | None = None,
        method: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Accepted]:
        """Accepted messages, edits and deletes in their order, however many pages that takes."""
        query = {"bot_id": bot_id, "chat_id": chat_id, "method": method}
        return [Accepted(**record) for record in self._records("messages", query, after, limit)]

    def wait_for_messages(
        self,
        count: int,
        *,
        bot_id: int | None = None,
        chat_id: int | str | None = None,
        method: str | None = None,
        after: int = 0,
        timeout_s: float = 30.0,
    ) -> list[Accepted]:
        """Wait for `count` matching messages, and give all that there are.

        Raises:
            TimeoutError: There were fewer when the time was over.
        """
        query = {"bot_id": bot_id, "chat_id": chat_id, "method": method}
        wait = {**query, "after": after, "limit": 0, "wait_count": count, "timeout": timeout_s}
        reached = self._call("GET", "messages", query=wait, timeout_s=timeout_s + _TIMEOUT_S)["reached"]
        found = self.messages(bot_id=bot_id, chat_id=chat_id, method=method, after=after)
        if not reached and len(found) < count:
            raise TimeoutError(f"{len(found)} of {count} messages after {timeout_s} s")
        return found

    def refusals(self, *, bot_id: int | None = None, chat_id: int | str | None = None, after: int = 0) -> list[Refused]:
        """Every 429 in its order, those during a penalty with the seconds since it began."""
        query = {"bot_id": bot_id, "chat_id": chat_id}
        return [Refused(**record) for record in self._records("refusals", query, after, None)]

    def last_seq(self) -> int:
        """The newest message's number: what comes `after` it is new."""
        return int(self._call("GET", "messages", query={"limit": 0})["last_seq"])

    def fault(
        self,
        action: Action,
        *,
        bot_id: int | None = None,
        chat_id: int | str | None = None,
        method: str | None = None,
        **options: Any,
    ) -> int:
        """Ask for a fault; `options` are the fields of Rule. Returns its id."""
        match = Match(bot_id=bot_id, chat_id=chat_id, method=method)
        return self.add_faults(Rule(action=action, match=match, **options))[0]

    def add_faults(self, *rules: Rule) -> list[int]:
        body = [rule.model_dump(mode="json", exclude_defaults=True) for rule in rules]
        ids: list[int] = self._call("POST", "faults", body)["ids"]
        return ids

    def faults(self) -> list[dict[str, Any]]:
        """The rules, each with how many calls `matched` it and how many it `hits`."""
        rules: list[dict[str, Any]] = self._call("GET", "faults")["faults"]
        return rules

    def clear_faults(self, rule_id: int | None = None) -> None:
        self._call("DELETE", "faults", query={"id": rule_id})

    def configure(self, **changes: Any) -> dict[str, Any]:
        """Change fields of Settings, as `configure(limits={"bot_per_second": 5}, jitter_ms=20)`."""
        settings: dict[str, Any] = self._call("PUT", "config", changes)
        return settings

    def config(self) -> dict[str, Any]:
        settings: dict[str, Any] = self._call("GET", "config")
        return settings

    def reset(self) -> None:
        """Forget everything, back to the settings of the start."""
        self._call("POST", "reset")

    def revoke(self, bot_id: int, token: str | None = None) -> None:
        """401 for one token, or for all of the bot's, also for those to come."""
        self._call("POST", f"bots/{bot_id}/revoke", {"token": token})

    def restore(self, bot_id: int) -> None:
        self._call("POST", f"bots/{bot_id}/restore")

    def put_into_world(self, bot_id: int, seed: int, *, calm: bool = False) -> World:
        """Give a bot the hidden limits and faults of a seed; calm: the limits alone."""
        return World(**self._call("POST", "worlds", {"bot_id": bot_id, "seed": seed, "calm": calm}))

    def world(self, bot_id: int) -> World | None:
        world = self._call("GET", "worlds")["worlds"].get(str(bot_id))
        return World(**world) if world else None

    def leave_world(self, bot_id: int | None = None) -> None:
        """Back to the settings: one bot, or all."""
        self._call("DELETE", "worlds", query={"bot_id": bot_id})

    def bot_figures(self, bot_id: int, *, grace_ms: int = GRACE_MS) -> BotFigures:
        """What became of a bot's paced calls; `grace_ms` says what is late in a penalty."""
        return BotFigures(**self._call("GET", f"bots/{bot_id}/figures", query={"grace_ms": grace_ms}))

    def forget_bot(self, bot_id: int) -> None:
        """Its figures, pace and penalties; its world begins anew, and its messages stay."""
        self._call("DELETE", f"bots/{bot_id}")

    def _records(self, name: str, query: Mapping[str, Any], after: int, limit: int | None) -> Iterator[dict[str, Any]]:
        while limit is None or limit > 0:
            page = self._call("GET", name, query={**query, "after": after, "limit": limit})[name]
            if not page:
                return
            yield from page
            after = page[-1]["seq"]
            limit = None if limit is None else limit - len(page)

    def _call(
        self,
        verb: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, Any] | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> Any:
        asked = urlencode({name: value for name, value in (query or {}).items() if value is not None})
        connection = HTTPConnection(self._netloc, timeout=timeout_s)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(verb, f"/_sim/{path}?{asked}", data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:  # noqa: PLR2004 - HTTP's errors
            raise AdminError(f"{verb} {path}: {response.status} {text}")
        return json.loads(text)


_NOTHING: dict[str, Any] = {"calls": {}, "accepted": 0, "refused": {}, "during_penalty": 0, "errors": {}, "faults": {}}
