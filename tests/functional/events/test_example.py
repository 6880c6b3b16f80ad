"""The consumer of `docs/events.md`: its rule on a bus of moto's, its function on what the rule lets through."""

import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from courier.contracts.events import EVENT_TYPES, DomainEvent, MessageFailed
from courier.events.bus import EventBus
from tests.infra.cfn import Template

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCS, flags=re.MULTILINE | re.DOTALL)
    assert isinstance(found, str)
    return found


def sample(name: str) -> DomainEvent:
    told = json.loads((ROOT / "events" / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return EVENT_TYPES[name].model_validate(told["detail"])


def pattern() -> dict[str, Any]:
    """The rule's, as it is in a stack for `courier`."""
    (rule,) = Template(block("yaml")).of_type("AWS::Events::Rule")
    found = dict(rule.properties["EventPattern"])
    assert found["source"] == [{"Fn::Sub": "courier.${CourierStack}"}]
    return found | {"source": ["courier.courier"]}


@pytest.fixture
def consumer(tmp_path: Path) -> ModuleType:
    """The function, with the schema beside it."""
    shutil.copy(ROOT / "events" / "schemas" / "event.message.failed.json", tmp_path)
    source = tmp_path / "consumer.py"
    source.write_text(block("python"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("example_consumer", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Clients of a fresh account."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        session: Any = boto3.Session("test", "test", region_name="eu-west-1")
        yield session.client


@pytest.fixture
def listening(aws: Any) -> Any:
    """The bus with the example's rule; gives what the queue got."""
    events, sqs = aws("events"), aws("sqs")
    events.create_event_bus(Name="courier")
    url = sqs.create_queue(QueueName="unreachable")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="unreachable", EventBusName="courier", EventPattern=json.dumps(pattern()))
    events.put_targets(Rule="unreachable", EventBusName="courier", Targets=[{"Id": "queue", "Arn": arn}])

    def received() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [{"messageId": message["MessageId"], "body": message["Body"]} for message in answer.get("Messages", [])]

    return received


def test_the_example_hears_what_it_asked_for_and_understands_it(
    aws: Any, listening: Any, consumer: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sample("message.failed").model_copy(update={"error_code": 400})
    told = [*(sample(name) for name in EVENT_TYPES), other]

    EventBus(aws("events"), "courier", "courier.courier").put(told)

    records = listening()
    assert [json.loads(record["body"])["detail-type"] for record in records] == ["message.failed"]
    assert json.loads(records[0]["body"])["source"] == "courier.courier"
    assert consumer.handler({"Records": records}, None) == {"batchItemFailures": []}
    words = capsys.readouterr().out
    assert words == "user 123 of bot 1: Forbidden: bot was blocked by the user (order-4711)\n"


def test_another_stacks_events_are_not_heard(aws: Any, listening: Any) -> None:
    EventBus(aws("events"), "courier", "courier.courier-staging").put([sample("message.failed")])

    assert listening() == []


def test_what_the_example_doesnt_understand_comes_back(consumer: ModuleType) -> None:
    detail = json.loads(sample("message.failed").detail())
    records = [
        {"messageId": name, "body": json.dumps({"detail": body})}
        for name, body in {"good": detail, "newer": detail | {"version": 2}}.items()
    ]

    assert consumer.handler({"Records": records}, None) == {"batchItemFailures": [{"itemIdentifier": "newer"}]}


def test_the_docs_name_every_event_and_its_fields() -> None:
    rows = dict(re.findall(r"^\| `([a-z.]+)` \| [^|]* \| ([^|]*) \|$", DOCS, flags=re.MULTILINE))

    assert rows.keys() == EVENT_TYPES.keys()
    for name, event in EVENT_TYPES.items():
        text = rows[name] + (rows["message.delivered"] if event is MessageFailed else "")
        fields = event.model_fields.keys() - {"version", "correlation_id", "occurred_at"}
        assert [field for field in fields if f"`{field}`" not in text] == [], name


def test_more_events_than_one_request_takes_all_arrive(aws: Any, listening: Any) -> None:
    failed = sample("message.failed")

    EventBus(aws("events"), "courier", "courier.courier").put(
        [failed.model_copy(update={"chat_id": number}) for number in range(1, 26)]
    )

    chats: list[int] = []
    while records := listening():
        chats += [json.loads(record["body"])["detail"]["chat_id"] for record in records]
    assert sorted(chats) == list(range(1, 26))
