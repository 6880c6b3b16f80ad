"""`courier dead list` against SQS."""

import json

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
