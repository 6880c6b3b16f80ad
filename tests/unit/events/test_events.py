"""Each event in `events/` is what its function takes: loaded, validated, and carried out by the real handler."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import functions.api.handler
import functions.control.handler
import functions.sender.handler
import functions.webhook.handler
from courier.api.health import check
from courier.api.routes import resolver
from courier.contracts.control import CONTROL_TYPES
from courier.contracts.envelope import open_envelope
from courier.contracts.sending import SENDING_TYPES
from courier.contracts.updates import UPDATE_TYPES
from courier.control.batch import ControlBatch
from courier.queues.records import BatchResponse, records_of
from courier.wiring.process import run
from tests.support.bots import active_bot
from tests.support.queues import FakeQueues
from tests.unit.control.test_batch import FakeAdder, duties
from tests.unit.sender.ready import Ready
from tests.unit.webhook.ready import Ready as ReadyWebhook

FOLDER = Path(__file__).parents[3] / "events"
#: Those of a bot's life are carried out in `tests/unit/control/test_samples.py`, domain events by whoever listens.
_ELSEWHERE = {f"control/{name}" for name in CONTROL_TYPES.keys() - {"add_bot", "pulse"} | {"sweep"}} | {
    f"{folder}/{path.stem}" for folder in ("schemas", "events") for path in (FOLDER / folder).glob("*.json")
}
#: Those of updates, in `tests/functional/commands/test_samples.py`, and of media, in `tests/functional/download`.
_ELSEWHERE |= {
    f"{folder}/{path.stem}" for folder in ("commands", "download") for path in (FOLDER / folder).glob("*.json")
}
EVENTS = sorted({f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.json")} - _ELSEWHERE)
DONE: BatchResponse = {"batchItemFailures": []}
type Use = Callable[[ModuleType, Any], None]


class Context:
    """Of Lambda's, what handlers use."""

    def get_remaining_time_in_millis(self) -> int:
        return 15_000


def event(name: str) -> dict[str, Any]:
    loaded = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Puts parts into a handler in place of those that its stage's wiring would make."""

    def replace(handler: ModuleType, parts: Any) -> None:
        stage = handler.__name__.split(".")[1]
        monkeypatch.setattr(handler, stage, lambda: parts)

    return replace


def test_every_event_is_carried_out_below() -> None:
    assert EVENTS == [
        "api/health",
        "control/add_bot",
        "control/pulse",
        "sender/send_msg",
        "sender/send_msg_broadcast",
        "webhook/callback_query",
        "webhook/forged",
        "webhook/group_message",
        "webhook/message",
        "webhook/my_chat_member",
    ]


@pytest.mark.parametrize("name", [name for name in EVENTS if name.startswith(("control/", "sender/"))])
def test_a_queues_event_holds_a_valid_message(name: str) -> None:
    types = CONTROL_TYPES if name.startswith("control/") else SENDING_TYPES
    (record,) = records_of(event(name))

    opened = open_envelope(record.body, types)

    assert name.split("/")[1].startswith(opened.type)
    schema = json.loads((FOLDER / "schemas" / f"{opened.type}.json").read_text(encoding="utf-8"))
    inside = json.loads(record.body)
    Draft202012Validator(schema).validate(inside)


def test_add_bot(use: Use) -> None:
    adder, queues = FakeAdder(), FakeQueues()
    use(functions.control.handler, ControlBatch(duties(adder), queues, queues))

    assert functions.control.handler.handler(event("control/add_bot"), Context()) == DONE

    assert (adder.tried, queues.letters) == ([1], [])


def test_pulse(use: Use, lines: Callable[[], list[dict[str, Any]]]) -> None:
    adder, queues = FakeAdder(), FakeQueues()
    use(functions.control.handler, ControlBatch(duties(adder), queues, queues))

    assert functions.control.handler.handler(event("control/pulse"), Context()) == DONE

    assert [line["pulse"]["from"] for line in lines()] == ["monitor"]
    assert (adder.tried, queues.letters) == ([], [])


@pytest.mark.parametrize(
    ("name", "text", "correlation_id"),
    [
        ("sender/send_msg", "Hello World!", "order-4711"),
        ("sender/send_msg_broadcast", "🌷 It is <b>spring</b>", "spring-sale"),
    ],
)
def test_send_msg(use: Use, name: str, text: str, correlation_id: str) -> None:
    ready = Ready()
    ready.bots.put(active_bot(logs=True))
    use(functions.sender.handler, ready.sender())

    assert functions.sender.handler.handler(event(name), Context()) == DONE

    assert ready.telegram.texts() == [text]
    (line,) = ready.queues.lines()
    assert (line["outcome"], line["correlation_id"]) == ("delivered", correlation_id)


def test_health(use: Use) -> None:
    async def answer() -> None:
        """Whatever is asked is well."""

    use(functions.api.handler, resolver(lambda: run(check({"redis": answer, "table": answer}))))

    answered = functions.api.handler.handler(event("api/health"), Context())

    assert answered["statusCode"] == 200
    assert json.loads(answered["body"])["parts"] == {"redis": "ok", "table": "ok"}


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("message", "1:123"),
        ("group_message", "1:-1001234567890"),
        ("callback_query", "1:123"),
        ("my_chat_member", "1:123"),
        ("forged", None),
    ],
)
def test_update(use: Use, name: str, group: str | None) -> None:
    ready, delivery = ReadyWebhook(), event(f"webhook/{name}")
    use(functions.webhook.handler, ready.receiver)

    answer = functions.webhook.handler.handler(delivery, Context())

    assert answer["statusCode"] == (200 if group else 401)
    assert [message.group for _, message in ready.queues.sent] == ([group] if group else [])
    schema = json.loads((FOLDER / "schemas" / "update.json").read_text(encoding="utf-8"))
    for _, message in ready.queues.sent:
        Draft202012Validator(schema).validate(json.loads(message.body))
        assert open_envelope(message.body, UPDATE_TYPES).message.bot_id == 1
        assert json.loads(message.body)["data"]["update"] == json.loads(delivery["body"])
