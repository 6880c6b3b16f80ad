"""The schemas in `events/schemas` are the models', and say of samples what the models say."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from courier.contracts.events import EVENT_TYPES, BotAdded, DomainEvent
from courier.contracts.outcomes import DeliveryLog
from courier.contracts.schemas import main, rendered, schemas, stale, unstepped
from tests.unit.contracts.opening import ALL_TYPES, add_bot, opened, refusal, send_msg

FOLDER = Path(__file__).parents[3] / "events" / "schemas"
PULSE = {"type": "pulse", "data": {"from": "monitor"}}
LINE = DeliveryLog(type="send_msg", status=1, outcome="delivered", bot_id=1, attempts=1, correlation_id="c")


def sending(type_: str, **data: Any) -> dict[str, Any]:
    return {"type": type_, "data": {"bot_id": 1, "chat_id": 5} | data}


def control(name: str, **more: Any) -> dict[str, Any]:
    """A control message of bot 1."""
    return {"type": name, "data": {"bot_id": 1} | more}


def media(name: str, **data: Any) -> dict[str, Any]:
    """A message for the media queue; `...` leaves a field out."""
    fields = {"bot_id": 1, "chat_id": 5, "url": "https://video.example/1"} | data
    return {"type": name, "data": {field: value for field, value in fields.items() if value is not ...}}


GOOD: dict[str, list[dict[str, Any]]] = {
    "add_bot": [
        add_bot(),
        add_bot(is_sent_logs=True, limits={"chat_per_second": 0.5}, parse_mode="HTML"),
        add_bot(admins=[5], access="closed", quotas={"per_user": 9}, updates_queue="courier-app-a.fifo"),
        add_bot(access="default", updates_queue="none", updates_forwarded="unclaimed"),
        add_bot() | {"data": json.dumps(add_bot()["data"]), "version": 1, "timestamp": 1.5, "correlation_id": "c"},
    ],
    "update_bot": [
        control("update_bot", token=add_bot()["data"]["token"]),
        control("update_bot", limits={"chat_burst": 1}, parse_mode="none", is_sent_logs=None),
        control("update_bot", admins=[], access="open", quotas="none", updates_queue="none", updates_forwarded="all"),
        control("update_bot", quotas={"window_s": 60, "admin": None}),
    ],
    "remove_bot": [control("remove_bot"), control("remove_bot", purge=True, drain_s=0)],
    **{name: [control(name)] for name in ("pause_bot", "resume_bot", "mend_bot")},
    "pause_all": [{"type": "pause_all", "data": {}}, {"type": "pause_all", "data": {"reason": "plug"}}],
    "resume_all": [{"type": "resume_all", "data": {}}],
    "pulse": [PULSE, {"type": "pulse", "data": {}}],
    "send_msg": [
        send_msg(),
        send_msg(chat_id="@channel", external_id="e", expires_at="2030-01-01T00:00:00Z", on_unknown="drop"),
        send_msg(reply_markup={"keyboard": [["A", {"text": "B"}]]}, link_preview_options={"is_disabled": True}),
        send_msg(text=..., media={"kind": "photo", "file_id": "f"}),
        send_msg(text="x" * 9000),
    ],
    "edit_msg": [
        sending("edit_msg", message_id=7, text="x"),
        sending("edit_msg", external_id="e", reply_markup={"inline_keyboard": []}),
    ],
    "del_msg": [
        sending("del_msg", message_id=7),
        sending("del_msg", message_ids=[7, 8]),
        sending("del_msg", external_id=9),
    ],
    "call": [{"type": "call", "data": {"bot_id": 1, "method": "sendDice", "params": {"chat_id": 5}}}],
    "request_media": [
        media("request_media", kind="video"),
        media("request_media", kind="audio", quality="best", user_id=7, external_id="e", reply_to_message_id=3),
        media("request_media", kind="video", quality="720p", chat_id="@channel", message_thread_id=2),
    ],
    "cancel_media": [media("cancel_media", user_id=7), media("cancel_media", url=..., user_id=7, external_id=5)],
    "update": [control("update", update={"update_id": 7}), control("update", update={"update_id": 7, "new": {"x": 1}})],
}
BROKEN: dict[str, list[dict[str, Any]]] = {
    "add_bot": [
        add_bot(token=...),
        add_bot(bot_id="1"),
        add_bot(bot_id=0),
        add_bot(chat_id=5),
        add_bot(limits={"bot_per_second": 0}),
        add_bot(limits={"per_hour": 1}),
        add_bot(parse_mode="html"),
        add_bot(admins=[0]),
        add_bot(admins=[1] * 101),
        add_bot(access="none"),
        add_bot(quotas={"per_user": -1}),
        add_bot(quotas="none"),
        add_bot(updates_queue="courier-dead.fifo"),
        add_bot(updates_queue="a" * 70 + "-app-b.fifo"),
        add_bot(updates_forwarded="some"),
        add_bot() | {"version": "1"},
        add_bot() | {"extra": 1},
        {"type": "add_bot"},
    ],
    "update_bot": [
        control("update_bot"),
        control("update_bot", token=1),
        control("update_bot", limits={"chat_burst": 0}),
        control("update_bot", limits={"per_hour": 1}),
        control("update_bot", parse_mode="html"),
        control("update_bot", quotas={"per_day": 1}),
        control("update_bot", quotas="all"),
    ],
    "remove_bot": [
        control("remove_bot", drain_s=-1),
        control("remove_bot", drain_s=43_201),
        control("remove_bot", x=1),
    ],
    **{name: [control(name, x=1), {"type": name, "data": {}}] for name in ("pause_bot", "resume_bot", "mend_bot")},
    "pause_all": [control("pause_all"), {"type": "pause_all", "data": {"reason": 1}}],
    "resume_all": [control("resume_all")],
    "pulse": [{"type": "pulse"}, {"type": "pulse", "data": 1}, PULSE | {"timestamp": -1}],
    "send_msg": [
        send_msg(text=...),
        send_msg(text=1),
        send_msg(chat_id=1.5),
        send_msg(chat_id="name"),
        send_msg(external_id=""),
        send_msg(message_id=0),
        send_msg(on_unknown="perhaps"),
        send_msg(txet="x"),
        send_msg(reply_markup={"selective": 1, "keyboard": "A"}),
        send_msg(media={"kind": "sticker", "file_id": "f"}),
        send_msg(media={"kind": "photo", "file_id": ""}),
    ],
    "edit_msg": [sending("edit_msg", text="x"), sending("edit_msg", message_id="7", text="x")],
    "del_msg": [
        sending("del_msg"),
        sending("del_msg", message_ids=[]),
        sending("del_msg", message_ids=list(range(1, 102))),
    ],
    "call": [{"type": "call", "data": {"bot_id": 1}}, {"type": "call", "data": {"bot_id": 1, "method": 1}}],
    "request_media": [
        media("request_media"),
        media("request_media", kind="picture"),
        media("request_media", kind="video", url=...),
        media("request_media", kind="video", url=""),
        media("request_media", kind="video", user_id=0),
        media("request_media", kind="video", file_id="f"),
    ],
    "cancel_media": [media("cancel_media"), media("cancel_media", user_id="7")],
    "update": [control("update"), control("update", update={}), control("update", update={"update_id": "7"})],
}


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def samples(of: dict[str, list[dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, sample) for name, some in of.items() for sample in some]


def test_every_file_is_what_its_model_says() -> None:
    assert stale(FOLDER) == []
    events = {f"event.{name}" for name in EVENT_TYPES}
    assert {path.stem for path in FOLDER.glob("*.json")} == {*ALL_TYPES, *events, "delivery_log"}


def test_every_type_has_samples() -> None:
    assert GOOD.keys() == BROKEN.keys() == ALL_TYPES.keys()


@pytest.mark.parametrize(("name", "sample"), samples(GOOD))
def test_schema_and_model_take_a_right_sample(name: str, sample: dict[str, Any]) -> None:
    validator(name).validate(sample)
    assert opened(sample)


@pytest.mark.parametrize(("name", "sample"), samples(BROKEN))
def test_neither_takes_a_broken_one(name: str, sample: dict[str, Any]) -> None:
    assert not validator(name).is_valid(sample)
    assert refusal(sample)


def test_the_schema_takes_inline_keyboards_and_looks_into_them() -> None:
    def takes(*rows: Any) -> bool:
        return validator("send_msg").is_valid(send_msg(reply_markup={"inline_keyboard": list(rows)}))

    assert takes([{"text": "Go", "url": "https://example.org"}])
    assert not takes([{"url": "https://example.org"}])
    assert not takes({"text": "a"})


def test_the_delivery_log_has_a_schema_of_its_own() -> None:
    line = LINE.model_dump(mode="json", exclude_none=True)

    validator("delivery_log").validate(line)
    assert not validator("delivery_log").is_valid(line | {"outcome": "perhaps"})
    assert not validator("delivery_log").is_valid(line | {"extra": 1})


def test_a_changed_missing_or_foreign_file_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0

    (tmp_path / "pulse.json").unlink()
    (tmp_path / "send_msg.json").write_text(rendered(schemas()["send_msg"] | {"title": "other"}), encoding="utf-8")
    (tmp_path / "foreign.json").write_text("{}", encoding="utf-8")

    assert stale(tmp_path) == ["foreign.json", "pulse.json", "send_msg.json"]
    assert main(["--check", str(tmp_path)]) == 1
    assert "foreign.json, pulse.json, send_msg.json" in capsys.readouterr().err


class Reworded(BotAdded):
    """Other words, the same meaning."""

    username: str | None = Field(description="The name, without the @.")


class Changed(BotAdded):
    """A field more, and the version of before."""

    since: int


class Stepped(Changed):
    """The same, told."""

    version: Literal[2] = 2  # type: ignore[assignment]


class SteppedBack(BotAdded):
    """Older than what is out."""

    version: Literal[0] = 0  # type: ignore[assignment]


class Fielded(BotAdded):
    """A field that is called like a schema's words."""

    description: str


