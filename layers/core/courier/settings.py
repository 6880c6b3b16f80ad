"""What each function needs of its environment: one model a function, so that each declares just that."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Url = Annotated[str, Field(pattern=r"^https?://\S+$"), AfterValidator(lambda url: url.rstrip("/"))]


class Common(BaseModel):
    """What every function needs; names are those of the environment, in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stack: Annotated[str, Field(min_length=1)]
    table_name: Annotated[str, Field(min_length=1)]

    @classmethod
    def of(cls, environment: dict[str, str]) -> Self:
        """From an environment. A missing or wrong variable is named by pydantic's error."""
        return cls.model_validate({name.lower(): value for name, value in environment.items()})


class RedisSettings(BaseModel):
    """Where Redis is, and whether IAM opens it.

    Attributes:
        redis_url: `redis://` or `rediss://`.
        redis_iam_user: Empty where the URL says all; else the ElastiCache user that the function's role may become.
        redis_cache_name: Of the serverless cache, with `redis_iam_user`.
    """

    redis_url: Annotated[str, Field(pattern=r"^rediss?://\S+$")]
    redis_iam_user: str = ""
    redis_cache_name: str = ""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.redis_iam_user) != bool(self.redis_cache_name):
            raise ValueError("REDIS_IAM_USER and REDIS_CACHE_NAME belong together")
        return self


class ControlSettings(Common):
    """Of the control function.

    Attributes:
        event_bus: Its name. Empty in the seconds of a deploy: news wait.
        public_url: Where Telegram reaches the HTTP API. Empty: nowhere, and webhooks are refused.
    """

    telegram_api_base: Url
    dead_queue_url: str
    dead_queue_arn: str
    sender_function_arn: str
    mapping_concurrency: Annotated[int, Field(ge=2, le=1000)] = 5
    public_url: Url | Literal[""] = ""
    event_bus: str = ""


class SenderSettings(Common, RedisSettings):
    """Of the sender function.

    Attributes:
        message_events: Which messages' ends are told on the event bus.
    """

    telegram_api_base: Url
    dead_queue_url: str
    arrival_jitter_ms: Annotated[int, Field(ge=0, le=500)] = 30
    event_bus: str = ""
    message_events: Literal["off", "failed", "all"] = "off"


class ApiSettings(Common, RedisSettings):
    """Of the api function."""


class WebhookSettings(Common):
    """Of the webhook function."""

    updates_queue_url: str
