"""What can go wrong on request: which calls a rule is for, and what happens to them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from local.simulator.errors import ApiError, too_many_requests, wrapped_too_many_requests

type Action = Literal[
    "429",
    "429_in_400",
    "400",
    "401",
    "403",
    "409",
    "413",
    "5xx",
    "migrate",
    "reset_before",
    "reset_after",
    "hang_before",
    "hang_after",
    "latency",
]
#: Where in a call's way a rule acts: on its way in, before the limits are looked at, or once they were spent.
type Stage = Literal["delay", "before", "after"]

_STAGES: dict[str, Stage] = {
    "latency": "delay",
    **dict.fromkeys(("429", "401", "409", "413", "5xx", "reset_before", "hang_before"), "before"),
    **dict.fromkeys(("429_in_400", "400", "403", "migrate", "reset_after", "hang_after"), "after"),
}
_FORBIDDEN = {
    "blocked": "Forbidden: bot was blocked by the user",
    "deactivated": "Forbidden: user is deactivated",
    "kicked": "Forbidden: bot was kicked from the supergroup chat",
}
_GATEWAY = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
_CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Match(BaseModel):
    """Which calls a rule is for; what isn't given matches all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bot_id: int | None = None
    chat_id: int | str | None = None
    method: str | None = None


class Rule(BaseModel):
    """One fault. The fields below `probability` serve the actions that they name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    match: Match = Match()
    #: How many calls it hits at most.
    times: int | None = Field(default=None, ge=1)
    #: Matching calls that it lets pass first.
    after: int = Field(default=0, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    #: Of the probability's draws; without it they follow from the settings' seed and the rule's number.
    seed: int | None = None

    #: 429, 429_in_400
    retry_after: int = Field(default=5, ge=1)
    #: 429, 429_in_400: whether only this call is told so, or its chat or bot is held from then on.
    scope: Literal["answer", "chat", "bot"] = "answer"
    #: 403
    reason: Literal["blocked", "deactivated", "kicked"] = "blocked"
    #: Any answer: its description, whole, instead of the usual one.
    description: str | None = None
    #: migrate
    migrate_to_chat_id: int = -1_009_999_999_999
    #: 5xx
    code: int = Field(default=500, ge=500, le=599)
    #: 5xx: answer as a gateway does, without JSON.
    html: bool = False
    #: hang_before, hang_after
    seconds: float = Field(default=30.0, ge=0)
    #: latency, in milliseconds
    latency_ms: float = Field(default=0.0, ge=0)
    jitter_ms: float = Field(default=0.0, ge=0)

    @property
    def stage(self) -> Stage:
        return _STAGES[self.action]

    def error(self) -> ApiError | None:
        """The answer it gives; None for what isn't one."""
        match self.action:
            case "429":
                return too_many_requests(self.retry_after)
            case "429_in_400":
                return self._answer(400, wrapped_too_many_requests(self.retry_after).description)
            case "403":
                return self._answer(403, _FORBIDDEN[self.reason])
            case "migrate":
                upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
                return ApiError(400, upgraded, {"migrate_to_chat_id": self.migrate_to_chat_id})
            case "5xx":
                return ApiError(self.code, self.description or _GATEWAY.get(self.code, "Error"), html=self.html)
        plain = {"400": "Bad Request", "401": "Unauthorized", "409": _CONFLICT, "413": "Request Entity Too Large"}
        return self._answer(int(self.action), plain[self.action]) if self.action in plain else None

    def _answer(self, code: int, usual: str) -> ApiError:
        return ApiError(code, self.description or usual)