def use(monkeypatch: pytest.MonkeyPatch, model: type[DomainEvent]) -> None:
    """Let `bot.added` be like this."""
    monkeypatch.setitem(EVENT_TYPES, "bot.added", model)


@pytest.mark.parametrize("changed", [Changed, SteppedBack, Fielded])
@pytest.mark.parametrize("arguments", [["--check"], []], ids=["check", "write"])
def test_an_event_that_changed_without_a_step_of_its_version_is_refused(
    changed: type[DomainEvent],
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([str(tmp_path)])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    use(monkeypatch, changed)

    assert main([*arguments, str(tmp_path)]) == 1

    words = capsys.readouterr().err
    assert words.startswith("event.bot.added: the model changed")
    assert "`version: Literal[2] = 2` in courier/contracts/events.py and run 'make schemas'" in words
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("changed", [Stepped, Reworded])
def test_a_step_of_the_version_or_other_words_are_written_and_then_right(
    changed: type[DomainEvent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(tmp_path)])
    use(monkeypatch, changed)

    assert main(["--check", str(tmp_path)]) == 1
    assert "event.bot.added.json. Run 'make schemas'" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0


def test_a_new_event_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(EVENT_TYPES, "bot.added")
    main([str(tmp_path)])
    use(monkeypatch, BotAdded)

    assert unstepped(tmp_path) == []
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
