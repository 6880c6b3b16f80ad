"""What operators give a stack and what clients read from it: names that others rely on."""

import re
import tomllib
from typing import Any

import pytest

from courier.settings import CommandsSettings, ControlSettings, SenderSettings
from tests.infra.cfn import ROOT, Template

DEFAULTS = {
    "Architecture": "arm64",
    "RedisUrl": "",
    "TelegramApiBase": "https://api.telegram.org",
    "LogLevel": "INFO",
    "LogRetentionDays": 30,
    "MappingConcurrency": 5,
    "AdminUserIds": "",
    "DefaultAccess": "closed",
    "QuotaPerUser": 50,
    "QuotaPerChat": 500,
    "QuotaBlessed": 500,
    "QuotaAdmin": 5000,
    "QuotaWindowSeconds": 86_400,
    "CommandsConcurrency": 10,
    "ArrivalJitterMs": 30,
    "WebhookConnections": 40,
    "MessageEvents": "off",
    "MediaDays": 30,
    "MediaMaxBytes": 2_000_000_000,
    "MediaLargeBytes": 500_000_000,
    "MediaMaxDurationSeconds": 14_400,
    "MediaMaxAge": "",
    "MediaAllowedHosts": "",
    "MediaUploadBytes": 50_000_000,
    "MediaFileIdDays": 30,
    "MediaLinkHours": 72,
    "MediaCookiesParameter": "",
    "MediaProxyParameter": "",
    "MediaSitePerMinute": 30,
    "FetchStorageMb": 3072,
    "MediaStorageAlarmBytes": 200_000_000_000,
    "SavedQueries": "on",
    "AlarmTopicArn": "",
}
OUTPUTS = {
    "StackName",
    "Region",
    "ApiUrl",
    "ApiId",
    "ControlQueueUrl",
    "UpdatesQueueUrl",
    "MediaQueueUrl",
    "DeadQueueUrl",
    "TableName",
    "SenderFunctionArn",
    "EventBusName",
    "MediaBucketName",
    "DownloadMachineArn",
    "RedisEndpoint",
}
STACKS = {"default": "courier", "staging": "courier-staging", "prod": "courier-prod"}


def test_a_stack_needs_no_parameter(template: Template) -> None:
    assert {name: body["Default"] for name, body in template.body["Parameters"].items()} == DEFAULTS


def test_every_parameter_and_output_is_described(template: Template) -> None:
    for part in ("Parameters", "Outputs"):
        for name, body in template.body[part].items():
            assert body["Description"].endswith("."), name


def test_a_url_that_may_hold_a_password_is_not_shown(template: Template) -> None:
    assert template.body["Parameters"]["RedisUrl"]["NoEcho"] is True
    assert template.body["Outputs"]["RedisEndpoint"]["Condition"] == "MakesRedis"
    assert "RedisUrl" not in str(template.body["Outputs"])


@pytest.mark.parametrize(
    ("parameter", "value", "fits"),
    [
        ("RedisUrl", "", True),
        ("RedisUrl", "redis://127.0.0.1:6379", True),
        ("RedisUrl", "rediss://:secret@cache.example:6380/0", True),
        ("RedisUrl", "{{resolve:secretsmanager:redis:SecretString:url}}", True),
        ("RedisUrl", "cache.example:6379", False),
        ("TelegramApiBase", "http://127.0.0.1:8081", True),
        ("TelegramApiBase", "api.telegram.org", False),
        ("AdminUserIds", "", True),
        ("AdminUserIds", "123, 4567890123", True),
        ("AdminUserIds", "@ada", False),
        ("AdminUserIds", "-1001234567890", False),
        ("MediaMaxAge", "", True),
        ("MediaMaxAge", "18", True),
        ("MediaMaxAge", "old", False),
        ("MediaAllowedHosts", "", True),
        ("MediaAllowedHosts", "127.0.0.1:8080,localhost:9,[::1]:80", True),
        ("MediaAllowedHosts", "127.0.0.1", False),
        ("MediaAllowedHosts", "127.0.0.1:8080, localhost:9", False),
        ("MediaCookiesParameter", "", True),
        ("MediaCookiesParameter", "/courier/media/cookies", True),
        ("MediaCookiesParameter", "/courier/bots/7", False),
        ("MediaProxyParameter", "/courier-staging/media/proxy", True),
        ("MediaProxyParameter", "socks5://proxy.example:1080", False),
        ("AlarmTopicArn", "", True),
        ("AlarmTopicArn", "arn:aws:sns:eu-west-1:123456789012:alarms", True),
        ("AlarmTopicArn", "alarms", False),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_is_made(
    template: Template, parameter: str, value: str, fits: bool
) -> None:
    pattern = template.body["Parameters"][parameter]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, value)) is fits


