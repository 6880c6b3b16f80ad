"""A platform in moto: its queues, table and log groups, and the command line on them. Nothing is carried out there."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cli import letters
from cli.main import app
from cli.target import ENDPOINTS_VARIABLE
from courier.queues.names import Lane, QueueNames
from courier.state.bots import Bot, BotTable
from tests.support.bots import active_bot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_sqs.client import SQSClient

REGION = "us-east-1"
STAGES = ("api", "control", "sender")


@dataclass
class Platform:
    """A stack named `courier` in an account of moto's."""

    names: QueueNames

    @cached_property
    def sqs(self) -> "SQSClient":
        return boto3.client("sqs", region_name=REGION)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return boto3.client("logs", region_name=REGION)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return boto3.client("dynamodb", region_name=REGION)

    @cached_property
    def bots(self) -> BotTable:
        return BotTable(self.dynamodb, "courier-state")

    def make(self) -> None:
        """What the template makes."""
        for name in (self.names.control, self.names.dead):
            self.make_queue(name)
        self.dynamodb.create_table(
            TableName="courier-state",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "kind")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "kind",
                    "KeySchema": [
                        {"AttributeName": "kind", "KeyType": "HASH"},
                        {"AttributeName": "pk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        for stage in STAGES:
            self.make_log(stage)

    def make_log(self, stage: str) -> None:
        """A function's log group."""
        self.logs.create_log_group(logGroupName=f"/aws/lambda/courier-{stage}")
        self.logs.create_log_stream(logGroupName=f"/aws/lambda/courier-{stage}", logStreamName="s")

    def make_queue(self, name: str) -> None:
        self.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})

    def add_bot(self, bot_id: int) -> Bot:
        """What control makes."""
        for lane in Lane:
            self.make_queue(self.names.bot(bot_id, lane))
        bot = active_bot(bot_id)
        self.bots.put(bot)
        return bot

    def set_row(self, bot_id: int, **fields: str) -> None:
        """Change a bot's row as newer code writes it, with what lists it."""
        values = fields | {"kind": "bot"}
        self.dynamodb.update_item(
            TableName="courier-state",
            Key={"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": "bot"}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": {"S": value} for name, value in values.items()},
        )

    def set_switch(self, *, is_off: bool, reason: str = "night") -> None:
        """The stop switch's row."""
        key = {"pk": {"S": "stack"}, "sk": {"S": "switch"}}
        self.dynamodb.put_item(
            TableName="courier-state", Item={**key, "is_off": {"BOOL": is_off}, "reason": {"S": reason}}
        )

    def bury(
        self, name: str, reason: str, correlation_id: str, *, group: str = "control:7", body: str = "", source: str = ""
    ) -> None:
        """Put a letter on the dead-letter queue."""
        source = source or self.names.control
        attributes = {"reason": reason, "source": source, "correlation_id": correlation_id}
        self.sqs.send_message(
            QueueUrl=self.url(self.names.dead),
            MessageBody=body or json.dumps({"name": name}),
            MessageGroupId=group,
            MessageDeduplicationId=name,
            MessageAttributes={key: {"DataType": "String", "StringValue": text} for key, text in attributes.items()},
        )

    def write(self, stage: str, message: str | dict[str, Any], *, ago_s: float = 0.0) -> None:
        """A log line."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.logs.put_log_events(
            logGroupName=f"/aws/lambda/courier-{stage}",
            logStreamName="s",
            logEvents=[{"timestamp": int((time.time() - ago_s) * 1000), "message": text}],
        )

    def url(self, name: str) -> str:
        return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def take(self, name: str) -> list[dict[str, Any]]:
        """The messages of a queue: their groups and bodies."""
        answer = self.sqs.receive_message(
            QueueUrl=self.url(name), MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return [
            {"group": message["Attributes"]["MessageGroupId"]} | json.loads(message["Body"])
            for message in answer.get("Messages", [])
        ]

    def courier(self, *args: str, text: str | None = None, **environment: str) -> Result:
        """Run the command line on this account."""
        return CliRunner().invoke(app, ["--aws", *args], input=text, env=environment)


@pytest.fixture
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and none of the AWS settings of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", ENDPOINTS_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


#: botocore's descriptions of services, read once: each command makes a session of its own.
_loaders = lru_cache(botocore.loaders.create_loader)


@pytest.fixture
def platform(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A fresh platform."""
    assert clean_environment
    monkeypatch.setattr(letters, "LONG_POLL_S", 0)
    monkeypatch.setattr("botocore.session.create_loader", _loaders)
    with mock_aws():
        made = Platform(QueueNames("courier"))
        made.make()
        yield made
