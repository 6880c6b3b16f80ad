"""One call: what each answer means for its message, and how long it pauses."""

import pytest

from courier.errors import (
    AlreadyDoneError,
    AnswerLostError,
    MigratedError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    TelegramError,
    TokenRefusedError,
    UnreachableError,
)
from courier.sender.attempt import (
    LONGEST_PAUSE_S,
    OUTAGE_PAUSE_S,
    PATIENT_ATTEMPTS,
    Again,
    Delivered,
    GivenUp,
    attempt,
    pause_after,
)
from tests.support.telegram import FakeTelegram
from tests.unit.sender.messages import job

#: What becomes of a message by its `on_unknown`; None where the error is another's affair.
ERRORS: dict[TelegramError, tuple[object, object]] = {
    AlreadyDoneError("not modified", code=400): (Delivered, Delivered),
    ServerFaultError("Bad Gateway", code=502): (Again, Again),
    NotSentError("no connection"): (Again, Again),
    AnswerLostError("no answer"): (Again, GivenUp),
    RejectedError("chat not found", code=400): (GivenUp, GivenUp),
    UnreachableError("blocked", code=403): (None, None),
    RateLimitedError("flood", code=429, retry_after_s=7): (None, None),
    TokenRefusedError("Unauthorized", code=401): (None, None),
    MigratedError("moved", code=400, new_chat_id=-5): (None, None),
}


def test_no_error_of_telegram_was_forgotten() -> None:
    assert {type(error) for error in ERRORS} == set(TelegramError.__subclasses__())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("on_unknown", ["retry", "drop"])
async def test_what_an_error_means_for_the_message(error: TelegramError, on_unknown: str) -> None:
    telegram = FakeTelegram(react=lambda _: error)
    expected = ERRORS[error][on_unknown == "drop"]

    if expected is None:
        with pytest.raises(type(error)):
            await attempt(telegram, "1:fake", job(on_unknown=on_unknown), 0, 0)
        return
    result = await attempt(telegram, "1:fake", job(on_unknown=on_unknown), 0, 0)

    assert type(result) is expected
    if isinstance(result, GivenUp):
        # A lost answer is no dead letter: whoever redrives it would send it twice.
        assert result.is_dead is not isinstance(error, AnswerLostError)
        assert result.outcome == ("failed" if result.is_dead else "unknown")


@pytest.mark.parametrize(
    ("answer", "ids"),
    [({"message_id": 7}, (7,)), ([{"message_id": 8}, {"message_id": 9}], (8, 9)), ({"message_id": "7"}, ()), ({}, ())],
)
async def test_telegrams_name_for_the_message_is_kept(answer: dict[str, object], ids: tuple[int, ...]) -> None:
    result = await attempt(FakeTelegram(react=lambda _: answer), "1:fake", job(), 0, 0)

    assert result == Delivered(ids)


@pytest.mark.parametrize(
    ("attempts", "shortest", "longest"),
    [
        (1, 1, 1),
        (2, 1, 3),
        (3, 3, 5),
        (5, 12, 20),
        (7, 45, 75),
        (PATIENT_ATTEMPTS, 45, 75),
        (PATIENT_ATTEMPTS + 1, 675, 1125),
        (10_000, 675, 1125),
    ],
)
def test_pauses_double_within_bounds(attempts: int, shortest: int, longest: int) -> None:
    pauses = [pause_after(attempts) for _ in range(300)]

    assert shortest <= min(pauses) <= max(pauses) <= longest
    assert all(isinstance(pause, int) for pause in pauses)


def test_a_crowd_that_failed_together_doesnt_come_back_together() -> None:
    assert len({pause_after(7) for _ in range(300)}) > 10


def test_an_outage_of_a_week_stays_under_sqss_thousand_receives() -> None:
    week_s = 7 * 24 * 3600
    shortest = 0.75 * (PATIENT_ATTEMPTS * LONGEST_PAUSE_S / 2 + (1000 - PATIENT_ATTEMPTS) * OUTAGE_PAUSE_S)

    assert shortest > week_s
