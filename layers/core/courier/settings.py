"""What each function needs of its environment: one model a function, so that each declares just that."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Url = Annotated[str, Field(pattern=r"^https?://\S+$"), AfterValidator(lambda url: url.rstrip("/"))]

Quota = Annotated[int, Field(ge=0, le=1_000_000)]


def _ids(text: Any) -> Any:
    """Numbers with commas between them."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


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
    """Of the api function.

    Attributes:
        media_bucket: Where links lead; empty: there are none.
    """

    media_bucket: str = ""


class AnswerSettings(Common, RedisSettings):
    """Of every function that answers those who wait for a download.

    Attributes:
        media_upload_bytes: The largest file that is uploaded; the Bot API's own server takes 50 MB, one's own 2000.
        media_file_id_days: For how long a `file_id` is believed.
        media_link_hours: How long links open.
        public_url: Where links open. Empty: nowhere, and what can't be uploaded is refused.
    """

    telegram_api_base: Url
    media_bucket: Annotated[str, Field(min_length=1)]
    arrival_jitter_ms: Annotated[int, Field(ge=0, le=500)] = 30
    media_upload_bytes: Annotated[int, Field(ge=1, le=2_000_000_000)] = 50_000_000
    media_file_id_days: Annotated[int, Field(ge=0, le=400)] = 30
    media_link_hours: Annotated[int, Field(ge=1, le=720)] = 72
    public_url: Url | Literal[""] = ""


class DeliverSettings(AnswerSettings):
    """Of the deliver function.

    Attributes:
        event_bus: Its name. Empty in the seconds of a deploy: what was delivered is told later.
    """

    event_bus: str = ""


class WebhookSettings(Common):
    """Of the webhook function."""

    updates_queue_url: str


class CommandsSettings(Common, RedisSettings):
    """Of the commands function.

    Attributes:
        event_bus: Its name. Empty in the seconds of a deploy: updates wait.
        admin_user_ids: Telegram's ids of those who may all things at all bots.
        default_access: Whether those may use a bot about whom nobody has ruled, unless the bot says so itself.
        quota_per_user: Meaningful events of a user in a window, and so on for others.
        quota_window_seconds: How long a window is.
    """

    dead_queue_url: str
    event_bus: str = ""
    admin_user_ids: Annotated[frozenset[Annotated[int, Field(ge=1)]], BeforeValidator(_ids)] = frozenset()
    default_access: Literal["open", "closed"] = "closed"
    quota_per_user: Quota = 50
    quota_per_chat: Quota = 500
    quota_blessed: Quota = 500
    quota_admin: Quota = 5_000
    quota_window_seconds: Annotated[int, Field(ge=60, le=31_536_000)] = 86_400


class MediaSettings(Common):
    """Of those who download.

    Attributes:
        media_max_bytes: The largest file.
        media_large_bytes: What is larger is for `transfer`.
        media_max_duration_s: Seconds that a video may play.
        media_allowed_hosts: `host:port` of private targets, on the local stack alone.
        media_cookies_parameter: Name of a SecureString in SSM; empty: no cookies. So is the proxy's.
    """

    media_bucket: Annotated[str, Field(min_length=1)]
    media_max_bytes: Annotated[int, Field(ge=1)] = 2_000_000_000
    media_large_bytes: Annotated[int, Field(ge=1)] = 500_000_000
    media_max_duration_s: Annotated[int, Field(ge=1)] = 14_400
    media_allowed_hosts: Annotated[frozenset[str], BeforeValidator(_ids)] = frozenset()
    media_cookies_parameter: str = ""
    media_proxy_parameter: str = ""


class ProbeSettings(MediaSettings, RedisSettings):
    """Of the probe function.

    Attributes:
        media_max_age: Pages for older people than this aren't taken; empty: all are.
        media_site_per_minute: Probes of one site; 0: as many as come.
    """

    media_max_age: Annotated[int | None, Field(ge=0, le=99), BeforeValidator(lambda text: text or None)] = None
    media_site_per_minute: Annotated[int, Field(ge=0, le=60_000)] = 30


class FetchSettings(MediaSettings):
    """Of the fetch function."""
