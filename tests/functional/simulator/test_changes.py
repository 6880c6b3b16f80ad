"""Edits, deletes, copies and forwards."""

from typing import Any

import pytest

from local.simulator import Simulator
from tests.functional.simulator.conftest import Api

pytestmark = pytest.mark.usefixtures("unlimited")

MARKUP = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
OTHER = {"inline_keyboard": [[{"text": "No", "callback_data": "n"}]]}
PHOTO = "https://example.com/a.jpg"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


async def test_edit_of_text(api: Api) -> None:
    sent = await api.send(reply_markup=MARKUP)
    edited = await api.result(
        "editMessageText", chat_id=10, message_id=sent["message_id"], text="<i>New</i>", parse_mode="HTML"
    )
    assert edited["text"] == "New"
    assert edited["entities"][0]["type"] == "italic"
    assert edited["edit_date"] == sent["date"]
    assert "reply_markup" not in edited


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({"text": "Hello", "reply_markup": MARKUP}, False),
        ({"text": " Hello ", "reply_markup": MARKUP}, False),
        ({"text": "Hello"}, True),
        ({"text": "Hello", "reply_markup": OTHER}, True),
        ({"text": "<b>Hello</b>", "parse_mode": "HTML", "reply_markup": MARKUP}, True),
    ],
)
async def test_edit_that_may_change_nothing(api: Api, asked: dict[str, Any], *, changed: bool) -> None:
    target = {"chat_id": 10, "message_id": (await api.send(reply_markup=MARKUP))["message_id"]}
    if changed:
        await api.result("editMessageText", **target, **asked)
    else:
        assert await api.refused("editMessageText", **target, **asked) == NOT_MODIFIED


async def test_edit_of_the_keyboard_keeps_the_text(api: Api) -> None:
    target = {"chat_id": 10, "message_id": (await api.send(reply_markup=MARKUP))["message_id"]}
    edited = await api.result("editMessageReplyMarkup", **target, reply_markup=OTHER)
    assert (edited["text"], edited["reply_markup"]) == ("Hello", OTHER)
    assert await api.refused("editMessageReplyMarkup", **target, reply_markup=OTHER) == NOT_MODIFIED
    assert "reply_markup" not in await api.result("editMessageReplyMarkup", **target)


async def test_edit_of_caption_and_media(api: Api) -> None:
    sent = await api.result("sendPhoto", chat_id=10, photo=PHOTO, caption="Old")
    target = {"chat_id": 10, "message_id": sent["message_id"]}
    assert (await api.result("editMessageCaption", **target, caption="New"))["caption"] == "New"
    assert await api.refused("editMessageCaption", **target, caption="New") == NOT_MODIFIED
    media = {"type": "video", "media": "https://example.com/a.mp4", "caption": "New"}
    edited = await api.result("editMessageMedia", **target, media=media)
    assert "video" in edited
    assert "photo" not in edited


async def test_text_and_caption_are_not_each_other(api: Api) -> None:
    text = (await api.send())["message_id"]
    photo = (await api.result("sendPhoto", chat_id=10, photo=PHOTO))["message_id"]
    assert await api.refused("editMessageText", chat_id=10, message_id=photo, text="x") == (
        "there is no text in the message to edit"
    )
    assert await api.refused("editMessageCaption", chat_id=10, message_id=text, caption="x") == (
        "there is no caption in the message to edit"
    )


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup", "editMessageCaption"])
async def test_edit_of_a_missing_message(api: Api, method: str) -> None:
    elsewhere = (await api.send(11))["message_id"]
    theirs = (await api.send(10, token="2:fake"))["message_id"]
    for message_id in (elsewhere, theirs, 99):
        problem = await api.refused(method, chat_id=10, message_id=message_id, text="x", caption="x")
        assert problem == "message to edit not found"


async def test_edit_of_nothing_named(api: Api) -> None:
    assert await api.refused("editMessageText", chat_id=10, text="x") == "message identifier is not specified"


