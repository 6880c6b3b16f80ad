"""What became of a batch: the log, the delivery log and the figures."""

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from courier.contracts.outcomes import Outcome
from courier.queues.names import Lane
from courier.sender.hold import Hold
from courier.sender.jobs import Refusal
from courier.sender.report import Ending, Report
from tests.support.bots import active_bot
from tests.support.queues import record
from tests.unit.contracts.test_schemas import validator
from tests.unit.sender.messages import job

type Lines = Callable[[], list[dict[str, Any]]]
#: Level of the log line, and status in the delivery log.
OUTCOMES: dict[Outcome, tuple[str, int]] = {
    "delivered": ("INFO", 1),
    "duplicate": ("INFO", 1),
    "expired": ("INFO", 0),
    "superseded": ("INFO", 0),
    "failed": ("WARNING", 0),
    "unknown": ("WARNING", 0),
    "dropped": ("WARNING", 0),
    "retrying": ("WARNING", 0),
}
KEYBOARD = {"inline_keyboard": [[{"text": "Go", "url": "https://example.org"}]]}


def test_no_outcome_was_forgotten() -> None:
    assert OUTCOMES.keys() == set(get_args(Outcome))


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_in_the_log_and_in_the_delivery_log(outcome: Outcome, lines: Lines) -> None:
    report = Report(active_bot(logs=True), Lane.BROADCAST)

    report.note(job(external_id="e"), Ending(outcome, 2, error_code=400, details="why", retry_in=8))

    (line,) = lines()
    level, status = OUTCOMES[outcome]
    told = {"message": outcome, "level": level, "lane": "broadcast", "bot_id": 1, "chat_id": 5, "external_id": "e"}
    assert line.items() >= (told | {"attempts": 2, "error_code": 400, "details": "why", "retry_in": 8}).items()
    (entry,) = report.take_lines()
    written = json.loads(entry.body)
    validator("delivery_log").validate(written)
    assert (written["outcome"], written["status"]) == (outcome, status)
    assert ("sent_at" in written) == (outcome == "delivered")
    assert report.figures == {outcome.capitalize(): 1}


def test_a_line_of_the_delivery_log_is_whole() -> None:
    report = Report(active_bot(logs=True), Lane.REGULAR)
    made = job(text="Hello", external_id=7, message_id=9, reply_to_message_id=8, reply_markup=KEYBOARD)

    report.note(made, Ending("delivered", 1, ids=(77,)))

    (entry,) = report.take_lines()
    assert (entry.group, entry.deduplication_id) == (None, None)
    written = json.loads(entry.body)
    assert written.pop("sent_at") >= written.pop("queued_at")
    assert written == {
        "type": "send_msg",
        "status": 1,
        "outcome": "delivered",
        "bot_id": 1,
        "chat_id": 5,
        "external_id": 7,
        "message_id": 9,
        "sent_msg_id": 77,
        "text": "Hello",
        "reply_markup": KEYBOARD,
        "reply_to_message_id": 8,
        "attempts": 1,
        "correlation_id": "c-test",
    }


def test_a_bot_that_asked_for_no_delivery_log_has_none() -> None:
    report = Report(active_bot(logs=False), Lane.REGULAR)

    report.note(job(), Ending("delivered", 1))

    assert (report.lines, report.take_lines()) == ([], [])


def test_figures_are_one_line_and_zeros_arent_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(active_bot(), Lane.REGULAR)
    report.note(job(), Ending("delivered", 1))
    report.note(job(), Ending("delivered", 1))
    report.refused(Refusal(record("{"), "the body isn't JSON"))
    report.held(3, Hold(1, "the bot's rate"))
    report.figures["RateLimited"] += 0
    capsys.readouterr()

    report.write_figures()

    (written,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert written.items() >= {"lane": "regular", "Delivered": [2.0], "Refused": [1.0], "Held": [3.0]}.items()
    assert "RateLimited" not in written


def test_an_empty_batch_has_no_figures(capsys: pytest.CaptureFixture[str]) -> None:
    Report(active_bot(), Lane.REGULAR).write_figures()

    assert capsys.readouterr().out == ""


def test_a_refusals_reason_is_logged_without_its_token(lines: Lines) -> None:
    Report(active_bot(), Lane.REGULAR).refused(Refusal(record("{"), "refused: 123:" + "Secret-" * 5))

    (line,) = lines()
    assert (line["message"], line["reason"]) == ("refused", "refused: 123:***")
