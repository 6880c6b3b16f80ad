"""What can be set: the flood limits of all bots or of one, the network's delays, chats that don't exist."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from local.simulator.chats import Chat, find_chat


class Limits(BaseModel):
    """The flood model's figures; the defaults are the published ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Calls per bot in any second.
    bot_per_second: int = Field(default=30, gt=0)
    #: Calls per second and chat, once the burst is spent.
    chat_per_second: float = Field(default=1.0, gt=0)
    #: Calls that a chat takes at once after a rest.
    chat_burst: int = Field(default=3, gt=0)
    #: Calls in any minute for each group, supergroup or channel.
    group_per_minute: int = Field(default=20, gt=0)
    #: Seconds that a bot is held for going over its limit.
    bot_penalty_s: float = Field(default=3.0, gt=0)
    #: Seconds that a chat is held; None: until the call would have been allowed, at least 1.
    chat_penalty_s: float | None = Field(default=None, gt=0)
    #: Each penalty of a scope is so many times longer than the one before.
    penalty_growth: float = Field(default=1.0, ge=1)
    #: Seconds of good behaviour after which growth starts anew.
    penalty_memory_s: float = Field(default=60.0, ge=0)
    #: No penalty is longer, in seconds.
    penalty_max_s: float = Field(default=3600.0, gt=0)
    #: Whether a call during a penalty starts it anew (and lets it grow).
    penalty_extends: bool = False
    #: Calls that come so soon (seconds) after a penalty began were on their way: they don't extend it.
    penalty_grace_s: float = Field(default=0.0, ge=0)


class Webhooks(BaseModel):
    """How webhooks are called; the defaults are Telegram's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Pauses between attempts are so many times as long: 0.01 for tests that can't wait a minute.
    pause_scale: float = Field(default=1.0, ge=0)
    #: Seconds that an answer may take. Changes count from the next start or reset.
    timeout_s: float = Field(default=60.0, gt=0)
    #: Seconds after which an update that nobody took is dropped.
    keep_s: float = Field(default=24 * 3600.0, gt=0)


class Settings(BaseModel):
    """One state of the simulator's settings; a change makes a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits = Limits()
    #: Figures that differ from `limits`, by bot id.
    bot_limits: dict[int, dict[str, Any]] = Field(default_factory=dict)
    #: Round trip in milliseconds, half of it before the call counts as arrived.
    latency_ms: float = Field(default=0.0, ge=0)
    #: Up to so many milliseconds more before arrival, drawn for each call.
    jitter_ms: float = Field(default=0.0, ge=0)
    #: All that is drawn (jitter, fault probabilities) follows from it.
    seed: int = 0
    #: Chats that answer "chat not found".
    missing_chats: frozenset[int | str] = frozenset()
    #: The cloud server takes 50 MB, a self-hosted one 2000.
    max_upload_mb: float = Field(default=50.0, gt=0)
    webhooks: Webhooks = Webhooks()
    #: Whether bots get all messages of their groups, or commands, answers and what names them.
    reads_groups: bool = False

    _effective: dict[int, Limits] = PrivateAttr(default_factory=dict)
    _missing: frozenset[int] = PrivateAttr(default=frozenset())

    @model_validator(mode="after")
    def _derive(self) -> Self:
        base = self.limits.model_dump()
        self._effective = {bot: Limits(**(base | own)) for bot, own in self.bot_limits.items()}
        self._missing = frozenset(chat.id for chat in map(find_chat, self.missing_chats) if chat)
        return self

    def limits_for(self, bot_id: int) -> Limits:
        return self._effective.get(bot_id, self.limits)

    def is_missing(self, chat: Chat) -> bool:
        return chat.id in self._missing

    def patched(self, changes: dict[str, Any]) -> "Settings":
        """These settings with `changes` laid over them; `null` for a bot removes what is its own.

        >>> Settings().patched({"limits": {"chat_burst": 1}}).limits.chat_burst
        1
        """
        merged = _overlaid(self.model_dump(mode="json"), changes)
        own = {str(bot): limits for bot, limits in merged["bot_limits"].items() if limits is not None}
        return Settings.model_validate({**merged, "bot_limits": own})


def _overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = {str(key): value for key, value in below.items()}
    for name, value in ((str(key), value) for key, value in above.items()):
        old = merged.get(name)
        merged[name] = _overlaid(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
