"""What Telegram is answered, and what stands on the queue then."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.errors import StateUnavailableError
from courier.state.webhooks import Webhook, digest_of
from courier.webhook.directory import _MOST, DOUBTED_S, FRESH_S
from courier.webhook.update import MAX_BYTES
from tests.unit.webhook.ready import HELLO, SECRET, Ready


@pytest.mark.parametrize("is_encoded", [False, True], ids=["text", "base64"])
def test_an_update_is_put_on_the_queue(*, is_encoded: bool, lines: Callable[[], list[dict[str, Any]]]) -> None:
    ready = Ready()

    assert ready.post(HELLO, is_encoded=is_encoded) == 200

    assert ready.taken() == [
        {
            "type": "update",
            "version": 1,
            "correlation_id": "update-1-7",
            "timestamp": 1000.0,
            "data": {"bot_id": 1, "update": HELLO},
        }
    ]
    ((_, message),) = ready.queues.sent
    assert (message.group, message.deduplication_id) == ("1:5", "1:7")
    (line,) = lines()
    assert (line["message"], line["correlation_id"], line["kind"]) == ("update taken", "update-1-7", "message")
    assert SECRET not in json.dumps(line)


@pytest.mark.parametrize("secret", [None, "", "guessed", SECRET[:-1], SECRET + "x", "\ud800", digest_of(SECRET)])
def test_a_wrong_secret_changes_nothing(secret: str | None) -> None:
    ready = Ready()

    assert ready.post(HELLO, secret=secret) == 401

    assert ready.taken() == []


@pytest.mark.parametrize("bot_id", [2, 0, -1, "", "x", "1x", "01", "1" * 17, "\u0661"])
def test_an_unknown_bot_isnt_found(bot_id: Any) -> None:
    ready = Ready()

    assert ready.post(HELLO, bot_id=bot_id) == 404

    assert ready.taken() == []
    assert ready.reads in ([], [2]), "what can be no bot's id isn't looked for"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"update_id": "7"}', b"\xff"])
def test_what_is_no_update_is_told_so_to_those_who_know_the_secret(body: bytes) -> None:
    ready = Ready()

    assert ready.post(body, is_encoded=True) == 400
    assert ready.post(body, is_encoded=True, secret="guessed") == 401
    assert ready.taken() == []


def test_a_body_that_isnt_what_the_gateway_says_is_no_update() -> None:
    ready = Ready()
    event = {"pathParameters": {"bot_id": "1"}, "headers": {"X-Telegram-Bot-Api-Secret-Token": SECRET}}

    assert ready.answer(event)["statusCode"] == 400
    assert ready.answer(event | {"body": "%", "isBase64Encoded": True})["statusCode"] == 400
    assert ready.answer({})["statusCode"] == 404


@pytest.mark.parametrize("surplus", [0, 1])
def test_an_update_that_no_queue_takes_is_dropped_with_an_error(
    surplus: int, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    """Telegram would send it again for a day, and nothing else of its chat meanwhile."""
    ready = Ready()
    assert ready.post(HELLO | {"pad": ""}) == 200
    ((_, first),) = ready.queues.sent
    pad = "x" * (MAX_BYTES - len(first.body) + surplus)

    assert ready.post(HELLO | {"pad": pad}) == 200

    assert len(ready.taken()) == 2 - surplus
    levels = [line["level"] for line in lines()]
    assert levels == ["INFO", "ERROR" if surplus else "INFO"]


def test_what_is_far_too_large_isnt_even_read() -> None:
    ready = Ready()

    assert ready.post(b"[" * (MAX_BYTES + 1)) == 200
    assert ready.post(b"[" * (MAX_BYTES + 1), secret="guessed") == 401
    assert ready.taken() == []


@pytest.mark.parametrize("part", ["table", "queue"])
def test_telegram_is_to_come_again_while_state_cant_be_reached(part: str) -> None:
    ready = Ready()
    ready.is_down = part == "table"
    ready.queues.is_down = part == "queue"
    event = {
        "pathParameters": {"bot_id": "1"},
        "headers": {"x-telegram-bot-api-secret-token": SECRET},
        "body": json.dumps(HELLO),
    }

    answer = ready.answer(event)

    assert (answer["statusCode"], answer["headers"]) == (503, {"Retry-After": "5"})
    ready.is_down = ready.queues.is_down = False
    assert ready.answer(event)["statusCode"] == 200
    assert len(ready.taken()) == 1


def test_the_row_is_read_every_few_seconds() -> None:
    ready = Ready()
    for _ in range(100):
        ready.post(HELLO)
    assert ready.reads == [1]

    ready.now += FRESH_S
    ready.post(HELLO)

    assert ready.reads == [1, 1]
    assert FRESH_S <= 5


def test_a_secret_that_telegram_was_just_given_counts_at_once() -> None:
    ready = Ready()
    ready.post(HELLO)
    ready.webhooks[1] = replace(ready.webhooks[1], coming=digest_of("new-secret"))
    ready.now += DOUBTED_S

    assert ready.post(HELLO, secret="new-secret") == 200
    assert ready.post(HELLO) == 200


def test_guessing_costs_a_read_a_second() -> None:
    ready = Ready()
    for _ in range(100):
        ready.post(HELLO, secret="guessed")
        ready.now += 0.1

    assert len(ready.reads) <= 11


def test_a_secret_that_was_replaced_counts_for_a_while() -> None:
    ready = Ready()
    ready.webhooks[1] = Webhook("", 2, digest_of("new-secret"), previous=digest_of(SECRET), previous_until=1600)

    assert ready.post(HELLO) == 200
    ready.now = 1600.0
    assert ready.post(HELLO) == 401
    assert ready.post(HELLO, secret="new-secret") == 200


def test_a_webhook_that_was_taken_away_is_gone_within_five_seconds() -> None:
    ready = Ready()
    ready.post(HELLO)
    ready.webhooks.clear()
    ready.now += 5

    assert ready.post(HELLO) == 404


def test_invented_bots_dont_fill_the_memory() -> None:
    ready = Ready()
    for bot_id in range(2, 3 * _MOST):
        ready.post(HELLO, bot_id=bot_id)

    assert len(ready.receiver._directory._known) == _MOST


def test_a_bot_whose_row_cant_be_read_stays_known_until_it_is_old() -> None:
    ready = Ready()
    ready.post(HELLO)
    ready.is_down = True

    assert ready.post(HELLO) == 200
    ready.now += FRESH_S
    assert ready.post(HELLO) == 503
    with pytest.raises(StateUnavailableError):
        ready.get(1)


@given(
    bot_id=st.sampled_from(["1", "2"]) | st.text(max_size=20),
    secret=st.sampled_from([SECRET, "guessed"]) | st.text(max_size=80),
    body=st.none() | st.text(max_size=200) | st.builds(json.dumps, st.dictionaries(st.text(), st.integers())),
    is_encoded=st.booleans(),
)
def test_whatever_comes_is_answered_and_only_updates_with_the_secret_are_taken(
    bot_id: str, secret: str, body: str | None, *, is_encoded: bool
) -> None:
    ready = Ready()
    headers = {"x-telegram-bot-api-secret-token": secret}
    event = {"pathParameters": {"bot_id": bot_id}, "headers": headers, "body": body, "isBase64Encoded": is_encoded}

    status = ready.answer(event)["statusCode"]

    if bot_id != "1":
        assert status == 404
    elif secret != SECRET:
        assert status == 401
    assert status in (200, 400, 401, 404)
    assert len(ready.taken()) == (status == 200)
