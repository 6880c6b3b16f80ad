"""Just enough of DynamoDB, SSM and SQS for a handler's first invocation: `python -m bench.rig.aws`.

Active bots that need no log, a token for each, and queues that take everything. It answers at once and keeps nothing,
so that what is measured is the caller. An emulator would do more than is asked here, on the same two cores.
"""

import json
import time
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Calls that each bot may make in a second, so that a measurement doesn't wait.
BOT_PER_SECOND = 300
#: What Telegram would send along with an update.
WEBHOOK_WORD = "bench"


def token_of(bot_id: int) -> str:
    """A token that the simulator takes and nobody else."""
    return f"{bot_id}:{'bench' * 7}"


def _bot(bot_id: str) -> dict[str, Any]:
    limits = {"bot_per_second": BOT_PER_SECOND, "chat_per_second": 30.0, "chat_burst": 30, "group_per_minute": 600}
    return {
        "pk": {"S": f"bot#{bot_id}"},
        "sk": {"S": "bot"},
        "bot_id": {"N": bot_id},
        "telegram_id": {"N": bot_id},
        "status": {"S": "active"},
        "token_version": {"N": "1"},
        "limits": {"S": json.dumps(limits)},
        "webhook": {
            "S": json.dumps({"url": "https://example.org", "secret": sha256(WEBHOOK_WORD.encode()).hexdigest()})
        },
    }


def _rows(asked: dict[str, Any]) -> dict[str, Any]:
    answers = {}
    for table, request in asked["RequestItems"].items():
        keys = [key["pk"]["S"] for key in request["Keys"]]
        answers[table] = [_bot(key.partition("#")[2]) for key in keys if key.startswith("bot#")]
    return {"Responses": answers, "UnprocessedKeys": {}}


def _parameter(asked: dict[str, Any]) -> dict[str, Any]:
    bot_id = int(asked["Name"].split("/")[3])
    value = {"Name": asked["Name"], "Type": "SecureString", "Value": token_of(bot_id), "Version": 1}
    return {"Parameter": value | {"LastModifiedDate": time.time()}}


def _taken(asked: dict[str, Any]) -> dict[str, Any]:
    return {"Successful": [{"Id": entry["Id"], "MessageId": entry["Id"]} for entry in asked["Entries"]], "Failed": []}


def _nothing(_: dict[str, Any]) -> dict[str, Any]:
    return {}


_ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "BatchGetItem": _rows,
    "GetItem": lambda asked: {"Item": _bot(asked["Key"]["pk"]["S"].partition("#")[2])},
    "GetParameter": _parameter,
    "GetQueueUrl": lambda asked: {"QueueUrl": f"http://sqs.invalid/1/{asked['QueueName']}"},
    "SendMessage": lambda _: {"MessageId": "1", "MD5OfMessageBody": "1"},
    "SendMessageBatch": _taken,
    "ChangeMessageVisibilityBatch": _taken,
    "DeleteMessageBatch": _taken,
}


class _Fake(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    #: Headers and body leave together: two small writes would wait for each other.
    wbufsize = -1

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = _ANSWERS.get(self.headers["X-Amz-Target"].rpartition(".")[2], _nothing)(asked)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """It says nothing: its words would stand between the figures."""


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Fake)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