async def test_edit_of_an_inline_message(api: Api) -> None:
    assert await api.result("editMessageText", inline_message_id="abc", text="x") is True


@pytest.mark.parametrize(("text", "problem"), [("", "message text is empty"), ("x" * 4097, "message is too long")])
async def test_edit_has_the_rules_of_a_text(api: Api, text: str, problem: str) -> None:
    message_id = (await api.send())["message_id"]
    assert await api.refused("editMessageText", chat_id=10, message_id=message_id, text=text) == problem


async def test_delete(api: Api) -> None:
    target = {"chat_id": 10, "message_id": (await api.send())["message_id"]}
    assert await api.result("deleteMessage", **target) is True
    assert await api.refused("deleteMessage", **target) == "message to delete not found"
    assert await api.refused("editMessageText", **target, text="x") == "message to edit not found"


async def test_delete_of_several_ignores_the_missing(api: Api, sim: Simulator) -> None:
    ids = [(await api.send())["message_id"] for _ in range(3)]
    assert await api.result("deleteMessages", chat_id=10, message_ids=[*ids[:2], 99]) is True
    assert [record.message_id for record in sim.accepted if record.method == "deleteMessages"] == ids[:2]
    assert await api.refused("deleteMessage", chat_id=10, message_id=ids[0]) == "message to delete not found"
    await api.result("deleteMessage", chat_id=10, message_id=ids[2])


@pytest.mark.parametrize(
    ("ids", "problem"),
    [
        ([], "message identifiers are not specified"),
        (None, "message identifiers are not specified"),
        (list(range(1, 102)), "too many message identifiers specified"),
        (["x"], 'invalid parameter "message_ids" specified'),
    ],
)
async def test_delete_takes_1_to_100_ids(api: Api, ids: Any, problem: str) -> None:
    assert await api.refused("deleteMessages", chat_id=10, message_ids=ids) == problem
    await api.result("deleteMessages", chat_id=10, message_ids=list(range(1, 101)))


async def test_copy(api: Api, sim: Simulator) -> None:
    source = await api.send(10, "<b>Hi</b>", parse_mode="HTML")
    target = {"chat_id": 11, "from_chat_id": 10}
    copied = await api.result("copyMessage", **target, message_id=source["message_id"])
    assert copied == {"message_id": 2}
    assert [record.text for record in sim.accepted] == ["Hi", "Hi"]
    assert await api.refused("copyMessage", **target, message_id=99) == "message to copy not found"


async def test_forward(api: Api) -> None:
    source = await api.send(10)
    target = {"chat_id": 11, "from_chat_id": 10}
    forwarded = await api.result("forwardMessage", **target, message_id=source["message_id"])
    assert forwarded["text"] == "Hello"
    assert forwarded["forward_origin"]["sender_user"]["id"] == 1
    assert await api.refused("forwardMessage", **target, message_id=99) == "message to forward not found"


@pytest.mark.parametrize("method", ["copyMessages", "forwardMessages"])
async def test_several_at_once(api: Api, method: str) -> None:
    ids = [(await api.send())["message_id"] for _ in range(2)]
    target = {"chat_id": 11, "from_chat_id": 10}
    assert await api.result(method, **target, message_ids=[*ids, 99]) == [{"message_id": 3}, {"message_id": 4}]
    assert await api.refused(method, **target, message_ids=[99]) == "there are no messages to forward"


async def test_copied_media_stays_media(api: Api) -> None:
    source = await api.result("sendPhoto", chat_id=10, photo=PHOTO, caption="Old")
    asked = {"chat_id": 11, "from_chat_id": 10, "message_id": source["message_id"]}
    copied = (await api.result("copyMessage", **asked, caption="New"))["message_id"]
    edited = await api.result("editMessageCaption", chat_id=11, message_id=copied, caption="Newer")
    assert (edited["caption"], "photo" in edited) == ("Newer", True)
