"""One call for one message, and what its answer means for it."""

import random
from dataclasses import dataclass
from typing import Any

from courier.contracts.outcomes import Outcome
from courier.errors import (
    AlreadyDoneError,
    AnswerLostError,
    NotSentError,
    RejectedError,
    ServerFaultError,
    TelegramError,
)
from courier.sender.jobs import Job
from courier.telegram.client import CallsTelegram

#: Seconds of the longest ordinary pause between two attempts.
LONGEST_PAUSE_S = 60
#: After so many attempts Telegram is in for a long outage: pauses of a quarter of an hour keep a message under SQS's
#: thousand receives for more than a week.
PATIENT_ATTEMPTS = 100
OUTAGE_PAUSE_S = 900


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is done; `ids` are what Telegram calls the new messages: one, an album's, or none."""

    ids: tuple[int, ...] = ()
    details: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """It must be tried again after a pause (seconds)."""

    pause_s: int
    error: TelegramError


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It will not be tried again; `is_dead` if it belongs among the dead letters."""

    outcome: Outcome
    error: TelegramError
    is_dead: bool


Result = Delivered | Again | GivenUp


async def attempt(telegram: CallsTelegram, token: str, job: Job, part: int, calls_before: int) -> Result:
    """Make one of a job's calls.

    Args:
        part: Its number, from 0.
        calls_before: Calls that were made for this message already.

    Raises:
        RateLimitedError: a 429, which is the pace's affair.
        TokenRefusedError: a 401, which is the bot's.
        UnreachableError: a 403, which is worth remembering.
        MigratedError: the chat has a new id, which is the caller's to try.
    """
    try:
        answer = await telegram.call(token, job.calls[part].method, job.calls[part].params)
    except AlreadyDoneError as error:
        return Delivered(details=error.description)
    except (ServerFaultError, NotSentError) as error:
        return Again(pause_after(calls_before + 1), error)
    except AnswerLostError as error:
        if job.message.on_unknown == "drop":
            return GivenUp("unknown", error, is_dead=False)
        return Again(pause_after(calls_before + 1), error)
    except RejectedError as error:
        return GivenUp("failed", error, is_dead=True)
    return Delivered(_message_ids(answer))


def pause_after(attempts: int) -> int:
    """Seconds to wait after so many attempts: doubled each time, jittered, and bounded."""
    longest = LONGEST_PAUSE_S if attempts <= PATIENT_ATTEMPTS else OUTAGE_PAUSE_S
    pause = min(longest, 1 << min(attempts - 1, 10))
    # Jitter keeps a crowd that failed together from coming back together; it is no secret.
    return max(1, round(pause * random.uniform(0.75, 1.25)))  # noqa: S311


def _message_ids(answer: Any) -> tuple[int, ...]:
    several = answer if isinstance(answer, list) else [answer]
    named = (one.get("message_id") for one in several if isinstance(one, dict))
    return tuple(message_id for message_id in named if type(message_id) is int)