@pytest.mark.parametrize(
    ("parameter", "settings", "field"),
    [
        ("MappingConcurrency", ControlSettings, "mapping_concurrency"),
        ("WebhookConnections", ControlSettings, "webhook_connections"),
        ("ArrivalJitterMs", SenderSettings, "arrival_jitter_ms"),
        ("QuotaPerUser", CommandsSettings, "quota_per_user"),
        ("QuotaPerChat", CommandsSettings, "quota_per_chat"),
        ("QuotaBlessed", CommandsSettings, "quota_blessed"),
        ("QuotaAdmin", CommandsSettings, "quota_admin"),
        ("QuotaWindowSeconds", CommandsSettings, "quota_window_seconds"),
    ],
)
def test_numbers_have_the_bounds_and_default_of_the_settings(
    template: Template, parameter: str, settings: type[ControlSettings | SenderSettings | CommandsSettings], field: str
) -> None:
    body, info = template.body["Parameters"][parameter], settings.model_fields[field]
    bounds = {key: getattr(part, key) for part in info.metadata for key in ("ge", "le") if hasattr(part, key)}

    assert {"ge": body["MinValue"], "le": body["MaxValue"]} == bounds
    assert body["Default"] == info.default


@pytest.mark.parametrize("ids", ["", "123", "123, 4567890123"])
def test_admins_that_the_template_takes_are_taken_by_the_function(ids: str) -> None:
    environment = {"STACK": "s", "TABLE_NAME": "t", "REDIS_URL": "redis://r", "DEAD_QUEUE_URL": "d"}

    settings = CommandsSettings.of({**environment, "ADMIN_USER_IDS": ids})

    assert settings.admin_user_ids == {int(part) for part in ids.split(",") if part}


def test_clients_find_the_outputs_that_they_read(template: Template) -> None:
    assert set(template.body["Outputs"]) == OUTPUTS


def samconfig() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("environment", "stack"), STACKS.items())
def test_every_environment_deploys_a_stack_of_its_own(environment: str, stack: str) -> None:
    commands = samconfig()[environment]
    deploy = commands["deploy"]["parameters"]

    assert deploy["stack_name"] == stack
    assert deploy["resolve_s3"] is True
    assert deploy["capabilities"] == "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    assert commands["build"]["parameters"] == {"cached": True, "parallel": True}
    assert commands["validate"]["parameters"] == {"lint": True}


def test_production_is_asked_about() -> None:
    assert samconfig()["prod"]["deploy"]["parameters"]["confirm_changeset"] is True


@pytest.mark.parametrize("environment", STACKS)
def test_names_fit_elasticache(template: Template, environment: str) -> None:
    """Names are stored in lower case, and at most 40 characters long."""
    stack = samconfig()[environment]["deploy"]["parameters"]["stack_name"]

    for resource, key in (
        ("RedisCache", "ServerlessCacheName"),
        ("RedisUser", "UserId"),
        ("RedisUserGroup", "UserGroupId"),
    ):
        name = template.resource(resource).properties[key]
        text = stack if name == {"Ref": "AWS::StackName"} else name["Fn::Sub"].replace("${AWS::StackName}", stack)
        assert re.fullmatch(r"[a-z](-?[a-z0-9])*", text), text
        assert len(text) <= 40, text
