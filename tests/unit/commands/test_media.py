"""`.vdl`, `.adl` and `.cancel`: what is requested, what it costs, and what the user reads."""

from typing import Any

import pytest

from courier.access.standing import Standing
from courier.commands.ports import Wish
from tests.unit.commands.chat import ADMIN, ANN, BOB, NOW, Chat, Purse, mark

LINK, OTHER = "https://example.org/v?id=1", "https://example.org/other"
FILE = {"file_id": "file-1", "file_unique_id": "u", "file_size": 1}
PICTURE = {"width": 1, "height": 1}
MEDIA: dict[str, dict[str, Any]] = {
    "video": FILE | PICTURE | {"duration": 1},
    "animation": FILE | PICTURE | {"duration": 1},
    "video_note": FILE | {"length": 1, "duration": 1},
    "audio": FILE | {"duration": 1},
    "voice": FILE | {"duration": 1},
    "document": FILE | {"mime_type": "Video/mp4"},
}
TEXT = f"🎬🎬 {LINK} and more"
#: Messages with the link in them.
LINKED: dict[str, dict[str, Any]] = {
    "text": {"text": TEXT},
    "url": {"text": TEXT, "entities": [mark(TEXT, LINK, "url")]},
    "text_link": {"text": "🎬 here", "entities": [mark("🎬 here", "here", "text_link", url=LINK)]},
    "caption": {"caption": TEXT, "photo": []},
    "caption url": {"caption": TEXT, "photo": [], "caption_entities": [mark(TEXT, LINK, "url")]},
    "caption text_link": {
        "caption": "🎬 here",
        "video": MEDIA["video"],
        "caption_entities": [mark("🎬 here", "here", "text_link", url=LINK)],
    },
}
TOPIC = {"message_id": 9, "forum_topic_created": {"name": LINK, "icon_color": 1}}


def reply(chat: Chat, fields: dict[str, Any], by: int | None = BOB) -> dict[str, Any]:
    return {"reply_to_message": chat.message(None, by, **fields)}


def video(url: str = LINK, quality: str = "best") -> Wish:
    return Wish("video", url, quality)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        (f".vdl {LINK}", video()),
        (f"/vdl {LINK} 720p", video(LINK, "720p")),
        (f".vdl 1080P {LINK}", video(LINK, "1080p")),
        (f".vdl {LINK} {LINK}", video()),
        (".vdl youtu.be/x", video("https://youtu.be/x")),
        (f".adl {LINK}", Wish("audio", LINK, "best")),
        (f".ADL\n{LINK} Best", Wish("audio", LINK, "best")),
    ],
)
async def test_a_link_is_requested(text: str, wish: Wish) -> None:
    chat = Chat()

    assert await chat.told(text) == [], "the machine answers by itself"

    assert chat.downloads.wishes == [wish]
    assert chat.allowance.used == 1


@pytest.mark.parametrize("where", LINKED)
async def test_a_link_is_found_anywhere_in_what_is_replied_to(where: str) -> None:
    chat = Chat()

    await chat.told(".vdl 720p", **reply(chat, LINKED[where]))

    assert chat.downloads.wishes == [video(LINK, "720p")]


