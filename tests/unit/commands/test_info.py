"""`.whoami`, `.help`, `/start` and `.status`."""

import re

import pytest

from courier.access.standing import Standing
from courier.commands.reading.options import quality_of
from courier.commands.routers import routers
from courier.contracts.media import QUALITIES
from tests.unit.commands.chat import ADMIN, ANN, BOB, NOW, Chat, Health, Purse

FOR_ALL = {"whoami", "help", "start"}
FOR_USERS = FOR_ALL | {"vdl", "adl", "cancel"}


def commands_in(text: str) -> set[str]:
    """Those that begin a line, and `/start`, which stands in one."""
    return set(re.findall(r"^<code>\.([a-z]+)", text, re.MULTILINE)) | set(re.findall(r"/(start)", text))


def known_commands() -> set[str]:
    """Those that have a handler."""
    return {
        name
        for router in routers()
        for handler in router.message.handlers
        for name in handler.flags.get("commands", [])
    }


@pytest.mark.parametrize("text", [".help", "/help", "/start", "/start payload<", ".start", ".help me"])
async def test_admins_see_every_command_that_exists(text: str) -> None:
    (answer,) = await Chat().told(text, by=ADMIN)

    assert commands_in(answer) == known_commands()
    assert "payload" not in answer
    assert len(answer) < 4096


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.ADMIN])
async def test_others_see_what_they_may(standing: Standing) -> None:
    chat = Chat(standing)

    (answer,) = await chat.told(".help")

    may = standing in (Standing.OPEN, Standing.GRACED, Standing.BLESSED)
    assert commands_in(answer) == (FOR_USERS if may else FOR_ALL)
    assert ("Sorry" in answer) == (not may)
    assert "For admins" not in answer


async def test_the_help_is_html_that_telegram_takes() -> None:
    (answer,) = await Chat().told("/start", by=ADMIN)

    assert set(re.findall(r"<[^>]*>", answer)) == {"<b>", "</b>", "<code>", "</code>"}
    assert answer.count("<code>") == answer.count("</code>")
    assert "<code>.vdl &lt;link&gt; 720p</code>" in answer
    assert answer.startswith("Hello!")


async def test_the_help_names_qualities_that_are_taken() -> None:
    (answer,) = await Chat().told(".help")

    assert ", ".join(QUALITIES["video"]) in answer
    assert quality_of("video", ["720p"]) == "720p"


@pytest.mark.parametrize(
    ("standing", "until", "part"),
    [
        (Standing.OPEN, None, "Standing: everybody may use me\n"),
        (Standing.CLOSED, None, "Standing: you may not use me here yet\n"),
        (Standing.GRACED, None, "Standing: everybody in this chat may use me, for ever\n"),
        (Standing.GRACED, NOW, "may use me, until 24 Dec 2026, 14:05 UTC\n"),
        (Standing.BLESSED, NOW, "Standing: you may use me, wherever you are, until 24 Dec 2026, 14:05 UTC\n"),
        (Standing.BANNED, NOW, "Standing: you are banned, until 24 Dec 2026, 14:05 UTC\n"),
        (Standing.BLOCKED, None, "Standing: this chat is blocked, for ever\n"),
    ],
)
async def test_how_somebody_stands(standing: Standing, until: int | None, part: str) -> None:
    (answer,) = await Chat(standing, until).told(".whoami")

    assert part in answer


async def test_who_somebody_is() -> None:
    chat = Chat()

    (bob,) = await chat.told(".whoami", by=BOB)
    (root,) = await chat.told(".whoami", by=ADMIN)

    assert bob.startswith("<b>Bob &lt;b&gt;</b> (@Bobby)\nId: <code>77</code>\n")
    assert root.startswith("<b>Root</b>\nId: <code>1</code>\nStanding: you are one of my admins\n")


@pytest.mark.parametrize(
    ("purse", "part"),
    [
        (Purse(), "Quota: 5 of 5 downloads left"),
        (Purse(used=2), "Quota: 3 of 5 downloads left, anew in 1 hour 5 minutes"),
        (Purse(used=9, scope="chat"), "Quota: 0 of 5 downloads left for this chat, anew in 1 hour 5 minutes"),
        (Purse(limit=1), "Quota: 1 of 1 download left"),
    ],
)
async def test_what_somebody_has_left_and_that_asking_costs_nothing(purse: Purse, part: str) -> None:
    chat = Chat(allowance=purse)
    used = purse.used

    (answer,) = await chat.told(".whoami", by=ANN)

    assert answer.endswith(part)
    assert purse.used == used


async def test_how_the_bot_is() -> None:
    chat = Chat(overview=Health(["Bot: active", "Waiting: 3 <regular> & 2"]))

    assert await chat.told(".status", by=ADMIN) == ["Bot: active\nWaiting: 3 &lt;regular&gt; &amp; 2"]
