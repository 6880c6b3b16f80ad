"""`courier send` against SQS."""

import json

import pytest

from tests.functional.cli.conftest import Platform


def test_a_message_with_everything(platform: Platform) -> None:
    platform.add_bot(7)
    args = ["send", "7", "-100123", "hi <b>you</b>", "--external-id", "order-5", "--reply-to", "9"]
    args += ["--button", "Yes=callback:yes", "--button", "Site=https://example.org", "--parse-mode", "HTML"]

    result = platform.courier(*args, "--correlation-id", "c-1")

    assert (result.exit_code, result.stdout) == (0, "c-1\n")
    assert "courier trace c-1" in result.stderr
    (message,) = platform.take("courier-bot-7.fifo")
    assert message == {
        "group": "-100123",
        "type": "send_msg",
        "correlation_id": "c-1",
        "data": {
            "bot_id": 7,
            "chat_id": -100123,
            "text": "hi <b>you</b>",
            "external_id": "order-5",
            "reply_to_message_id": 9,
            "parse_mode": "HTML",
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": "Yes", "callback_data": "yes"}],
                    [{"text": "Site", "url": "https://example.org"}],
                ]
            },
        },
    }


def test_the_broadcast_lane_and_text_from_standard_input(platform: Platform) -> None:
    platform.add_bot(7)

    result = platform.courier("send", "7", "@news", "-", "--broadcast", "--json", text="two\nlines\n")

    assert result.exit_code == 0
    posted = json.loads(result.stdout)
    (message,) = platform.take("courier-bot-7-broadcast.fifo")
    assert message["data"] == {"bot_id": 7, "chat_id": "@news", "text": "two\nlines"}
    assert (message["group"], message["correlation_id"]) == ("@news", posted["correlation_id"])
    assert posted["queue"] == "courier-bot-7-broadcast.fifo"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("8", "5", "hi"), 1, "bot 8 has no queue; add it with `courier bots add 8`"),
        (("7", "5", "  "), 1, "data.text: is empty"),
        (("7", "0", "hi"), 1, "data.chat_id"),
        (("7", "name", "hi"), 1, "@name"),
        (("7", "5", "hi", "--button", "No"), 2, "TEXT=callback:DATA"),
        (("7", "5", "hi", "--parse-mode", "html"), 2, "html"),
        (("7", "5", "hi", "--reply-to", "x"), 2, "--reply-to"),
        (("0", "5", "hi"), 2, "BOT_ID"),
        (("7", "5"), 2, "TEXT"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    platform: Platform, args: tuple[str, ...], code: int, says: str
) -> None:
    platform.add_bot(7)

    result = platform.courier("send", *args)

    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert platform.take("courier-bot-7.fifo") == []
