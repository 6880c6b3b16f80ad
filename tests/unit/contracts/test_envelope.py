"""Envelopes: what is opened, in which words the rest is refused, and which id a message goes by."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.contracts.control import Pulse
from courier.contracts.envelope import correlation_id_of, open_envelope
from courier.contracts.sending import SendMsg
from courier.errors import RefusedMessageError
from tests.unit.contracts.opening import ALL_TYPES, TOKEN, nested, opened, refusal, send_msg

KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}]]}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)
field_names = [
    "bot_id",
    "chat_id",
    "text",
    "token",
    "reply_markup",
    "external_id",
    "expires_at",
    "limits",
    "on_unknown",
]
envelopes = st.fixed_dictionaries(
    {
        "type": st.sampled_from([*ALL_TYPES, "other"]),
        "data": st.dictionaries(st.sampled_from(field_names), json_values),
    },
    optional={"version": json_values, "correlation_id": json_values, "timestamp": json_values, "more": json_values},
)


def test_the_predecessors_add_bot_works_verbatim() -> None:
    body = '{"type": "add_bot", "data": {"bot_id": 1, "token": "%s", "is_sent_logs": false}}'

    message = opened(body % TOKEN)

    assert message.model_dump(exclude={"token"}, exclude_none=True, exclude_defaults=True) == {"bot_id": 1}


def test_the_predecessors_send_msg_works_verbatim() -> None:
    message = opened(
        '{"type": "send_msg", "data": {"bot_id": 1, "chat_id": 123, "external_id": 123, '
        '"text": "Hello World!", "message_id": 123, "reply_markup": {"inline_keyboard": [[{"text": "Yes", '
        '"callback_data": "yes"}, {"text": "No", "callback_data": "no"}]]}}}'
    )

    assert message.model_dump(exclude_none=True, exclude_defaults=True) == {
        "bot_id": 1,
        "chat_id": 123,
        "external_id": 123,
        "text": "Hello World!",
        "message_id": 123,
        "reply_markup": KEYBOARD,
    }


def test_data_may_be_json_text() -> None:
    whole = send_msg()

    assert opened(whole | {"data": json.dumps(whole["data"])}) == opened(whole)


@pytest.mark.parametrize(
    "more",
    [
        {"version": 1},
        {"correlation_id": "a"},
        {"correlation_id": None},
        {"timestamp": 1.5},
        {"timestamp": "2026-11-21T10:00:00Z"},
    ],
)
def test_what_an_envelope_may_carry(more: dict[str, Any]) -> None:
    assert isinstance(opened(send_msg() | more), SendMsg)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the body isn't JSON: Expecting value: line 1 column 1 (char 0)"),
        ("{", "the body isn't JSON: "),
        ("[" * 200_000, "the body isn't JSON: maximum recursion depth exceeded"),
        ("9" * 5_000, "the body isn't JSON: Exceeds the limit"),
        ("[]", "the body must be a JSON object, not list"),
        ("null", "the body must be a JSON object, not NoneType"),
        ("{}", "type: is missing; data"),
        ({"type": "pulse"}, "data: is missing"),
        ({"type": "pulse", "data": {}, "datum": 1}, "datum: isn't a known field"),
        ({"type": 1, "data": {}}, "type: "),
        ({"type": "pulse", "data": 1}, "data"),
        ({"type": "pulse", "data": "{"}, "data isn't JSON: "),
        ({"type": "pulse", "data": "[]"}, "data must be a JSON object, not list"),
        ({"type": "send", "data": {}}, "type: 'send' isn't taken by this queue; it takes: add_bot, "),
        ({"type": "pulse", "data": {}, "version": 2}, "version: 2 is newer than 1, the newest known here"),
        ({"type": "pulse", "data": {}, "version": True}, "version: "),
        ({"type": "pulse", "data": {}, "version": "1"}, "version: "),
        ({"type": "pulse", "data": {}, "correlation_id": 7}, "correlation_id: "),
    ],
)
def test_what_is_no_message_is_refused(body: Any, reason: str) -> None:
    assert refusal(body).startswith(reason)


def test_every_fault_is_named_at_once() -> None:
    assert refusal({"type": "send_msg", "data": {"bot": 1, "chat_id": 0}}).split("; ") == [
        "data.bot_id: is missing",
        "data.chat_id: must be a chat's number (not 0) or the @name of a public chat",
        "data.bot: isn't a known field",
    ]


@pytest.mark.parametrize("data", [{}, {"from": "monitor", "deep": {"n": [1, None]}}, {"content": 1, "model_dump": 2}])
def test_a_pulse_holds_anything(data: dict[str, Any]) -> None:
    pulse = opened({"type": "pulse", "data": data})

    assert isinstance(pulse, Pulse)
    assert pulse.content() == data


@given(st.text(st.characters()) | st.binary().map(lambda some: some.decode(errors="surrogateescape")))
def test_no_text_breaks_the_reader(body: str) -> None:
    _opens_or_is_refused(body)


@given(json_values)
def test_no_json_breaks_the_reader(value: Any) -> None:
    _opens_or_is_refused(json.dumps(value))


@given(envelopes)
def test_no_envelope_breaks_the_reader(envelope: dict[str, Any]) -> None:
    _opens_or_is_refused(json.dumps(envelope))
    _opens_or_is_refused(json.dumps(envelope | {"data": json.dumps(envelope["data"])}))


def _opens_or_is_refused(body: str) -> None:
    assert correlation_id_of(body, None, "fresh")
    reason = "taken"
    try:
        open_envelope(body, ALL_TYPES)
    except RefusedMessageError as error:
        reason = str(error)
    assert reason.encode()


@pytest.mark.parametrize(
    ("body", "attribute", "expected"),
    [
        ({"correlation_id": "inside"}, "attribute", "inside"),
        ({}, "attribute", "attribute"),
        ({"correlation_id": ""}, "attribute", "attribute"),
        ({"correlation_id": None}, "attribute", "attribute"),
        ({"correlation_id": 7}, "attribute", "attribute"),
        ("no JSON", "attribute", "attribute"),
        ("[]", "attribute", "attribute"),
        ({}, None, "sqs-id"),
        ({}, "", "sqs-id"),
        ("no JSON", None, "sqs-id"),
        ({"correlation_id": 'a b\n"c"\u0000\ud800'}, None, "a_b__c___"),
        ({"correlation_id": "Ünï/c:o+d=e@f-g.h_1"}, None, "Ünï/c:o+d=e@f-g.h_1"),
        ({"correlation_id": "x" * 500}, None, "x" * 128),
    ],
)
def test_the_correlation_id_is_the_envelopes_else_the_attributes_else_sqss(
    body: Any, attribute: str | None, expected: str
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)

    assert correlation_id_of(text, attribute, "sqs-id") == expected


def test_a_body_that_is_nested_too_deep_still_has_a_correlation_id() -> None:
    assert correlation_id_of("[" * 200_000, None, "sqs-id") == "sqs-id"


def test_levels_are_bounded() -> None:
    assert opened({"type": "pulse", "data": nested(60)})
    assert refusal({"type": "pulse", "data": nested(900)}).endswith(": has more than 64 levels; nest less deeply")
    assert refusal({"type": "pulse", "data": json.dumps(nested(900))}).startswith("data.a.a.")


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"text": "a\ud800"}, "data.text"),
        ({"params": {"media": [{"x": 1}, {"caption": "\udfff"}]}}, "data.params.media.1.caption"),
        ({"\ud800": 1}, "data"),
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(data: dict[str, Any], path: str) -> None:
    for envelope in ({"type": "pulse", "data": data}, {"type": "pulse", "data": json.dumps(data)}):
        assert refusal(envelope).startswith(f"{path}: holds half a character (")
    assert opened({"type": "pulse", "data": {"text": "\ud83d\ude00 whole"}})


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(send_msg(reply_markup={"inline_keyboard": [[0]] * 150_000})),
        json.dumps(send_msg(reply_markup={"inline_keyboard": [[{"text": "x"}] * 60_000]})),
        json.dumps(send_msg(**{f"f{number}": 1 for number in range(70_000)})),
        json.dumps(send_msg(**{"a" * 400_000: ["\ud800"] * 50_000})),
        json.dumps(send_msg(**{letter * 100_000: 1 for letter in "abcdefgh"})),
        json.dumps({"type": "x" * 1_000_000, "data": {}}),
        "[" * 1_000_000,
    ],
    ids=["rows", "buttons", "fields", "halves", "names", "type", "open"],
)
def test_a_refusal_is_quick_and_short(body: str) -> None:
    began = time.process_time()

    assert len(refusal(body)) < 5_000
    assert time.process_time() - began < 1.5
