"""What is remembered of a download: the job, who waits for it, what was stored, and each bot's `file_id`."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

#: How many are remembered who got a file by a call: repeats of them come soon.
MOST_GIVEN = 20


class JobState(StrEnum):
    """What became of a job's last attempt. All but `running` are ends, which say nothing yet of who was answered."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class End(StrEnum):
    """How a waiter's wait ended."""

    ANSWERED = "answered"
    CANCELLED = "cancelled"


class _Row(BaseModel):
    """Newer code may have written more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Waiter(_Row):
    """One request of one user.

    Attributes:
        waiter_id: Names the request, for ever: it is its answer's `external_id`.
        reply_to: The message that asked, which the answer replies to.
        joined_at: When it joined, in seconds since 1970; its table says so.
        attempt: The attempt that it joined; its table says so.
    """

    waiter_id: str
    bot_id: int
    chat_id: int | str
    reply_to: int | None = None
    thread_id: int | None = None
    user_id: int | None = None
    correlation_id: str = ""
    joined_at: int = 0
    attempt: int = 0


class Want(_Row):
    """A request that its user can still take back.

    Attributes:
        url: As this user named it.
    """

    waiter_id: str
    hash: str
    url: str
    chat_id: int | str


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants something.

    Attributes:
        hash: Names what is wanted: SHA-256 of identity, kind and quality.
        url: Where it is, as this user named it.
        media: `video` or `audio`. (`kind` is what the table's index goes by.)
    """

    hash: str
    url: str
    media: str
    quality: str
    waiter: Waiter


class Job(_Row):
    """The download of one thing. Times are whole seconds since 1970.

    Attributes:
        hash: Names what is downloaded; it is part of the row's key.
        attempt: Counts executions. It only grows, as no two executions may have one name.
        tries: Attempts since somebody asked: how often it was started again.
        waiting: How many wait; it always equals the number of their rows.
        is_stored: Whether the file was there when somebody asked: the execution has only to deliver it.
        deliveries: Executions after the attempt's own, which answer those whom that left behind.
        is_begun: Whether the attempt's execution has been seen alive.
        before: An attempt whose execution is to be stopped before this one's is started; 0 if there is none.
        deadline_at: When somebody has to look after it; None where nobody has to: all were answered.
        failure: Why it failed, by `Failure`'s word; None if it didn't.
        detail: The same for logs.
        correlation_id: Of the request that started the attempt.
    """

    hash: str
    state: str
    attempt: int
    url: str
    media: str
    quality: str
    correlation_id: str = ""
    tries: int = 1
    waiting: int = 0
    is_stored: bool = False
    deliveries: int = 0
    is_begun: bool = False
    before: int = 0
    started_at: int = 0
    deadline_at: int | None = None
    failure: str | None = None
    detail: str = ""

    @property
    def execution(self) -> str:
        """The execution's name: a second start of it is none.

        >>> Job(hash="0f", state="running", attempt=2, url="", media="video", quality="best").execution
        '0f-2'
        >>> Job(hash="0f", state="failed", attempt=2, url="", media="video", quality="best", deliveries=1).execution
        '0f-2-1'
        """
        name = execution_of(self.hash, self.attempt)
        return f"{name}-{self.deliveries}" if self.deliveries else name


def execution_of(content: str, attempt: int) -> str:
    """The name of a job's execution: 80 characters at most, for a SHA-256 in hex."""
    return f"{content}-{attempt}"


class StoredFile(_Row):
    """A file in the store.

    Attributes:
        key: The object's.
        sha256: Of its bytes, in hex.
        performer: Who made it; empty where nobody knows.
        duration: Seconds.
        stored_at: Seconds since 1970.
    """

    key: str
    bytes: int
    sha256: str
    title: str = ""
    performer: str = ""
    duration: int | None = None
    width: int | None = None
    height: int | None = None
    stored_at: int = 0


class FileId(_Row):
    """What Telegram calls a file that a bot has uploaded; it means nothing to other bots.

    Attributes:
        media: As what Telegram took it: `video`, `audio`, `document`, `animation` (a video without sound).
        waiter_ids: The last who got it by a call and not by the queue, and need no other answer.
        saved_at: When Telegram named it so, or took it under that name, in seconds since 1970.
    """

    file_id: str
    media: str
    waiter_ids: tuple[str, ...] = ()
    saved_at: int = 0

    @field_validator("waiter_ids", mode="before")
    @classmethod
    def _read(cls, ids: Any) -> Any:
        return json.loads(ids) if isinstance(ids, str) else ids

    def given_to(self, *waiter_ids: str) -> "FileId":
        """The same, which these have too.

        >>> FileId(file_id="AgAD", media="video").given_to("1-5").given_to("1-6").waiter_ids
        ('1-5', '1-6')
        """
        return self.model_copy(update={"waiter_ids": (*self.waiter_ids, *waiter_ids)[-MOST_GIVEN:]})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        failure: `Failure`'s word; None of a success, whose file is in the store.
        detail: For logs, never for users.
    """

    failure: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """The waiter waits with others, and had perhaps done so before."""

    job: Job


@dataclass(frozen=True, slots=True)
class Started:
    """The waiter is the first of a new attempt: its execution is to be started."""

    job: Job


@dataclass(frozen=True, slots=True)
class Stored:
    """Nothing runs, and the file was there. The waiter was not put anywhere: it joins once that has been looked at."""

    file: StoredFile


@dataclass(frozen=True, slots=True)
class Known:
    """The request is a repeat, and its wait is over."""

    end: str


type Joining = Joined | Started | Stored | Known


@dataclass(frozen=True, slots=True)
class Left:
    """What became of a waiter who leaves.

    Attributes:
        end: How its wait ended, now or before; None of one that nobody knows.
        alone: The attempt whose execution nobody waits for any more, and that has to be stopped.
    """

    end: str | None
    alone: int | None = None

    @property
    def was_last(self) -> bool:
        """Whether there is an execution to be stopped."""
        return self.alone is not None
