"""What hot functions must not load: import contracts see packages, this sees the modules in them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"
#: The SDK's machinery and its models' readers, and what else costs a cold start more than it gives.
SLOW = {"boto3", "botocore.session", "botocore.client", "botocore.config", "botocore.model", "aiohttp.web", "aiogram"}


@pytest.mark.parametrize("stage", ["sender", "webhook", "api"])
def test_a_hot_function_loads_nothing_slow(stage: str) -> None:
    script = "import handler, json, sys; print(json.dumps(sorted(sys.modules)))"
    path = f"import sys; sys.path.insert(0, {str(FUNCTIONS / stage)!r}); "
    listed = subprocess.run([sys.executable, "-c", path + script], capture_output=True, check=True, text=True)

    assert not SLOW & set(json.loads(listed.stdout))


def loaded_by_a_sender(message_events: str) -> set[str]:
    """The modules of a sender that is put together, with the clients that it makes."""
    environment = {
        "STACK": "courier",
        "TABLE_NAME": "t",
        "REDIS_URL": "redis://127.0.0.1",
        "TELEGRAM_API_BASE": "http://127.0.0.1",
        "DEAD_QUEUE_URL": "http://127.0.0.1/dead",
        "MESSAGE_EVENTS": message_events,
    }
    script = f"""
import json, os, sys
os.environ |= {environment!r}
sys.path.insert(0, {str(FUNCTIONS / "sender")!r})
import handler
from courier.aws import client
made = []
begin = client.JsonClient.__init__
client.JsonClient.__init__ = lambda self, service, *more: (made.append(service.name), begin(self, service, *more))[1]
handler.sender()
print(json.dumps([*sys.modules, *(f"client of {{name}}" for name in made)]))
"""
    listed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    return set(json.loads(listed.stdout))


EVENTS = {"courier.contracts.events", "courier.events.bus", "courier.sender.message_events", "client of events"}


def test_a_sender_that_tells_no_events_of_messages_doesnt_pay_for_them() -> None:
    loaded = loaded_by_a_sender("off")

    assert "client of sqs" in loaded
    assert not EVENTS & loaded


@pytest.mark.parametrize("wanted", ["failed", "all"])
def test_a_sender_that_tells_them_has_what_it_needs_and_no_sdk(wanted: str) -> None:
    loaded = loaded_by_a_sender(wanted)

    assert loaded >= EVENTS
    assert not SLOW & loaded
