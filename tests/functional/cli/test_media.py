"""`courier media` against SQS."""

import pytest

from tests.functional.cli.conftest import Platform

QUEUE = "courier-media.fifo"
LINK = "https://video.example/1"


@pytest.fixture
def platform(platform: Platform) -> Platform:
    platform.sqs.create_queue(QueueName=QUEUE, Attributes={"FifoQueue": "true"})
    return platform


def test_a_request_with_everything(platform: Platform) -> None:
    args = ["media", "request", "7", "-100123", LINK, "--kind", "audio", "--user", "3", "--reply-to", "9"]

    result = platform.courier(*args, "--external-id", "x", "--quality", "best", "--correlation-id", "c-1")

    assert (result.exit_code, result.stdout) == (0, "c-1\n")
    (message,) = platform.take(QUEUE)
    assert message == {
        "group": "7:-100123",
        "type": "request_media",
        "correlation_id": "c-1",
        "data": {
            "bot_id": 7,
            "chat_id": -100123,
            "url": LINK,
            "kind": "audio",
            "quality": "best",
            "user_id": 3,
            "reply_to_message_id": 9,
            "external_id": "x",
        },
    }


def test_taking_back(platform: Platform) -> None:
    assert platform.courier("media", "cancel", "7", "5", "3").exit_code == 0
    assert platform.courier("media", "cancel", "7", "5", "3", LINK).exit_code == 0

    assert [message["data"].get("url") for message in platform.take(QUEUE)] == [None, LINK]


def test_what_would_be_refused_is_said(platform: Platform) -> None:
    result = platform.courier("media", "request", "7", "5", LINK, "--quality", "721p")

    assert result.exit_code == 1
    assert "data.quality: video comes as best, 4320p" in result.stderr
