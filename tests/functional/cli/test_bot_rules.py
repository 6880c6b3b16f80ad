"""Options of `courier bots` about a bot's admins, access, quotas and forwarded updates, and how they are shown."""

import json
from typing import Any

import pytest

from courier.contracts.control import OwnQuotas
from tests.functional.cli.conftest import Platform


@pytest.mark.parametrize(
    ("args", "kind", "data"),
    [
        (("update", "7", "--admin", "5", "--admin", "6"), "update_bot", {"admins": [5, 6]}),
        (("update", "7", "--no-admins"), "update_bot", {"admins": []}),
        (("update", "7", "--access", "default"), "update_bot", {"access": "default"}),
        (
            ("update", "7", "--quota", "per_user=0", "--quota", "window_s=60"),
            "update_bot",
            {"quotas": {"per_user": 0, "window_s": 60}},
        ),
        (("update", "7", "--quota", "none"), "update_bot", {"quotas": "none"}),
        (
            ("update", "7", "--updates-queue", "none", "--updates-forwarded", "all"),
            "update_bot",
            {"updates_queue": "none", "updates_forwarded": "all"},
        ),
        (
            (
                *("add", "7", "--token-stdin", "--admin", "5", "--access", "open", "--quota", "admin=9"),
                *("--updates-queue", "courier-app-shop.fifo", "--updates-forwarded", "unclaimed"),
            ),
            "add_bot",
            {
                "token": "1:fake-token",
                "is_sent_logs": False,
                "admins": [5],
                "access": "open",
                "quotas": {"admin": 9},
                "updates_queue": "courier-app-shop.fifo",
                "updates_forwarded": "unclaimed",
            },
        ),
    ],
)
def test_what_is_put_on_the_control_queue(
    platform: Platform, args: tuple[str, ...], kind: str, data: dict[str, Any]
) -> None:
    result = platform.courier("bots", *args, "--no-wait", text="1:fake-token\n")

    assert result.exit_code == 0, result.output
    (message,) = platform.take("courier-control.fifo")
    assert (message["type"], message["data"]) == (kind, {"bot_id": 7} | data)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("update", "7", "--admin", "5", "--no-admins"), "--admin or --no-admins"),
        (("update", "7", "--quota", "none", "--quota", "admin=1"), "NAME=COUNT"),
        (("update", "7", "--quota", "admin=-1"), "NAME=COUNT"),
        (("update", "7", "--access", "none"), "--access"),
    ],
)
def test_a_wrong_command_line(platform: Platform, args: tuple[str, ...], says: str) -> None:
    result = platform.courier("bots", *args)

    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert platform.take("courier-control.fifo") == []


def test_the_rules_of_a_bot_are_shown(platform: Platform) -> None:
    bot = platform.add_bot(7)
    rules: dict[str, Any] = {
        "admins": (5, 6),
        "access": "closed",
        "quotas": OwnQuotas(per_user=9),
        "updates_queue": "courier-app-shop.fifo",
    }
    platform.bots.put(bot.model_copy(update=rules))

    shown = [line.split(maxsplit=1) for line in platform.courier("bots", "show", "7").stdout.splitlines()]
    found = json.loads(platform.courier("bots", "show", "7", "--json").stdout)

    assert ["admins", "5, 6"] in shown
    assert ["access", "closed"] in shown
    assert ["quota", "per_user    9"] in shown
    assert ["updates_queue", "courier-app-shop.fifo"] in shown
    assert (found["admins"], found["quotas"], found["updates_forwarded"]) == ([5, 6], {"per_user": 9}, "all")


def test_a_bot_without_rules_shows_none(platform: Platform) -> None:
    platform.add_bot(7)

    shown = platform.courier("bots", "show", "7").stdout

    assert not [word for word in ("admins", "access", "quota", "updates") if word in shown]
