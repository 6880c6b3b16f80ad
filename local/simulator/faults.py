"""Faults on request: the rules of the moment, and what has become of each."""

import random

from local.simulator.chats import find_chat
from local.simulator.rules import Rule, Stage


class ActiveRule:
    """A rule and what has become of it."""

    def __init__(self, number: int, rule: Rule, seed: int) -> None:
        self.number = number
        self.rule = rule
        self.matched = 0
        self.hits = 0
        self._chat = find_chat(rule.match.chat_id)
        self._method = rule.match.method and rule.match.method.lower()
        self._random = random.Random(seed + number if rule.seed is None else rule.seed)  # noqa: S311

    def fires(self, bot_id: int, chat_id: int | None, method: str) -> bool:
        """Whether it hits this call (which is counted, and a probability drawn, if it matches)."""
        match = self.rule.match
        if match.bot_id not in {None, bot_id} or self._method not in {None, method.lower()}:
            return False
        if match.chat_id is not None and (self._chat is None or self._chat.id != chat_id):
            return False
        self.matched += 1
        spent = self.rule.times is not None and self.hits >= self.rule.times
        if self.matched <= self.rule.after or spent or self._random.random() >= self.rule.probability:
            return False
        self.hits += 1
        return True

    def delay_ms(self) -> float:
        return self.rule.latency_ms + self._random.uniform(0, self.rule.jitter_ms)

    def to_json(self) -> dict[str, object]:
        rule = self.rule.model_dump(mode="json", exclude_defaults=True)
        return {"id": self.number, "matched": self.matched, "hits": self.hits, **rule}


class Faults:
    """All rules, in the order in which they came."""

    def __init__(self) -> None:
        self.active: list[ActiveRule] = []
        self._last = 0

    def add(self, rule: Rule, seed: int) -> int:
        """The rule's number."""
        self._last += 1
        self.active.append(ActiveRule(self._last, rule, seed))
        return self._last

    def remove(self, number: int | None = None) -> None:
        """Remove one rule, or all."""
        self.active = [rule for rule in self.active if number not in {None, rule.number}]

    def draw(self, stage: Stage, bot_id: int, chat_id: int | None, method: str) -> Rule | None:
        """The first rule of this stage that hits the call."""
        for active in self.active:
            if active.rule.stage == stage and active.fires(bot_id, chat_id, method):
                return active.rule
        return None

    def draw_delay(self, bot_id: int, chat_id: int | None, method: str) -> float:
        """Milliseconds that all latency rules together add to the call."""
        return sum(
            active.delay_ms()
            for active in self.active
            if active.rule.stage == "delay" and active.fires(bot_id, chat_id, method)
        )
