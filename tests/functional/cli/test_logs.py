"""`courier logs` and `courier trace` against CloudWatch Logs."""

import json
from typing import Any

import pytest

from cli.loglines import STAGES
from tests.functional.cli.conftest import Platform


def line(message: str, correlation_id: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"level": "INFO", "message": message, "correlation_id": correlation_id, "service": "x"} | fields


def words(text: str) -> list[str]:
    """The messages of rendered lines: what stands behind date, time, level and stage."""
    return [row.split()[4] for row in text.splitlines()]


@pytest.fixture
def story(platform: Platform) -> Platform:
    """One message's way, and what else is written."""
    platform.write("sender", line("third", "c-1", type="send_msg", bot_id=7, text="a b"), ago_s=1)
    platform.write("control", line("first", "c-1"), ago_s=3)
    platform.write("sender", line("second", "c-1", level="WARNING"), ago_s=2)
    platform.write("api", line("other", "c-2", note="c-1"), ago_s=2.5)
    platform.write("sender", "START RequestId: r", ago_s=2)
    platform.write("sender", {"_aws": {}, "Sent": 1}, ago_s=2)
    platform.write("sender", line("old", "c-1"), ago_s=7200)
    return platform


def test_all_stages_by_time(story: Platform) -> None:
    result = story.courier("logs")

    assert result.exit_code == 0
    assert words(result.stdout) == ["first", "other", "second", "third"]
    assert 'third type=send_msg bot_id=7 text="a b" c-1' in result.stdout


def test_one_stage_alone(story: Platform) -> None:
    assert words(story.courier("logs", "sender").stdout) == ["second", "third"]


def test_further_back(story: Platform) -> None:
    assert words(story.courier("logs", "--since", "3h").stdout)[0] == "old"


@pytest.mark.parametrize(("level", "count"), [("debug", 6), ("INFO", 4), ("warn", 1), ("ERROR", 0)])
def test_levels(story: Platform, level: str, count: int) -> None:
    result = story.courier("logs", "--level", level)

    assert len(result.stdout.splitlines()) == count
    assert ("No lines" in result.stderr) == (count == 0)


def test_lines_for_programs(story: Platform) -> None:
    rows = [json.loads(row) for row in story.courier("logs", "--json", "sender").stdout.splitlines()]

    assert [row["message"] for row in rows] == ["second", "third"]
    assert (rows[1]["bot_id"], rows[1]["stage"]) == (7, "sender")


def test_a_traceback_stands_below_its_line(platform: Platform) -> None:
    platform.write("api", line("bad", exception="Traceback:\n  KeyError", stack_trace={"frames": [1]}))

    rows = platform.courier("logs", "api").stdout.splitlines()

    assert rows[1:] == ["  Traceback:", "    KeyError"]
    assert "frames" not in rows[0]


def test_tokens_in_lines_are_masked(platform: Platform) -> None:
    platform.write("api", "GET /bot1:fake-token-fake/getMe")

    assert "fake-token-fake" not in platform.courier("logs", "api").stdout


def test_a_look_that_goes_on_until_ctrl_c(story: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([lambda: story.write("sender", line("new"))])

    def sleep(_: float) -> None:
        look = next(looks, None)
        if look is None:
            raise KeyboardInterrupt
        look()

    monkeypatch.setitem(_keywords("cli.follow", "followed"), "sleep", sleep)

    result = story.courier("logs", "sender", "--follow")

    assert result.exit_code == 0
    assert words(result.stdout) == ["second", "third", "new"]


def _keywords(module: str, function: str) -> dict[str, Any]:
    """A function's defaults of keywords: a clock that a test may turn."""
    defaults = getattr(__import__(module, fromlist=[function]), function).__kwdefaults__
    assert isinstance(defaults, dict)
    return defaults


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("logs", "webhook"), 1, "There are: api, control, sender."),
        (("logs", "--stack", "other"), 1, "/aws/lambda/other-"),
        (("logs", "--since", "soon"), 2, "10m"),
        (("logs", "--level", "loud"), 2, "WARNING"),
        (("trace", "nonesuch"), 1, "nothing with correlation id nonesuch"),
        (("trace", "c-1", "--since", "1"), 2, "10m"),
    ],
)
def test_what_is_wrong_is_said(story: Platform, args: tuple[str, ...], code: int, says: str) -> None:
    result = story.courier(*args)

    assert result.exit_code == code
    assert says in result.stderr


