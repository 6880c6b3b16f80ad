"""What is an update, whose order it keeps, and that it travels as it came."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.contracts.envelope import open_envelope
from courier.contracts.updates import UPDATE_TYPES
from courier.webhook.update import Update

USER, CHAT, GROUP = {"id": 5, "is_bot": False}, {"id": 50, "type": "private"}, {"id": -100_7, "type": "supergroup"}
MESSAGE = {"message_id": 1, "from": USER, "chat": GROUP, "date": 0}
IN_GROUP, OF_USER = "1:-1007", "1:5"
#: Every kind of the Bot API with what names its place, and the group that it belongs to.
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    **dict.fromkeys(
        (
            *("message", "edited_message", "channel_post", "edited_channel_post"),
            *("business_message", "edited_business_message", "guest_message"),
        ),
        (MESSAGE, IN_GROUP),
    ),
    **dict.fromkeys(("message_reaction", "my_chat_member", "chat_member"), ({"chat": GROUP, "user": USER}, IN_GROUP)),
    "chat_join_request": ({"chat": GROUP, "from": USER, "user_chat_id": 5}, IN_GROUP),
    **dict.fromkeys(
        ("message_reaction_count", "chat_boost", "removed_chat_boost", "deleted_business_messages"),
        ({"chat": GROUP}, IN_GROUP),
    ),
    "callback_query": ({"id": "1", "from": USER, "message": MESSAGE}, IN_GROUP),
    "poll_answer": ({"poll_id": "1", "user": USER, "option_ids": [0]}, OF_USER),
    **dict.fromkeys(
        ("inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media"),
        ({"from": USER}, OF_USER),
    ),
    "business_connection": ({"id": "b", "user": USER, "user_chat_id": 5}, OF_USER),
    "managed_bot": ({"user": USER, "bot": {"id": 9}}, OF_USER),
    "poll": ({"id": "1"}, "1:update-7"),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)


def group(**content: Any) -> str:
    update = Update.of(json.dumps({"update_id": 7, **content}).encode())
    assert update is not None
    return update.group(1)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_the_order_of_its_chat_or_else_its_user(kind: str) -> None:
    content, expected = KINDS[kind]

    assert group(**{kind: content}) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"callback_query": {"from": USER, "inline_message_id": "i"}}, OF_USER),
        ({"callback_query": {"from": USER, "message": {"chat": GROUP, "message_id": 1, "date": 0}}}, IN_GROUP),
        ({"poll_answer": {"poll_id": "1", "voter_chat": GROUP, "user": USER}}, IN_GROUP),
        ({"of_next_year": {"chat": CHAT, "from": USER}}, "1:50"),
        ({"of_next_year": {"from": USER}}, OF_USER),
        ({"of_next_year": {"user": USER}}, OF_USER),
        ({"of_next_year": "text"}, "1:update-7"),
        ({"of_next_year": {"chat": {"id": "50"}, "user": {"id": True}}}, "1:update-7"),
        ({"of_next_year": {"chat": {"id": 10**30}, "from": USER}}, OF_USER),
        ({}, "1:update-7"),
    ],
)
def test_whatever_else_comes_finds_a_group(content: dict[str, Any], expected: str) -> None:
    assert group(**content) == expected


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b'{"update_id": null}',
        b'{"update_id": "7"}',
        b'{"update_id": 7.0}',
        b'{"update_id": true}',
        b'{"update_id": 99999999999999999999}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b'{"update_id": 7, "a": NaN}',
        b'{"update_id": 7, "a": "\xff"}',
        b'{"update_id": 7, "a": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"update_id": 7}',
        b'{"update_id": 7} {}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body)[:40],
)
def test_what_is_no_update_is_none(body: bytes | None) -> None:
    assert Update.of(body) is None


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(body: bytes) -> None:
    Update.of(body)


@given(JSON)
def test_no_json_does_harm(content: Any) -> None:
    update = Update.of(json.dumps(content).encode())

    assert update is None or isinstance(update.update_id, int)


@given(st.integers(0, 2**53), st.dictionaries(st.text(min_size=1), JSON, max_size=4), st.booleans())
def test_an_update_travels_as_it_came(update_id: int, content: dict[str, Any], is_ascii: bool) -> None:
    sent = content | {"update_id": update_id}
    text = json.dumps(sent, ensure_ascii=is_ascii)
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return
    update = Update.of(body)
    assert update is not None

    message = update.outbound(1, 5.25)

    opened = open_envelope(message.body, UPDATE_TYPES)
    envelope = json.loads(message.body)
    assert opened.type == "update"
    assert envelope["data"] == {"bot_id": 1, "update": sent}
    assert (envelope["correlation_id"], envelope["timestamp"]) == (f"update-1-{update_id}", 5.25)
    assert message.deduplication_id == f"1:{update_id}"
    assert re.fullmatch(r"[\w:-]{1,128}", message.group or "")
    assert not re.search("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", message.body), "SQS would refuse it"


def test_numbers_and_spaces_stay_as_telegram_wrote_them() -> None:
    text = b'{ "update_id":7, "n": 1.10, "big": 12345678901234567890123, "u": "\\ud83d\\ude42" }'
    update = Update.of(text)
    assert update is not None

    assert text.decode() in update.outbound(1, 0).body


def test_a_repeat_has_the_same_ids() -> None:
    first, second = (Update.of(b'{"update_id": 7, "message": {"chat": {"id": 5}}}') for _ in range(2))
    assert first is not None
    assert second is not None

    assert first.outbound(1, 1.0).deduplication_id == second.outbound(1, 60.0).deduplication_id
    assert first.correlation_id(1) == second.correlation_id(1) != first.correlation_id(2)
