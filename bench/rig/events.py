"""Lambda events for the functions that are measured."""

import json
import time
from itertools import count
from typing import Any

_NUMBERS = count(1)


def batch(bot_id: int, chats: list[int]) -> dict[str, Any]:
    """A batch of a bot's queue: one text for each chat."""
    sends = (
        {"bot_id": bot_id, "chat_id": chat, "external_id": chat, "text": "Your order left us today"} for chat in chats
    )
    return {
        "Records": [_record(f"courier-bot-{bot_id}.fifo", str(data["chat_id"]), "send_msg", data) for data in sends]
    }


def pulse() -> dict[str, Any]:
    """A batch of the control queue that builds all of the function's parts and changes nothing."""
    return {"Records": [_record("courier-control.fifo", "1", "pulse", {})]}


def request(path: str) -> dict[str, Any]:
    """A request to the HTTP API."""
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"}
    return {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"http": http, "requestId": "1", "stage": "$default", "routeKey": f"GET {path}"},
        "isBase64Encoded": False,
    }


def _record(queue: str, group: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    number = next(_NUMBERS)
    return {
        "messageId": f"00000000-0000-4000-8000-{number:012d}",
        "receiptHandle": f"receipt-{number}",
        "body": json.dumps({"type": kind, "version": 1, "correlation_id": f"bench-{number}", "data": data}),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(int(time.time() * 1000)),
            "MessageGroupId": group,
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
        "awsRegion": "eu-west-1",
    }
