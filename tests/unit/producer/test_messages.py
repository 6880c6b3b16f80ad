"""What is put on which queue, and what is refused before."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from courier.errors import NoSuchQueueError, RefusedMessageError
from courier.producer import Posted, Producer, call, del_msg, edit_msg, send_msg
from tests.unit.producer.queue import FakeSqs

QUEUE, BROADCAST, CONTROL = "courier-bot-7.fifo", "courier-bot-7-broadcast.fifo", "courier-control.fifo"
MEDIA = "courier-media.fifo"
TOKEN = "1:fake-token"


@pytest.fixture
def sqs() -> FakeSqs:
    return FakeSqs({QUEUE, BROADCAST, CONTROL, MEDIA})


@pytest.mark.parametrize(
    ("post", "kind", "data", "group"),
    [
        (lambda p: p.send(7, -100123, "hi"), "send_msg", {"chat_id": -100123, "text": "hi"}, "-100123"),
        (
            lambda p: p.send(7, "@news", media={"kind": "photo", "file_id": "F"}, disable_notification=True),
            "send_msg",
            {"chat_id": "@news", "media": {"kind": "photo", "file_id": "F"}, "disable_notification": True},
            "@news",
        ),
        (
            lambda p: p.edit(7, 5, "new", message_id=9),
            "edit_msg",
            {"chat_id": 5, "text": "new", "message_id": 9},
            "5",
        ),
        (
            lambda p: p.delete(7, 5, message_ids=[1, 2]),
            "del_msg",
            {"chat_id": 5, "message_ids": [1, 2]},
            "5",
        ),
        (lambda p: p.delete(7, 5, external_id="x"), "del_msg", {"chat_id": 5, "external_id": "x"}, "5"),
        (
            lambda p: p.call(7, "sendDice", {"chat_id": 5}),
            "call",
            {"method": "sendDice", "params": {"chat_id": 5}},
            "5",
        ),
        (lambda p: p.call(7, "getMe"), "call", {"method": "getMe"}, "getMe"),
    ],
)
def test_each_kind(
    sqs: FakeSqs, post: Callable[[Producer], Posted], kind: str, data: dict[str, Any], group: str
) -> None:
    posted = post(sqs.producer())

    (entry,) = sqs.taken[QUEUE]
    assert json.loads(entry["MessageBody"]) == {
        "type": kind,
        "data": {"bot_id": 7} | data,
        "correlation_id": posted.correlation_id,
    }
    assert entry["MessageGroupId"] == group
    assert posted == Posted(QUEUE, posted.correlation_id, f"sqs-{entry['MessageDeduplicationId']}")


@pytest.mark.parametrize(
    ("post", "kind", "data"),
    [
        (
            lambda p: p.request_media(7, 5, "https://a.example/v", "audio", user_id=3, external_id="x", key="k"),
            "request_media",
            {"chat_id": 5, "url": "https://a.example/v", "kind": "audio", "user_id": 3, "external_id": "x"},
        ),
        (
            lambda p: p.request_media(7, 5, "https://a.example/v", quality="720p"),
            "request_media",
            {"chat_id": 5, "url": "https://a.example/v", "kind": "video", "quality": "720p"},
        ),
        (lambda p: p.cancel_media(7, 5, 3), "cancel_media", {"chat_id": 5, "user_id": 3}),
    ],
)
def test_media_has_a_queue_of_its_own(
    sqs: FakeSqs, post: Callable[[Producer], Posted], kind: str, data: dict[str, Any]
) -> None:
    assert post(sqs.producer()).queue == MEDIA

    (entry,) = sqs.taken[MEDIA]
    body = json.loads(entry["MessageBody"])
    assert (body["type"], body["data"], entry["MessageGroupId"]) == (kind, {"bot_id": 7} | data, "7:5")


def test_media_that_its_receiver_would_refuse_isnt_sent(sqs: FakeSqs) -> None:
    with pytest.raises(RefusedMessageError, match=r"data\.quality: audio comes as best"):
        sqs.producer().request_media(7, 5, "https://a.example/v", "audio", quality="720p")
    with pytest.raises(RefusedMessageError, match=r"data\.external_id: has 201 characters"):
        sqs.producer().cancel_media(7, 5, 3, external_id="x" * 201)

    assert not sqs.taken.get(MEDIA)


def test_the_broadcast_lane(sqs: FakeSqs) -> None:
    assert sqs.producer().send(7, 5, "hi", broadcast=True).queue == BROADCAST
    assert "broadcast" not in sqs.bodies(BROADCAST)[0]


def test_an_expiry_may_be_a_datetime(sqs: FakeSqs) -> None:
    sqs.producer().send(7, 5, "hi", expires_at=datetime(2030, 1, 31, tzinfo=UTC))

    assert json.loads(sqs.bodies(QUEUE)[0])["data"]["expires_at"] == "2030-01-31T00:00:00+00:00"
    with pytest.raises(RefusedMessageError, match=r"data\.expires_at"):
        sqs.producer().send(7, 5, "hi", expires_at=datetime(2030, 1, 31))  # noqa: DTZ001 - that is what is wrong


@pytest.mark.parametrize("correlation_id", [None, "one-action"])
def test_the_same_message_twice_is_two_messages(sqs: FakeSqs, correlation_id: str | None) -> None:
    for _ in range(2):
        sqs.producer().send(7, 5, "hi", correlation_id=correlation_id)

    assert len({entry["MessageDeduplicationId"] for entry in sqs.taken[QUEUE]}) == 2


def test_a_key_makes_it_the_same_for_sqs_but_not_another_kind(sqs: FakeSqs) -> None:
    for _ in range(2):
        sqs.producer().send(7, 5, "hi", key="order 5")
    for _ in range(2):
        sqs.producer().delete(7, 5, message_id=1, key="order 5")

    ids = [entry["MessageDeduplicationId"] for entry in sqs.taken[QUEUE]]
    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert ids[0] != ids[2]
    assert all(len(name) <= 128 and name.isprintable() and " " not in name for name in ids)


def test_correlation_ids_are_fresh_or_as_the_receiver_will_write_them(sqs: FakeSqs) -> None:
    first, second = (sqs.producer().send(7, 5, "hi") for _ in range(2))
    assert first.correlation_id != second.correlation_id
    assert sqs.producer().send(7, 5, "hi", correlation_id="order 5").correlation_id == "order_5"


def test_text_that_sqs_would_refuse_travels_as_ascii(sqs: FakeSqs) -> None:
    sqs.producer().send(7, 5, "\ufffe 🙂")

    assert sqs.bodies(QUEUE)[0].isascii()
    assert json.loads(sqs.bodies(QUEUE)[0])["data"]["text"] == "\ufffe 🙂"


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (send_msg(7, 5, " "), "data.text: is empty"),
        (send_msg(7, 0, "hi"), "data.chat_id"),
        (send_msg(7, 5, "x" * 1_100_000), "SQS carries 1048576"),
        (send_msg(7, 5, "hi", reply_markup={"inline_keyboard": [[{"text": "a"}]]}), "needs an action"),
        (send_msg(7, 5, "hi", reply_markup={"inline_keyboard": {1}}), "JSON"),
        (edit_msg(7, 5, "hi"), "data.message_id"),
        (del_msg(7, 5, message_ids=list(range(1, 102))), "data.message_ids"),
        (call(7, "logOut"), "may not be called"),
        (send_msg(0, 5, "hi"), "data.bot_id"),
    ],
)
def test_what_would_be_refused_is_not_sent(sqs: FakeSqs, message: Any, says: str) -> None:
    with pytest.raises(RefusedMessageError, match=says):
        sqs.producer().post([message])
    with pytest.raises(RefusedMessageError, match="message 1: "):
        sqs.producer().post([send_msg(7, 5, "good"), message])
    assert sqs.requests == []


def test_a_bot_goes_to_control_in_its_own_group(sqs: FakeSqs) -> None:
    posted = sqs.producer().add_bot(7, TOKEN, is_sent_logs=True, correlation_id="c-1")

    (entry,) = sqs.taken[CONTROL]
    assert (posted.queue, posted.correlation_id, entry["MessageGroupId"]) == (CONTROL, "c-1", "7")
    assert json.loads(entry["MessageBody"])["data"] == {"bot_id": 7, "token": TOKEN, "is_sent_logs": True}


def test_a_token_is_not_repeated(sqs: FakeSqs) -> None:
    with pytest.raises(RefusedMessageError) as caught:
        sqs.producer().add_bot(7, "not a token")
    assert "not a token" not in str(caught.value)
    sqs.react = lambda _: {"Code": "InvalidParameterValue", "SenderFault": True}
    with pytest.raises(Exception, match="InvalidParameterValue") as refused:
        sqs.producer().add_bot(7, TOKEN)
    assert TOKEN not in repr(refused.value) + repr(vars(refused.value))


@pytest.mark.parametrize("kind", ["update_bot", "pause_bot", "resume_bot", "remove_bot"])
def test_control_types_are_those_of_the_contract(sqs: FakeSqs, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by name when they are needed, so that a type that the contract gains needs no change here."""
    act = getattr(sqs.producer(), kind)
    monkeypatch.setattr("courier.producer.messages.CONTROL_TYPES", {})
    with pytest.raises(RefusedMessageError, match=kind):
        act(7)
    monkeypatch.setattr("courier.producer.messages.CONTROL_TYPES", {kind: dict})
    assert act(7).queue == CONTROL


def test_queues_that_are_not_there(sqs: FakeSqs) -> None:
    with pytest.raises(NoSuchQueueError, match=r"courier-bot-8\.fifo") as caught:
        sqs.producer().send(8, 5, "hi")
    assert caught.value.queue == "courier-bot-8.fifo"


def test_urls_are_asked_for_once(sqs: FakeSqs) -> None:
    producer = sqs.producer()
    for _ in range(3):
        producer.send(7, 5, "hi")
    assert sqs.asked == [QUEUE]
