"""Users write, Telegram calls the webhook, and the application has each update on its queue, in each chat's order."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.e2e.platform import Platform


@pytest.fixture
def hearing(platform: Platform) -> int:
    """A bot of this test alone whose webhook is registered, and whose updates go to a queue of the application."""
    return platform.add_hearing_bot()


def post(platform: Platform, bot_id: object, body: bytes, secret: str | None = None) -> int:
    """What a stranger is answered."""
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    request = Request(f"{platform.endpoints.api_url}/telegram/{bot_id}", body, headers)  # noqa: S310 - our own stack
    try:
        with urlopen(request, timeout=30) as response:  # noqa: S310
            status: int = response.status
            return status
    except HTTPError as error:
        return error.code


def test_what_users_write_stands_on_the_queue_in_each_chats_order(platform: Platform, hearing: int) -> None:
    said = [{"bot_id": hearing, "chat_id": chat, "text": f"🙂 {n}"} for n in range(5) for chat in (61, 62)]
    ids = platform.telegram.do(*said)

    found = platform.forwarded(hearing, 10)

    assert {one["type"] for one in found} == {"update"}
    assert {one["data"]["bot_id"] for one in found} == {hearing}
    assert sorted(one["data"]["update"]["update_id"] for one in found) == sorted(filter(None, ids))
    for chat in (61, 62):
        texts = [one["data"]["update"]["message"]["text"] for one in found if one["group"] == f"{hearing}:{chat}"]
        assert texts == [f"🙂 {n}" for n in range(5)]
    correlation_id = found[0]["correlation_id"]
    platform.wait_for(lambda: correlation_id in platform.log_text("webhook"), "its log line")
    platform.wait_for(lambda: platform.telegram.pending(hearing) == 0, "nothing is left with Telegram")
    assert {one.status for one in platform.telegram.deliveries(bot_id=hearing)} == {200}


def test_forged_requests_change_nothing(platform: Platform, hearing: int) -> None:
    update = json.dumps({"update_id": 1, "message": {"chat": {"id": 5}, "text": "forged"}}).encode()

    assert post(platform, hearing, update) == 401
    assert post(platform, hearing, update, "guessed") == 401
    assert post(platform, hearing, b"", "guessed") == 401
    assert post(platform, hearing, b"\xff\x00", "guessed") == 401
    assert post(platform, 499_999, update, "guessed") == 404
    assert post(platform, "x", update) == 404

    platform.telegram.say(hearing, 5, "mine")
    (found,) = platform.forwarded(hearing, 1)
    assert found["data"]["update"]["message"]["text"] == "mine"
    assert "forged" not in platform.log_text("commands")


def test_a_new_secret_loses_no_update(platform: Platform, hearing: int) -> None:
    number = platform.wait_for_webhook(hearing)
    said = 0
    platform.control("update_bot", bot_id=hearing, webhook=True)

    def goes_on() -> bool:
        nonlocal said
        platform.telegram.say(hearing, 63, f"{said}")
        said += 1
        return said >= 40

    platform.wait_for(goes_on, "forty messages")
    platform.wait_for_webhook(hearing, number)

    found = platform.forwarded(hearing, said)
    assert [one["data"]["update"]["message"]["text"] for one in found] == [f"{n}" for n in range(said)]


def test_a_webhook_that_somebody_took_comes_back(platform: Platform, hearing: int) -> None:
    url = f"{platform.endpoints.telegram_url}/bot{hearing}:e2e-fake/deleteWebhook"
    with urlopen(url, timeout=30) as response:  # noqa: S310 - our own simulator
        assert response.status == 200
    platform.telegram.say(hearing, 64, "meanwhile")

    platform.control("mend_bot", bot_id=hearing)

    (found,) = platform.forwarded(hearing, 1)
    assert found["data"]["update"]["message"]["text"] == "meanwhile"
    platform.control("update_bot", bot_id=hearing, webhook=False)
    platform.wait_for(lambda: platform.telegram.webhook_info(hearing)["url"] == "", "no webhook")