@pytest.mark.parametrize("kind", MEDIA)
@pytest.mark.parametrize("command", ["vdl", "adl"])
async def test_media_without_a_link_is_told_from_nothing_and_costs_nothing(command: str, kind: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(f".{command}", **reply(chat, {kind: MEDIA[kind], "caption": "Nice"}))

    assert "I work with links" in answer
    assert (chat.downloads.wishes, chat.allowance.used) == ([], 0)


async def test_media_and_links_in_other_places() -> None:
    chat = Chat(allowance=Purse(limit=9))
    elsewhere = {"origin": {"type": "hidden_user", "date": NOW, "sender_user_name": "X"}, "video": MEDIA["video"]}
    said = ".vdl this one best"

    assert "I work with links" in (await chat.told(None, caption=".vdl best", video=MEDIA["video"]))[0]
    assert "I work with links" in (await chat.told(".vdl", external_reply=elsewhere))[0]
    await chat.told(".vdl", external_reply=elsewhere, quote={"text": f"see {LINK}", "position": 0})
    await chat.told(".vdl", quote={"text": OTHER, "position": 3}, **reply(chat, {"text": f"{LINK} {OTHER}"}))
    await chat.told(said, entities=[mark(said, "this one", "text_link", url=LINK)])
    await chat.told(".vdl x.org", entities=[mark(".vdl x.org", "x.org", "url")])
    await chat.told(f".vdl {OTHER}", **reply(chat, LINKED["text"]))
    await chat.told(".vdl", **reply(chat, LINKED["text"], by=None))

    assert chat.downloads.wishes == [
        video(),
        video(OTHER),
        video(LINK, "best"),
        video("https://x.org"),
        video(OTHER),
        video(),
    ]


@pytest.mark.parametrize(
    ("text", "fields", "part"),
    [
        (".vdl", {}, "reply <code>.vdl</code> to a message"),
        (".adl best", {}, "<code>.adl https://…</code>"),
        (".vdl", {"document": FILE | {"mime_type": "application/pdf"}}, "no link"),
        (".vdl", {"document": FILE}, "no link"),
        (".vdl", {"text": "video.mp4"}, "no link"),
        (".vdl", TOPIC, "no link"),
        (f".vdl {LINK} 721p", {}, "the option <code>721p</code>"),
        (f".vdl {LINK} <i>", {}, "<code>&lt;i&gt;</code>"),
        (f".adl {LINK} 720p", {}, "<code>720p</code>. For audio there is: best."),
        (f".vdl {LINK} 720p best", {}, "720p or best?"),
        (f".vdl {LINK} {OTHER}", {}, "One link at a time"),
        (".vdl example.org", {}, "the option <code>example.org</code>"),
        (".vdl file:///etc/passwd", {}, "look like a link that I can follow"),
    ],
)
async def test_what_isnt_understood_is_told_and_costs_nothing(text: str, fields: dict[str, Any], part: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(text, **(reply(chat, fields) if fields else {}))

    assert part in answer
    assert (chat.downloads.wishes, chat.allowance.used) == ([], 0)


@pytest.mark.parametrize("opening", [TOPIC, {"message_id": 9, "text": LINK}], ids=["opens the topic", "by its number"])
async def test_whatever_is_said_in_a_topic_isnt_a_reply_to_its_opening(opening: dict[str, Any]) -> None:
    chat = Chat()
    topic = {"message_thread_id": 9, "is_topic_message": True}

    (answer,) = await chat.told(".vdl", **topic, **reply(chat, opening))

    assert "no link" in answer


@pytest.mark.parametrize(
    ("standing", "until", "parts"),
    [
        (Standing.CLOSED, None, ["may not use me here", ".grace", f".bless {ANN}", "admin"]),
        (Standing.BANNED, NOW, ["banned, until 24 Dec 2026, 14:05 UTC", f".forgive {ANN}", "admin"]),
        (Standing.BLOCKED, None, ["chat is blocked, for ever", ".grace", "admin"]),
        (Standing.BLOCKED, NOW, ["chat is blocked, until 24 Dec"]),
    ],
)
async def test_who_may_not_is_told_why_and_what_to_do(standing: Standing, until: int | None, parts: list[str]) -> None:
    chat = Chat(standing, until)

    for text in (f".vdl {LINK}", ".adl", ".vdl what?"):
        (answer,) = await chat.told(text)
        assert [part for part in parts if part not in answer] == []

    assert (chat.downloads.wishes, chat.allowance.used) == ([], 0)


@pytest.mark.parametrize("standing", [Standing.OPEN, Standing.GRACED, Standing.BLESSED])
async def test_who_may_is_served(standing: Standing) -> None:
    chat = Chat(standing)

    await chat.told(f".vdl {LINK}")
    await Chat(Standing.CLOSED).told(f".vdl {LINK}", by=ADMIN)

    assert chat.downloads.wishes == [video()]


@pytest.mark.parametrize(
    ("scope", "part"), [("user", "You have used all your 5 downloads"), ("chat", "This chat has used all its 5")]
)
async def test_a_used_up_quota_says_how_long_to_wait(scope: str, part: str) -> None:
    chat = Chat(allowance=Purse(used=4, scope=scope))
    await chat.told(f".vdl {LINK}")

    (answer,) = await chat.told(f".vdl {LINK}")

    assert part in answer
    assert "in 1 hour 5 minutes." in answer
    assert len(chat.downloads.wishes) == 1


@pytest.mark.parametrize(
    ("text", "fields", "url"),
    [
        (".cancel", {}, None),
        (f".cancel {LINK}", {}, LINK),
        (".cancel", LINKED["text_link"], LINK),
        (".cancel", {"text": "no link"}, None),
    ],
)
async def test_taking_back_is_answered_by_the_machine(text: str, fields: dict[str, Any], url: str | None) -> None:
    chat = Chat(Standing.CLOSED)

    assert await chat.told(text, **(reply(chat, fields) if fields else {})) == []

    assert chat.downloads.taken_back == [url]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (".cancel everything", "I take a link here, or nothing"),
        (f".cancel {LINK} {OTHER}", "One link at a time"),
    ],
)
async def test_what_is_to_be_taken_back_may_be_unclear(text: str, part: str) -> None:
    chat = Chat()

    (answer,) = await chat.told(text)

    assert part in answer
    assert chat.downloads.taken_back == []
