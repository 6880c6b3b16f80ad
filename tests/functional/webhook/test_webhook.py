"""The function with a table and a queue in process: rows that control writes, messages on SQS."""

import json
from typing import Any

import boto3
import pytest

import functions.webhook.handler as function
from courier.queues.sqs import Sqs
from courier.state.bots import BotTable
from courier.state.webhooks import Webhook, WebhookTable, digest_of
from courier.webhook.directory import Directory
from courier.webhook.receiver import Receiver
from tests.functional.state.conftest import aws
from tests.support.bots import active_bot

__all__ = ["aws"]
TABLE, SECRET = "courier-state", "fake-secret"


@pytest.fixture
def bots(aws: boto3.Session) -> BotTable:
    client = aws.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return BotTable(client, TABLE)


@pytest.fixture
def queue(aws: boto3.Session, bots: BotTable, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the queue that the function puts updates on."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(
        QueueName="courier-updates.fifo",
        Attributes={
            "FifoQueue": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
        },
    )["QueueUrl"]
    receiver = Receiver(Directory(WebhookTable(aws.client("dynamodb"), TABLE)), Sqs(sqs), url)
    monkeypatch.setattr(function, "webhook", lambda: receiver)
    bots.put(active_bot(1).model_copy(update={"webhook": Webhook("https://example.org", 1, digest_of(SECRET))}))
    bots.put(active_bot(2))
    return url


def post(update: Any, bot_id: int = 1, secret: str = SECRET) -> int:
    event = {
        "pathParameters": {"bot_id": str(bot_id)},
        "headers": {"x-telegram-bot-api-secret-token": secret},
        "body": json.dumps(update),
        "isBase64Encoded": False,
    }
    status: int = function.handler(event, object())["statusCode"]
    return status


def said(update_id: int, chat_id: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat_id}, "text": f"{update_id} ￿"}}


def received(aws: boto3.Session, url: str) -> list[tuple[str, int]]:
    """Group and update of all messages, in the queue's order."""
    found = []
    client = aws.client("sqs")
    while messages := client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    ).get("Messages"):
        for message in messages:
            update = json.loads(message["Body"])["data"]["update"]
            found.append((message["Attributes"]["MessageGroupId"], update["update_id"]))
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_updates_stand_in_their_order_and_repeats_once(aws: boto3.Session, queue: str) -> None:
    for update_id in (1, 2, 2, 3, 1):
        assert post(said(update_id, 50 + update_id % 2)) == 200

    found = received(aws, queue)

    assert sorted(found) == [("1:50", 2), ("1:51", 1), ("1:51", 3)]
    assert [update_id for group, update_id in found if group == "1:51"] == [1, 3]


def test_forged_requests_change_nothing(aws: boto3.Session, queue: str) -> None:
    assert post(said(1, 50), secret="guessed") == 401
    assert post(said(1, 50), bot_id=2) == 404, "it has no webhook"
    assert post(said(1, 50), bot_id=3) == 404
    assert post({"message": {}}) == 400

    assert received(aws, queue) == []


def test_without_its_queue_telegram_is_to_come_again(aws: boto3.Session, queue: str) -> None:
    aws.client("sqs").delete_queue(QueueUrl=queue)

    assert post(said(1, 50)) == 503


def test_without_its_table_telegram_is_to_come_again(aws: boto3.Session, queue: str) -> None:
    aws.client("dynamodb").delete_table(TableName=TABLE)

    assert post(said(1, 50)) == 503
    assert received(aws, queue) == []


def test_a_row_of_newer_code_is_read_all_the_same(aws: boto3.Session, bots: BotTable) -> None:
    webhook = {"url": "https://example.org", "secret": digest_of(SECRET), "since_next_release": 1}
    item = {"pk": {"S": "bot#9"}, "sk": {"S": "bot"}, "bot_id": {"N": "9"}, "telegram_id": {"N": "9"}}
    aws.client("dynamodb").put_item(TableName=TABLE, Item={**item, "webhook": {"S": json.dumps(webhook)}})

    known = WebhookTable(aws.client("dynamodb"), TABLE).get(9)
    bot = bots.row(9)

    assert known is not None
    assert bot is not None
    assert known.takes(SECRET, now=0)
    assert bot.webhook == known
