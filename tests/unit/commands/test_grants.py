"""`.grace`, `.bless`, `.smite`, `.hammer` and `.forgive`: what is ruled, and what the admin reads."""

from typing import Any

import pytest

from courier.access.standing import Standing
from courier.state.rulings import Ruling, RulingKind
from tests.unit.commands.chat import ADMIN, ANN, BOB, BOT, GROUP, NOW, UNCLAIMED, USERS, Chat, mark
from tests.unit.commands.test_media import TOPIC, reply

HOUR, DAY = 3_600, 86_400
BOB_SHOWN = "<b>Bob &lt;b&gt;</b> (<code>77</code>)"
ANONYMOUS = {"sender_chat": {"id": GROUP, "type": "supergroup", "title": "All"}, "text": "Hi"}
CAL = {"id": 88, "is_bot": False, "first_name": "Cal", "last_name": "30d"}


def ruling(kind: RulingKind, seconds: int | None = None) -> Ruling:
    return Ruling(kind, None if seconds is None else NOW + seconds, ADMIN, NOW)


@pytest.mark.parametrize(
    ("text", "expected", "part"),
    [
        (".grace", ruling(RulingKind.GRACE), "Everybody in this chat may use me, for ever."),
        (".grace 1d", ruling(RulingKind.GRACE, DAY), "for 1 day, until 25 Dec 2026, 14:05 UTC."),
        ("/grace@courier_bot 1H30M", ruling(RulingKind.GRACE, HOUR * 3 // 2), "for 1 hour 30 minutes, until 24 Dec"),
        (".smite", ruling(RulingKind.SMITE), "blocked, for ever"),
    ],
)
@pytest.mark.parametrize("kind", ["private", "supergroup"])
async def test_chats(text: str, expected: Ruling, part: str, kind: str) -> None:
    chat = Chat(chat={"id": ADMIN if kind == "private" else GROUP, "type": kind})

    (answer,) = await chat.told(text, by=ADMIN)

    assert part in answer
    assert (chat.rulings.chat, chat.rulings.users) == (expected, {})


@pytest.mark.parametrize(
    ("text", "user_id", "seconds", "part"),
    [
        (".bless @Bobby", BOB, None, "@Bobby (<code>77</code>) may use me, for ever."),
        (".bless @bobby 1d", BOB, DAY, "for 1 day, until 25 Dec 2026, 14:05 UTC."),
        (".bless 1d @bobby", BOB, DAY, "for 1 day"),
        (".bless 12345 1d", 12345, DAY, "<code>12345</code> may use me, for 1 day"),
        (".bless 4503599627370496", 2**52, None, "may use me"),
    ],
)
async def test_blessings(text: str, user_id: int, seconds: int | None, part: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(text, by=ADMIN)

    assert part in answer
    assert (chat.rulings.users, chat.rulings.chat) == ({user_id: ruling(RulingKind.BLESS, seconds)}, None)


@pytest.mark.parametrize(
    ("text", "seconds", "part"),
    [
        (".hammer @bobby", HOUR, "is banned for 1 hour, until 24 Dec 2026, 15:05 UTC."),
        (".hammer 77 2h", 2 * HOUR, "for 2 hours"),
    ],
)
async def test_bans(text: str, seconds: int, part: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(text, by=ADMIN)

    assert part in answer
    assert chat.rulings.users == {BOB: ruling(RulingKind.HAMMER, seconds)}


async def test_a_reply_points_at_its_writer() -> None:
    chat = Chat()

    (banned,) = await chat.told(".hammer 2h", by=ADMIN, **reply(chat, {"text": "@ann spam"}))
    assert chat.rulings.users == {BOB: ruling(RulingKind.HAMMER, 2 * HOUR)}
    (forgiven,) = await chat.told(".forgive", by=ADMIN, **reply(chat, {"text": "sorry"}))
    assert chat.rulings.users == {}
    (other,) = await chat.told(".bless @ann", by=ADMIN, **reply(chat, {"text": "hi"}))

    assert banned == f"{BOB_SHOWN} is banned for 2 hours, until 24 Dec 2026, 16:05 UTC."
    assert forgiven == f"{BOB_SHOWN}: the ban is lifted, 2 hours before its end."
    assert other.startswith("@ann (<code>5</code>)")
    assert list(chat.rulings.users) == [ANN], "who is named counts more than who is replied to"


async def test_a_user_without_a_name_is_marked_by_telegram() -> None:
    """Their name may be several words, and look like anything."""
    chat = Chat()
    text = ".hammer Cal 30d 2h"

    (answer,) = await chat.told(text, by=ADMIN, entities=[mark(text, "Cal 30d", "text_mention", user=CAL)])

    assert answer.startswith("<b>Cal 30d</b> (<code>88</code>) is banned for 2 hours")
    assert chat.rulings.users == {88: ruling(RulingKind.HAMMER, 2 * HOUR)}


@pytest.mark.parametrize(
    ("user", "part"),
    [(USERS[BOT], "That is a bot"), (CAL | {"first_name": "@ann<b>"}, "<b>ann&lt;b&gt; 30d</b> (<code>88</code>) may")],
    ids=["bot", "looks like another"],
)
async def test_marked_users_are_who_telegram_says(user: dict[str, Any], part: str) -> None:
    text = ".bless @ann<b>"

    (answer,) = await Chat().told(text, by=ADMIN, entities=[mark(text, "@ann<b>", "text_mention", user=user)])

    assert answer.startswith(part)


@pytest.mark.parametrize(
    ("kind", "seconds", "part"),
    [
        (RulingKind.BLESS, None, "@bobby (<code>77</code>): the blessing is taken back."),
        (RulingKind.HAMMER, HOUR, "the ban is lifted, 1 hour before its end."),
        (RulingKind.HAMMER, 0, "there was nothing to forgive."),
        (None, None, "@bobby (<code>77</code>): there was nothing to forgive."),
    ],
)
async def test_forgiving_a_user(kind: RulingKind | None, seconds: int | None, part: str) -> None:
    chat = Chat()
    chat.rulings.chat = ruling(RulingKind.GRACE)
    chat.rulings.users = {BOB: ruling(kind, seconds)} if kind else {}

    (answer,) = await chat.told(".forgive @bobby", by=ADMIN)

    assert part in answer
    assert (chat.rulings.users, chat.rulings.chat) == ({}, ruling(RulingKind.GRACE))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (RulingKind.GRACE, "This chat: the grace is taken back."),
        (RulingKind.SMITE, "This chat: the block is lifted."),
        (None, "This chat: there was nothing to forgive."),
    ],
)
@pytest.mark.parametrize("is_in_topic", [False, True])
async def test_forgiving_the_chat(kind: RulingKind | None, part: str, *, is_in_topic: bool) -> None:
    chat = Chat()
    chat.rulings.chat = ruling(kind) if kind else None
    chat.rulings.users = {BOB: ruling(RulingKind.HAMMER, HOUR)}
    topic = {"message_thread_id": 9, "is_topic_message": True, **reply(chat, TOPIC)} if is_in_topic else {}

    assert await chat.told(".forgive", by=ADMIN, **topic) == [part]

    assert (chat.rulings.chat, list(chat.rulings.users)) == (None, [BOB])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (".bless", "Whom? Reply <code>.bless</code>"),
        (".hammer 1h", "<code>.hammer @name</code>"),
        (".bless @nobody", "I don't know @nobody"),
        (".forgive @nobody", "give their id"),
        (".bless @bobby 0d", "<code>0d</code> is no duration"),
        (".bless @bobby 5x", "<code>30d</code>, <code>2w</code>"),
        (".hammer @bobby 99999999d", "ten years at most"),
        (".grace 0d", "<code>0d</code> is no duration"),
        (".grace 5", "<code>5</code> is no duration"),
        (".grace soon", "I could take a duration"),
        (".grace @bobby", "<code>@bobby</code> after <code>.grace</code>"),
        (".grace 1d 2d", "One duration, please"),
        (".grace 1d <b>", "<code>&lt;b&gt;</code> after <code>.grace</code>, so I did nothing"),
        (".smite 1d", "<code>1d</code> after <code>.smite</code>"),
        (".smite @bobby", "more than I take"),
        (".hammer @bobby 1h please", "<code>please</code>"),
        (".hammer @bobby @ann", "One user at a time"),
        (".forgive @bobby 1h", "<code>1h</code> after"),
        (".forgive all", "I could take a user"),
        (".bless -1005", "<code>-1005</code> is no user"),
        (".bless 0", "<code>0</code> is no user"),
        (".bless 4503599627370497", "is no user"),
        (".bless " + "9" * 3000, "is no user"),
        (".bless @bo<b>", "<code>@bo&lt;b&gt;</code> is no user"),
        (".bless \N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}", "is no duration"),
        (".bless @COURIER_bot", "That is me"),
        (".hammer 42", "That is me"),
        (".hammer 1", "admins can't be banned"),
        (".status now", "<code>now</code> after <code>.status</code>"),
    ],
)
async def test_what_cant_be_carried_out_is_told_and_nothing_is_done(text: str, part: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(text, by=ADMIN)

    assert part in answer
    assert len(answer) < 500
    assert (chat.rulings.users, chat.rulings.chat) == ({}, None)


@pytest.mark.parametrize(
    ("fields", "by", "part"),
    [
        (ANONYMOUS, BOB, "a channel or from an anonymous admin"),
        ({"text": "Hi"}, None, "a channel or from an anonymous admin"),
        ({"text": "Hi"}, BOT, "That is a bot"),
        (TOPIC, BOB, "Whom?"),
    ],
    ids=["anonymous", "channel", "bot", "topic"],
)
@pytest.mark.parametrize("command", ["bless", "hammer", "forgive"])
async def test_replies_to_what_no_user_wrote(command: str, fields: dict[str, Any], by: int | None, part: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(f".{command}", by=ADMIN, **reply(chat, fields, by))

    # Without a user, forgiving is for the chat.
    assert ("This chat:" if (command, part) == ("forgive", "Whom?") else part) in answer
    assert chat.rulings.users == {}


@pytest.mark.parametrize("place", ["bot's", "stack's"])
async def test_no_admin_can_be_banned(place: str) -> None:
    chat = Chat(more={"admins": frozenset({BOB})} if place == "stack's" else {})
    chat.bot = chat.bot.model_copy(update={"admins": [BOB] if place == "bot's" else []})

    (answer,) = await chat.told(".hammer @bobby", by=ADMIN)

    assert answer == "@bobby (<code>77</code>) is one of my admins, and admins can't be banned."
    assert chat.rulings.users == {}


@pytest.mark.parametrize("command", ["grace", "bless @bobby", "smite", "hammer @ann", "forgive", "status"])
@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.ADMIN])
async def test_nobody_else_rules(command: str, standing: Standing) -> None:
    chat = Chat(standing)

    (answer,) = await chat.told(f".{command}", by=BOB)

    assert answer.startswith("Only an admin")
    assert (chat.rulings.users, chat.rulings.chat) == ({}, None)


async def test_an_admin_doesnt_say_what_they_forward() -> None:
    chat = Chat()
    origin = {"type": "user", "date": NOW, "sender_user": USERS[BOB]}

    assert await chat.told(".bless 77", by=ADMIN, forward_origin=origin) == UNCLAIMED
    assert chat.rulings.users == {}
