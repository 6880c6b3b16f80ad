"""Every message type on the deployed stack, and what the delivery log says of them."""

import json
import uuid
from typing import Any

import pytest

from local.simulator.journal import Accepted
from tests.e2e.platform import Platform

CHAT = 55


@pytest.fixture
def logged_bot(platform: Platform) -> int:
    """A bot with a delivery log, and with little to wait for."""
    return platform.add_bot(is_sent_logs=True, limits={"chat_per_second": 1, "chat_burst": 3})


def put(platform: Platform, bot_id: int, *messages: tuple[str, dict[str, Any]]) -> None:
    bodies = [(str(CHAT), {"type": type_, "data": {"bot_id": bot_id} | data}) for type_, data in messages]
    platform.put(f"bot-{bot_id}.fifo", bodies)


def log_lines(platform: Platform, bot_id: int, count: int) -> list[dict[str, Any]]:
    url, found = platform.queue(f"bot-{bot_id}-logs"), []

    def look() -> bool:
        for message in platform.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
            "Messages", []
        ):
            found.append(json.loads(message["Body"]))
            platform.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= count

    platform.wait_for(look, f"{count} lines of the delivery log")
    return found


def told(found: list[Accepted]) -> list[tuple[str, str]]:
    return [(one.method.lower(), one.text) for one in found]


def test_a_messages_life(platform: Platform, logged_bot: int) -> None:
    put(
        platform,
        logged_bot,
        ("send_msg", {"chat_id": CHAT, "text": "Hello", "external_id": "hello"}),
        ("edit_msg", {"chat_id": CHAT, "external_id": "hello", "text": "Hello again"}),
        ("del_msg", {"chat_id": CHAT, "external_id": "hello"}),
        ("call", {"method": "sendChatAction", "params": {"chat_id": CHAT, "action": "typing"}}),
        ("call", {"method": "sendDice", "params": {"chat_id": CHAT}}),
    )

    lines = log_lines(platform, logged_bot, 5)
    assert sorted((line["type"], line["outcome"]) for line in lines if line["outcome"] != "retrying") == [
        ("call", "delivered"),
        ("call", "delivered"),
        ("del_msg", "delivered"),
        ("edit_msg", "delivered"),
        ("send_msg", "delivered"),
    ]
    methods = [method for method, _ in told(platform.telegram.messages(bot_id=logged_bot))]
    assert methods[:3] == ["sendmessage", "editmessagetext", "deletemessages"]
    assert platform.refused(logged_bot) == 0


def test_a_long_html_text_arrives_in_parts_that_telegram_takes(platform: Platform, logged_bot: int) -> None:
    text = "<b>" + "word &amp; <i>more</i>. " * 700 + "</b>"
    put(platform, logged_bot, ("send_msg", {"chat_id": CHAT, "text": text, "parse_mode": "HTML"}))

    (line,) = log_lines(platform, logged_bot, 1)
    parts = platform.arrived(logged_bot, 3)
    assert line["sent_msg_ids"] == [part.message_id for part in parts]
    assert "".join("".join(part.text for part in parts).split()) == "word&more." * 700
    assert all(part.entities for part in parts)


def test_media_goes_by_url_and_by_file_id_with_its_caption(platform: Platform, logged_bot: int) -> None:
    media = {"kind": "photo", "url": "https://example.org/a.jpg"}
    put(platform, logged_bot, ("send_msg", {"chat_id": CHAT, "media": media, "text": "a caption"}))

    (arrived,) = platform.arrived(logged_bot, 1)
    assert (arrived.method.lower(), arrived.text) == ("sendphoto", "a caption")


def test_edits_that_wait_together_are_merged(platform: Platform, logged_bot: int) -> None:
    put(platform, logged_bot, ("send_msg", {"chat_id": CHAT, "text": "0 %", "external_id": "progress"}))
    (sent,) = platform.arrived(logged_bot, 1)
    edit = {"chat_id": CHAT, "message_id": sent.message_id}
    put(platform, logged_bot, *(("edit_msg", edit | {"text": f"{n} %"}) for n in range(1, 9)))

    lines = log_lines(platform, logged_bot, 9)
    outcomes = [line["outcome"] for line in lines]
    assert outcomes.count("superseded") >= 4
    assert told(platform.telegram.messages(bot_id=logged_bot))[-1] == ("editmessagetext", "8 %")


def test_a_group_that_moves_is_followed(platform: Platform, logged_bot: int) -> None:
    platform.telegram.fault("migrate", bot_id=logged_bot, chat_id=-77, migrate_to_chat_id=-1_000_000_000_077)
    try:
        platform.send(logged_bot, [(-77, "1"), (-77, "2")])
        arrived = platform.arrived(logged_bot, 2)
    finally:
        platform.telegram.clear_faults()

    assert [(one.chat_id, one.text) for one in arrived] == [(-1_000_000_000_077, "1"), (-1_000_000_000_077, "2")]


def test_an_unreachable_recipient_is_remembered(platform: Platform, logged_bot: int) -> None:
    platform.telegram.fault("403", bot_id=logged_bot, chat_id=88, times=1)
    correlation_id = f"e2e-{uuid.uuid4()}"
    body = {
        "type": "send_msg",
        "correlation_id": correlation_id,
        "data": {"bot_id": logged_bot, "chat_id": 88, "text": "x"},
    }
    platform.put(f"bot-{logged_bot}.fifo", [("88", body)])
    platform.dead_letters(correlation_id)

    item = platform.endpoints.aws.dynamodb.get_item(
        TableName="courier-state", Key={"pk": {"S": f"bot#{logged_bot}"}, "sk": {"S": "unreachable#88"}}
    )["Item"]
    assert "blocked" in item["reason"]["S"]
