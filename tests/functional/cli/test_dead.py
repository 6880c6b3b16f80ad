"""`courier dead` against SQS."""

import json

import pytest

from tests.functional.cli.conftest import Platform


def test_letters_are_shown_and_stay(platform: Platform) -> None:
    for number in range(12):
        platform.bury(f"letter {number}", f"reason {number}", f"c-{number}", group=f"7:{number}")

    for _ in range(2):
        result = platform.courier("dead", "list")
        assert result.exit_code == 0
        assert [f"reason {number}" in result.stdout for number in range(12)] == [True] * 12
        assert "12 dead letters." in result.stderr


def test_letters_for_programs(platform: Platform) -> None:
    platform.bury("a", "data.text: is missing", "c-1")

    (letter,) = json.loads(platform.courier("dead", "list", "--json").stdout)["letters"]

    expected = {"reason": "data.text: is missing", "source": "courier-control.fifo", "correlation_id": "c-1"}
    assert expected.items() <= letter.items()
    assert json.loads(letter["body"]) == {"name": "a"}


def test_a_limit(platform: Platform) -> None:
    for number in range(5):
        platform.bury(f"letter {number}", "r", "c", group=f"7:{number}")

    result = platform.courier("dead", "list", "--limit", "2")

    assert "letter 1" in result.stdout
    assert "letter 2" not in result.stdout
    assert "2 of about 5 dead letters; --limit shows more." in result.stderr


def test_more_of_one_chat_than_sqs_shows(platform: Platform) -> None:
    for number in range(11):
        platform.bury(f"letter {number}", "r", "c", group="7:5")

    result = platform.courier("dead", "list")

    assert "10 of about 11 dead letters. SQS hands out ten of one chat at most" in result.stderr


def test_letters_that_another_reader_holds(platform: Platform) -> None:
    platform.bury("a", "r", "c")
    platform.take("courier-dead.fifo")

    result = platform.courier("dead", "list")

    assert result.stdout == ""
    assert "all held by another reader" in result.stderr


def test_no_letters(platform: Platform) -> None:
    result = platform.courier("dead", "list")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No dead letters.\n")


def test_no_such_stack(platform: Platform) -> None:
    result = platform.courier("dead", "list", "--stack", "other")
    assert result.exit_code == 1
    assert "other-dead.fifo" in result.stderr


def test_a_long_hostile_body_is_one_line(platform: Platform) -> None:
    platform.bury("\x1b[31m" + "x" * 500 + "\n", "bad \x1b[0m\nreason", "c")

    result = platform.courier("dead", "list")

    assert result.stdout.count("\n") == 3
    assert "\x1b" not in result.stdout
    assert "…" in result.stdout


def bury_text(platform: Platform, text: str, chat: int = 5, bot: int = 7) -> None:
    body = {"type": "send_msg", "data": {"bot_id": bot, "chat_id": chat, "text": text}, "correlation_id": f"c-{text}"}
    source = f"courier-bot-{bot}.fifo"
    platform.bury(text, "403 blocked", f"c-{text}", group=f"{bot}:{chat}", body=json.dumps(body), source=source)


def test_letters_go_back_in_their_order(platform: Platform) -> None:
    platform.add_bot(7)
    for number in range(13):
        bury_text(platform, f"m{number}")

    result = platform.courier("dead", "redrive", "--bot", "7")

    assert (result.exit_code, result.stdout) == (0, "13 letters redriven, about 0 left.\n")
    first = platform.take("courier-bot-7.fifo")
    assert [message["data"]["text"] for message in first] == [f"m{number}" for number in range(10)]
    assert (first[3]["group"], first[3]["correlation_id"]) == ("5", "c-m3")
    assert platform.courier("dead", "list").stderr == "No dead letters.\n"


def test_a_letter_whose_queue_is_gone_stays(platform: Platform) -> None:
    platform.add_bot(7)
    bury_text(platform, "a", bot=8)
    bury_text(platform, "b")

    result = platform.courier("dead", "redrive", "--all", "--json")

    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (len(found["redriven"]), found["left"]) == (1, 1)
    assert found["stayed"][0]["why"] == "its queue courier-bot-8.fifo doesn't exist any more"
    assert [message["data"]["text"] for message in platform.take("courier-bot-7.fifo")] == ["b"]


def test_a_masked_token_is_asked_for(platform: Platform) -> None:
    body = json.dumps({"type": "add_bot", "data": {"bot_id": 7, "token": "***"}})
    platform.bury("a", "the Bot API is away", "c-1", body=body)

    without = platform.courier("dead", "redrive", "--all")
    unclear = platform.courier("dead", "redrive", "--all", "--token-stdin", text="1:fake-token")
    done = platform.courier("dead", "redrive", "--bot", "7", "--token-env", "BOT_TOKEN", BOT_TOKEN="1:fake-token")

    assert (without.exit_code, "its token is masked" in without.stderr) == (1, True)
    assert (unclear.exit_code, "one bot's" in unclear.stderr) == (2, True)
    assert done.exit_code == 0
    assert "fake-token" not in without.output + unclear.output + done.output
    (message,) = platform.take("courier-control.fifo")
    assert (message["group"], message["data"]) == ("7", {"bot_id": 7, "token": "1:fake-token"})


def test_one_letter_whole(platform: Platform) -> None:
    bury_text(platform, "hello")
    (letter,) = json.loads(platform.courier("dead", "list", "--json").stdout)["letters"]

    result = platform.courier("dead", "show", letter["message_id"][:8])

    assert "403 blocked" in result.stdout
    assert '    "text": "hello"' in result.stdout
    assert json.loads(platform.courier("dead", "show", letter["message_id"], "--json").stdout) == letter
    assert platform.courier("dead", "show", "00000000").exit_code == 1


def test_dropping_asks_first(platform: Platform) -> None:
    for chat in range(3):
        bury_text(platform, f"m{chat}", chat + 1)
    letters = json.loads(platform.courier("dead", "list", "--json").stdout)["letters"]

    assert platform.courier("dead", "drop", "--all").exit_code == 2
    one = platform.courier("dead", "drop", letters[1]["message_id"], "--yes", "--json")
    rest = platform.courier("dead", "drop", "--all", "--yes")

    assert json.loads(one.stdout) == {"dropped": [letters[1]["message_id"]], "stayed": [], "left": 2}
    assert rest.stdout == "2 letters dropped, about 0 left.\n"


@pytest.mark.parametrize("command", ["redrive", "drop"])
def test_nothing_is_done_to_letters_that_nobody_named(platform: Platform, command: str) -> None:
    bury_text(platform, "a")

    assert platform.courier("dead", command).exit_code == 2
    assert platform.courier("dead", command, "--bot", "9").exit_code == 1
    assert "1 dead letter." in platform.courier("dead", "list").stderr
