"""Every rule of control messages' fields, and that no refusal tells the token."""

# ruff: noqa: FBT003 - the tables hold values, of which some are bools

from typing import Any

import pytest

from courier.contracts.control import Limits, LimitsChange, RemoveBot
from courier.queues.dead_letters import DeadLetter
from tests.support.queues import record
from tests.unit.contracts.opening import SECRET, TOKEN, add_bot, added, opened, refusal, refuses, takes, text_of

NO_TOKEN = "data.token: isn't a bot token: digits, a colon, then letters and digits, as @BotFather gave it"

NO_QUEUE = "data.updates_queue: isn't the name of an application's queue: {stack}-app-….fifo"
QUOTAS = ("per_user", "per_chat", "blessed", "admin")


def test_defaults_are_telegrams_published_figures() -> None:
    assert Limits().model_dump() == {
        "bot_per_second": 30,
        "chat_per_second": 1.0,
        "chat_burst": 3,
        "group_per_minute": 20,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *takes("bot_id", 1, 2**53 - 1),
        *takes("token", "1:a", "1" * 20 + ":" + "a" * 100, "7:_-A9"),
        *takes("is_sent_logs", True, False),
        *takes("webhook", True, False),
        *takes("parse_mode", "HTML", "MarkdownV2", "Markdown", None),
        *takes("limits", None, {}, {"bot_per_second": 1000}, {"chat_per_second": 0.5, "chat_burst": 1}),
        *takes("admins", None, [], [1], [2**53 - 1] * 100),
        *takes("access", None, "open", "closed", "default"),
        *takes("quotas", None, {}, {"per_user": 0}, dict.fromkeys(QUOTAS, 1_000_000), {"window_s": 1}, {"admin": None}),
        *takes(
            "updates_queue", None, "none", "courier-app-a.fifo", "my_Stack-2-app-a-b.fifo", "a" * 69 + "-app-b.fifo"
        ),
        *takes("updates_forwarded", None, "all", "unclaimed"),
    ],
)
def test_what_a_field_takes(field: str, value: Any) -> None:
    assert added(**{field: value}).model_dump(exclude_unset=True).keys() >= {field}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        *[(name, ..., f"data.{name}: is missing") for name in ("bot_id", "token")],
        *refuses("bot_id", "data.bot_id: ", 0, -1, True, 1.0, "1", None, 2**53),
        *refuses("token", NO_TOKEN, "", "a", "1:", ":a", "1:a b", "1:a/b", "1:a\n", "1:é", "1" * 21 + ":a"),
        *refuses("token", "data.token: ", None, 1, {"a": 1}),
        *refuses("is_sent_logs", "data.is_sent_logs: ", None, 2, [], "perhaps"),
        *refuses("parse_mode", "data.parse_mode: ", "html", 1),
        *refuses("limits", "data.limits: ", 1, [], "fast"),
        *[("limits", {"bot_per_second": value}, "data.limits.bot_per_second: ") for value in (0, 1001, 1.5, None)],
        *[("limits", {"chat_per_second": value}, "data.limits.chat_per_second: ") for value in (0, 31)],
        ("limits", {"chat_per_second": float("nan")}, "the body isn't JSON: NaN is no JSON number"),
        *[("limits", {"chat_burst": value}, "data.limits.chat_burst: ") for value in (0, 31)],
        *[("limits", {"group_per_minute": value}, "data.limits.group_per_minute: ") for value in (0, 601)],
        ("limits", {"per_hour": 1}, "data.limits.per_hour: isn't a known field"),
        *refuses(
            "admins", "data.admins", 5, "5", [0], [-5], ["5"], [5.0], [True], [None], [2**53], [1] * 101, {"5": 1}
        ),
        *refuses("access", "data.access: ", "none", "Open", True, 1, []),
        *[
            ("quotas", {name: value}, f"data.quotas.{name}: ")
            for name in QUOTAS
            for value in (-1, 1_000_001, 1.5, "5", True)
        ],
        *[("quotas", {"window_s": value}, "data.quotas.window_s: ") for value in (0, -1, 31_622_401, 1.5, "60")],
        ("quotas", {"per_day": 1}, "data.quotas.per_day: isn't a known field"),
        *refuses("quotas", "data.quotas: ", 5, "none", [5]),
        *refuses("updates_queue", NO_QUEUE, "", "x", "courier-app-a", "courier-bot-1.fifo", "courier-app-.fifo"),
        *refuses(
            "updates_queue", NO_QUEUE, "-app-a.fifo", "courier-app-a b.fifo", "courier-app-a.fifo\n", "ü-app-a.fifo"
        ),
        *refuses("updates_queue", NO_QUEUE, "a" * 70 + "-app-b.fifo", "https://sqs/1/courier-app-a.fifo"),
        *refuses("updates_queue", "data.updates_queue: ", 5, ["courier-app-a.fifo"]),
        *refuses("updates_forwarded", "data.updates_forwarded: ", "none", True, "ALL"),
        ("chat_id", 5, "data.chat_id: isn't a known field"),
    ],
)
def test_what_a_field_doesnt_take(field: str, value: Any, reason: str) -> None:
    assert refusal(add_bot(**{field: value})).startswith(reason)


@pytest.mark.parametrize(
    "limits",
    [{"bot_per_second": True}, {"bot_per_second": "30"}, {"chat_burst": True}, {"chat_per_second": 1e-320}],
)
def test_a_limit_is_a_number_to_work_with(limits: dict[str, Any]) -> None:
    assert refusal(add_bot(limits=limits)).startswith("data.limits.")