def test_the_story_of_one_message(story: Platform) -> None:
    story.bury("letter", "it will never work", "c-1")
    story.bury("another", "not ours", "c-2", group="7:6")

    result = story.courier("trace", "c-1")

    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    assert words("\n".join(rows[:4])) == ["old", "first", "second", "third"]
    assert rows[4] == "Dead letter:"
    assert "it will never work" in rows[6]
    assert "not ours" not in result.stdout


def test_a_story_for_programs(story: Platform) -> None:
    story.bury("letter", "it will never work", "c-1")

    found = json.loads(story.courier("trace", "c-1", "--since", "1h", "--json").stdout)

    assert found["correlation_id"] == "c-1"
    assert [row["message"] for row in found["lines"]] == ["first", "second", "third"]
    assert [letter["reason"] for letter in found["dead_letters"]] == ["it will never work"]


def test_a_dead_letter_is_a_story_too(platform: Platform) -> None:
    platform.bury("letter", "it will never work", "c 1")

    result = platform.courier("trace", "c 1")

    # Written as its receivers write it.
    assert (result.exit_code, "c_1" in result.stdout) == (0, True)


#: What the stages write about one update and its answer, in the order in which it happens.
ONE_STORY = [
    ("webhook", "update taken"),
    ("commands", "command carried out"),
    ("commands", "reply queued"),
    ("sender", "retrying"),
    ("sender", "delivered"),
    ("sender", "bot stopped"),
    ("control", "event told"),
    ("api", "asked about"),
]


def test_one_story_over_all_stages_by_time(platform: Platform) -> None:
    """From the webhook to the delivery log, whichever log is read first; other stories of the same batches aside."""
    for stage in ("webhook", "commands"):
        platform.make_log(stage)
    for number, (stage, message) in reversed(list(enumerate(ONE_STORY))):
        platform.write(stage, line(message, "update-1-731"), ago_s=60 - number)
        platform.write(stage, line(message, "update-1-732"), ago_s=60 - number)
        platform.write(stage, line("of no story"), ago_s=60 - number)

    found = json.loads(platform.courier("trace", "update-1-731", "--json").stdout)
    shown = platform.courier("trace", "update-1-731").stdout

    assert [(row["stage"], row["message"]) for row in found["lines"]] == ONE_STORY
    assert [row.split()[3] for row in shown.splitlines()] == [stage for stage, _ in ONE_STORY]
    assert "update-1-732" not in shown


def test_lines_of_one_invocation_stand_by_their_own_time(platform: Platform) -> None:
    """Lambda hands over what a function wrote at once: CloudWatch's time would put stages into a wrong order."""
    platform.make_log("webhook")
    platform.write("sender", line("second", "c-1", timestamp="2026-11-21 10:00:00,200+0000"), ago_s=9)
    platform.write("webhook", line("first", "c-1", timestamp="2026-11-21 10:00:00,100+0000"), ago_s=1)

    found = json.loads(platform.courier("trace", "c-1", "--json").stdout)

    assert [row["message"] for row in found["lines"]] == ["first", "second"]


def test_every_stage_of_the_design_is_read(platform: Platform) -> None:
    for stage in set(STAGES) - {"api", "control", "sender"}:
        platform.make_log(stage)
    for stage in STAGES:
        platform.write(stage, line(f"from-{stage}", "c-1"))

    found = json.loads(platform.courier("trace", "c-1", "--json").stdout)

    assert {row["stage"] for row in found["lines"]} == set(STAGES)
