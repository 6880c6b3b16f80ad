"""`courier bots` and `courier queues` against the table and SQS; control's part is played by the test."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from courier.state.webhooks import Webhook
from tests.functional.cli.conftest import Platform


class Any_(BaseModel):  # noqa: N801 - stands for any model
    """Takes what the contract's own model takes, where that isn't there yet."""

    model_config = ConfigDict(extra="allow")


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every control type, whether this version of the contract has it or not."""
    from courier.contracts.control import CONTROL_TYPES  # noqa: PLC0415 - as it is now

    kinds = ("update_bot", "pause_bot", "resume_bot", "remove_bot", "pause_all", "resume_all")
    monkeypatch.setattr("courier.producer.messages.CONTROL_TYPES", dict.fromkeys(kinds, Any_) | CONTROL_TYPES)


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Lets something happen at the first pause of a wait, and time pass without waiting."""

    def plays(part: Callable[[], None]) -> None:
        parts, now = [part], [0.0]

        def sleep(seconds: float) -> None:
            now[0] += seconds
            if parts:
                parts.pop()()

        monkeypatch.setattr("time.monotonic", lambda: now[0])
        monkeypatch.setattr("cli.effects.Watch.wait.__defaults__", (lambda: now[0], sleep))
        monkeypatch.setattr("cli.switch.turn_all.__kwdefaults__", {"clock": lambda: now[0], "sleep": sleep})

    return plays


def data_of(platform: Platform) -> tuple[str, dict[str, Any]]:
    (message,) = platform.take("courier-control.fifo")
    return message["type"], message["data"]


def test_all_bots_and_the_stop_switch(platform: Platform) -> None:
    for bot_id in (12, 7):
        platform.add_bot(bot_id)
        platform.set_row(bot_id)
    platform.set_row(7, status="stopped", reason="401 Unauthorized")
    platform.set_switch(is_off=True)

    result = platform.courier("bots", "list")

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["7", "stopped", "@bot7", "401", "Unauthorized"],
        ["12", "active", "@bot12"],
    ]
    assert "2 bots." in result.stderr
    assert "stop switch is off (night)" in result.stderr
    found = json.loads(platform.courier("bots", "list", "--json").stdout)
    assert [bot["bot_id"] for bot in found["bots"]] == [7, 12]
    assert found["stop_switch"] == {"is_off": True, "reason": "night"}


def test_a_bot_that_hears_is_shown_without_its_digests(platform: Platform) -> None:
    bot = platform.add_bot(7)
    webhook = Webhook("https://api.example/telegram/7", 1, "digest")
    platform.bots.put(bot.model_copy(update={"webhook": webhook, "reads_groups": False}))

    result = platform.courier("bots", "show", "7")

    assert ["webhook", "https://api.example/telegram/7"] in [line.split() for line in result.stdout.splitlines()]
    assert "digest" not in result.output
    assert "/setprivacy" in result.stderr
    found = json.loads(platform.courier("bots", "show", "7", "--json").stdout)
    assert (found["webhook"], found["reads_groups"]) == ("https://api.example/telegram/7", False)


def test_no_bots(platform: Platform) -> None:
    result = platform.courier("bots", "list")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No bots.\n")


def test_one_bot_with_its_queues(platform: Platform) -> None:
    platform.add_bot(7)
    platform.add_bot(77)
    platform.courier("send", "7", "5", "hi")

    result = platform.courier("bots", "show", "7")
    found = json.loads(platform.courier("bots", "show", "7", "--json").stdout)

    assert "1 waiting, 0 in work" in result.stdout
    assert "bot_per_second    30" in result.stdout
    assert [(queue["queue"], queue["waiting"]) for queue in found["queues"]] == [
        ("courier-bot-7.fifo", 1),
        ("courier-bot-7-broadcast.fifo", 0),
    ]
    assert platform.courier("bots", "show", "8").exit_code == 1


def test_a_row_of_newer_code(platform: Platform) -> None:
    platform.add_bot(7)
    platform.set_row(7, status="resting", unheard_of="x")
    assert "resting" in platform.courier("bots", "list").stdout


@pytest.mark.parametrize(
    ("args", "kind", "data"),
    [
        (("pause", "7"), "pause_bot", {}),
        (("resume", "7"), "resume_bot", {}),
        (("remove", "7"), "remove_bot", {"drain_s": 900}),
        (("remove", "7", "--purge"), "remove_bot", {"purge": True}),
        (
            ("update", "7", "--no-logs", "--chat-burst", "1"),
            "update_bot",
            {"is_sent_logs": False, "limits": {"chat_burst": 1}},
        ),
        (("update", "7", "--token-stdin"), "update_bot", {"token": "1:fake-token"}),
        (("update", "7", "--webhook"), "update_bot", {"webhook": True}),
        (("update", "7", "--no-webhook"), "update_bot", {"webhook": False}),
        (
            ("add", "7", "--token-stdin", "--webhook"),
            "add_bot",
            {"token": "1:fake-token", "is_sent_logs": False, "webhook": True},
        ),
    ],
)
def test_what_is_put_on_the_control_queue(
    platform: Platform, args: tuple[str, ...], kind: str, data: dict[str, Any]
) -> None:
    result = platform.courier("bots", *args, "--no-wait", text="1:fake-token\n")

    assert result.exit_code == 0, result.output
    assert data_of(platform) == (kind, {"bot_id": 7} | data)
    assert "fake-token" not in result.output


@pytest.mark.parametrize(
    ("args", "status", "says"),
    [
        (("pause", "7"), "paused", "Bot 7 is paused: @bot7"),
        (("remove", "7"), "removed", "Bot 7 is removed: @bot7"),
    ],
)
def test_its_effect_is_waited_for(
    platform: Platform,
    control: Callable[[Callable[[], None]], None],
    args: tuple[str, ...],
    status: str,
    says: str,
) -> None:
    platform.add_bot(7)
    control(lambda: platform.set_row(7, status=status))

    result = platform.courier("bots", *args)

    assert (result.exit_code, result.stdout.strip()) == (0, says)


def test_a_refusal_and_a_wait_without_end(platform: Platform, control: Callable[[Callable[[], None]], None]) -> None:
    control(lambda: platform.bury("x", "data.bot_id: no bot 9 is known", "c-1"))
    refused = platform.courier("bots", "pause", "9", "--correlation-id", "c-1")
    waiting = platform.courier("bots", "resume", "9", "--correlation-id", "c-2", "--json")

    assert (refused.exit_code, "bot 9 wasn't paused: data.bot_id: no bot 9" in refused.stderr) == (1, True)
    assert (waiting.exit_code, json.loads(waiting.stdout)["status"]) == (1, "waiting")


def test_the_stop_switch(platform: Platform, control: Callable[[Callable[[], None]], None]) -> None:
    control(lambda: platform.set_switch(is_off=True))

    result = platform.courier("bots", "pause", "--all", "--reason", "night")

    assert (result.exit_code, "No bot sends" in result.stdout) == (0, True)
    assert data_of(platform) == ("pause_all", {"reason": "night"})
    platform.set_switch(is_off=False)
    assert json.loads(platform.courier("bots", "resume", "--all", "--json").stdout)["status"] == "active"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("update", "7"), "nothing to change"),
        (("update", "7", "--new-token"), "no terminal"),
        (("pause",), "give BOT_ID, or --all"),
        (("resume", "7", "--all"), "give BOT_ID, or --all"),
        (("pause", "7", "--reason", "x"), "--reason goes with --all"),
        (("remove", "7", "--drain", "50000"), "--drain"),
    ],
)
def test_a_wrong_command_line(platform: Platform, args: tuple[str, ...], says: str) -> None:
    result = platform.courier("bots", *args)

    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert platform.take("courier-control.fifo") == []


def test_all_queues_and_nobody_elses(platform: Platform) -> None:
    platform.add_bot(12)
    platform.add_bot(7)
    for name in ("courier-staging-dead.fifo", "courier-staging-bot-1.fifo"):
        platform.make_queue(name)
    platform.bury("a", "r", "c")

    found = json.loads(platform.courier("queues", "--json").stdout)["queues"]

    assert [(queue["kind"], queue["bot_id"]) for queue in found] == [
        ("control", None),
        ("dead", None),
        ("regular", 7),
        ("broadcast", 7),
        ("regular", 12),
        ("broadcast", 12),
    ]
    assert (found[1]["waiting"], found[1]["oldest_s"]) == (1, None)
    assert "courier-dead.fifo              1 waiting" in platform.courier("queues").stdout
    assert platform.courier("queues", "--bot", "12").stdout.count("\n") == 2
    assert platform.courier("queues", "--bot", "9").exit_code == 1
    assert platform.courier("queues", "--stack", "other").exit_code == 1