@pytest.mark.parametrize(
    "envelope",
    [
        add_bot(token=f"{TOKEN} "),
        add_bot(token=[TOKEN]),
        add_bot(token={"token": TOKEN}),
        add_bot(bot_id=TOKEN),
        add_bot(is_sent_logs=TOKEN),
        add_bot(parse_mode=TOKEN),
        add_bot(limits=TOKEN),
        add_bot(limits={"bot_per_second": TOKEN}),
        add_bot(tokens=TOKEN),
        add_bot() | {"type": "send_msg"},
        add_bot() | {"version": TOKEN},
        add_bot() | {"correlation_id": [TOKEN]},
        add_bot() | {"data": TOKEN},
        add_bot() | {"data": f'{{"token": "{TOKEN}"'},
        {"type": "add_bot", "token": TOKEN},
        text_of(add_bot()) + "}",
    ],
)
def test_no_refusal_tells_the_token(envelope: Any) -> None:
    reason = refusal(envelope)

    assert SECRET not in reason
    letter = DeadLetter(record(text_of(envelope)), reason).outbound()
    assert SECRET not in letter.body + "".join(letter.attributes.values())


@pytest.mark.parametrize("envelope", [add_bot() | {"type": TOKEN}, add_bot(**{TOKEN: 1}), add_bot() | {TOKEN: 1}])
def test_a_token_where_no_one_puts_it_is_masked_in_the_dead_letter(envelope: Any) -> None:
    letter = DeadLetter(record(text_of(envelope)), refusal(envelope)).outbound()

    assert SECRET not in letter.body + "".join(letter.attributes.values())


def test_a_token_isnt_shown_by_its_message() -> None:
    assert SECRET not in f"{added()!r} {added()} {added().model_dump()}"


@pytest.mark.parametrize(
    ("type_", "data", "reason"),
    [
        ("update_bot", {"bot_id": 1}, "data: names nothing to change"),
        ("update_bot", {"is_sent_logs": True}, "data.bot_id: is missing"),
        ("update_bot", {"bot_id": 1, "token": "a"}, NO_TOKEN),
        ("update_bot", {"bot_id": 1, "limits": {"bot_per_second": 0}}, "data.limits.bot_per_second: "),
        ("update_bot", {"bot_id": 1, "limits": {"per_hour": 1}}, "data.limits.per_hour: isn't a known field"),
        ("update_bot", {"bot_id": 1, "parse_mode": "html"}, "data.parse_mode"),
        ("update_bot", {"bot_id": 1, "admins": [0]}, "data.admins"),
        ("update_bot", {"bot_id": 1, "access": "none"}, "data.access: "),
        ("update_bot", {"bot_id": 1, "quotas": "all"}, "data.quotas: Input should be 'none'"),
        ("update_bot", {"bot_id": 1, "quotas": 5}, "data.quotas: "),
        ("update_bot", {"bot_id": 1, "quotas": {"per_user": -1}}, "data.quotas.per_user: "),
        ("update_bot", {"bot_id": 1, "quotas": {"per_day": 1}}, "data.quotas.per_day: isn't a known field"),
        ("update_bot", {"bot_id": 1, "updates_queue": "courier-dead.fifo"}, NO_QUEUE),
        ("update_bot", {"bot_id": 1, "updates_forwarded": "none"}, "data.updates_forwarded: "),
        ("update_bot", {"bot_id": 1, "purge": True}, "data.purge: isn't a known field"),
        *[(f"{verb}_bot", {}, "data.bot_id: is missing") for verb in ("pause", "resume", "remove", "mend")],
        *[(f"{verb}_bot", {"bot_id": 0}, "data.bot_id: ") for verb in ("pause", "resume", "remove", "mend")],
        *[("remove_bot", {"bot_id": 1, "drain_s": n}, "data.drain_s: ") for n in (-1, 43_201, 1.5, "9", None)],
        ("pause_all", {"bot_id": 1}, "data.bot_id: isn't a known field"),
        ("pause_all", {"reason": "x" * 501}, "data.reason: "),
        ("resume_all", {"reason": "x"}, "data.reason: isn't a known field"),
    ],
)
def test_what_the_messages_of_a_bots_life_dont_take(type_: str, data: dict[str, Any], reason: str) -> None:
    assert refusal({"type": type_, "data": data}).startswith(reason)


def test_a_removal_drains_for_a_quarter_of_an_hour_unless_told_otherwise() -> None:
    assert opened({"type": "remove_bot", "data": {"bot_id": 1}}) == RemoveBot(bot_id=1, purge=False, drain_s=900)


def test_limits_that_arent_named_keep_their_value() -> None:
    limits = Limits(bot_per_second=25, chat_per_second=0.5, chat_burst=2, group_per_minute=10)

    assert LimitsChange().over(limits) == limits
    assert LimitsChange(chat_burst=1).over(limits) == limits.model_copy(update={"chat_burst": 1})
    assert LimitsChange.model_fields.keys() == Limits.model_fields.keys()


def test_a_new_token_isnt_shown_by_its_message() -> None:
    message = opened({"type": "update_bot", "data": {"bot_id": 1, "token": TOKEN}})

    assert SECRET not in f"{message!r} {message} {message.model_dump()}"
