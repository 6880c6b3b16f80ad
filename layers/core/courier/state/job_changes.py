"""The conditional changes of a job's row: who may make each, and what they must have seen."""

import re
from typing import Any

from courier.state.conditional import Expression
from courier.state.items import item_of
from courier.state.job_rows import JOB_KIND, key, number
from courier.state.media import Job, JobState, Outcome, Request

#: Seconds for which a job that is over keeps its attempt. AWS: an execution's name is taken for 90 days.
COUNTER_S = 100 * 24 * 3600

_RUNS = "#state = :running AND attempt = :attempt"
_PLACEHOLDERS = re.compile(r"[#:]\w+")


def one_more(job: Job) -> Expression:
    """One more waits for an attempt, if that still runs."""
    return _change(job.hash, _RUNS, step=1, attempt=job.attempt)


def one_late(job: Job) -> Expression:
    """One more waits for what is stored and being delivered, if that hasn't come to its end."""
    condition = "#state = :done AND attempt = :attempt AND attribute_exists(deadline_at)"
    return _change(job.hash, condition, step=1, attempt=job.attempt, done=JobState.DONE)


def one_less(content: str) -> Expression:
    """One less waits, whatever the job does."""
    return _change(content, "waiting >= :one", step=-1)


def one_less_of_many(content: str) -> Expression:
    """One less waits, and either others do or nothing runs."""
    return _change(content, "waiting > :one OR (#state <> :running AND waiting >= :one)", step=-1)


def last_less(job: Job, deadline_at: int) -> Expression:
    """The last one who waits for an attempt that runs leaves, and with that it is cancelled."""
    changes = {"state": {"S": JobState.CANCELLED}, "deadline_at": number(deadline_at)}
    return _change(job.hash, f"{_RUNS} AND waiting = :one", changes, step=-1, attempt=job.attempt)


def first(
    request: Request, before: Job | None, now: int, deadline_at: int, *, is_stored: bool
) -> tuple[Job, Expression]:
    """A new attempt, if nobody has made one meanwhile. Who waits from before waits for this one too."""
    job = Job(
        hash=request.hash,
        state=JobState.RUNNING,
        attempt=before.attempt + 1 if before else 1,
        url=request.url,
        media=request.media,
        quality=request.quality,
        correlation_id=request.waiter.correlation_id,
        waiting=before.waiting + 1 if before else 1,
        before=before.attempt if before and is_unstopped(before) else 0,
        is_stored=is_stored,
        started_at=now,
        deadline_at=deadline_at,
    )
    changes = {name: value for name, value in item_of(job).items() if name not in ("hash", "waiting")}
    condition = "#state <> :running AND attempt = :seen" if before else "attribute_not_exists(pk)"
    update = _change(
        job.hash,
        condition,
        changes | {"kind": JOB_KIND},
        step=1,
        remove=("failure", "expires_at"),
        seen=before.attempt if before else None,
    )
    return job, update


def is_unstopped(job: Job) -> bool:
    """Whether it was cancelled and its execution may still run."""
    return job.state == JobState.CANCELLED and job.deadline_at is not None


def again(job: Job, deadline_at: int) -> tuple[Job, Expression]:
    """The next attempt of a job that is stuck, if nobody has looked after it meanwhile."""
    following = job.model_copy(
        update={
            "attempt": job.attempt + 1,
            "before": job.attempt,
            "tries": job.tries + 1,
            "is_stored": False,
            "is_begun": False,
            "deadline_at": deadline_at,
        }
    )
    written = item_of(following)
    changes = {name: written[name] for name in ("attempt", "before", "tries", "is_stored", "is_begun", "deadline_at")}
    condition = "#state = :running AND attempt = :seen AND deadline_at = :due"
    return following, _change(job.hash, condition, changes, seen=job.attempt, due=job.deadline_at)


def alive(content: str, attempt: int, deadline_at: int) -> Expression:
    """An attempt's execution is alive, if it is still the one that runs."""
    changes = {"is_begun": {"BOOL": True}, "deadline_at": number(deadline_at)}
    return _change(content, _RUNS, changes, attempt=attempt)


def closed(content: str, attempt: int, outcome: Outcome, deadline_at: int, due: int | None) -> Expression:
    """An attempt is over, if it still runs, and if its deadline is the one that was seen.

    Whoever saw one isn't the attempt's execution, and has another deliver.
    """
    changes = {
        "state": {"S": JobState.DONE if outcome.failure is None else JobState.FAILED},
        "deadline_at": number(deadline_at),
        "detail": {"S": outcome.detail},
    }
    if outcome.failure is not None:
        changes["failure"] = {"S": outcome.failure}
    if due is not None:
        changes["deliveries"] = number(1)
    condition = _RUNS if due is None else f"{_RUNS} AND deadline_at = :due"
    return _change(content, condition, changes, attempt=attempt, due=due)


def claimed(job: Job, deadline_at: int) -> tuple[Job, Expression]:
    """Somebody looks after a job that is over, if nobody else does."""
    condition = "#state = :was AND attempt = :attempt AND deadline_at = :due"
    following = job.model_copy(update={"deadline_at": deadline_at, "deliveries": job.deliveries + 1})
    changes = {"deadline_at": number(deadline_at), "deliveries": number(following.deliveries)}
    return following, _change(job.hash, condition, changes, attempt=job.attempt, due=job.deadline_at, was=job.state)


def attended(content: str, attempt: int, deadline_at: int) -> Expression:
    """Somebody answers those whom an attempt that is over has left, and nobody else has to."""
    condition = "#state <> :running AND attempt = :attempt AND waiting >= :one"
    return _change(content, condition, {"deadline_at": number(deadline_at)}, attempt=attempt)


def settled(content: str, attempt: int, now: int) -> Expression:
    """Nobody has to look after a job any more: it is over, and nobody waits."""
    return _change(
        content,
        "#state <> :running AND attempt = :attempt AND waiting = :zero",
        {"expires_at": number(now + COUNTER_S)},
        remove=("kind", "deadline_at"),
        attempt=attempt,
    )


def _change(
    content: str,
    condition: str,
    changes: dict[str, Any] | None = None,
    *,
    step: int = 0,
    remove: tuple[str, ...] = (),
    **compared: str | int | None,
) -> Expression:
    """An update of a job's row.

    Args:
        step: By how much the number of those who wait changes.
        compared: Values that the condition names. DynamoDB refuses those that nothing names, so they are left out.
    """
    changes = changes or {}
    sets = [f"#{name} = :new_{name}" for name in changes]
    if step:
        sets.append("#waiting = if_not_exists(#waiting, :zero) + :step")
    update = "SET " + ", ".join(sets)
    if remove:
        update += " REMOVE " + ", ".join(f"#{name}" for name in remove)
    named = set(_PLACEHOLDERS.findall(f"{update} {condition}"))
    values: dict[str, Any] = {f":new_{name}": value for name, value in changes.items()}
    values |= {":running": {"S": JobState.RUNNING}, ":zero": number(0), ":one": number(1), ":step": number(step)}
    for name, value in compared.items():
        values[f":{name}"] = number(value) if isinstance(value, int) else {"S": value}
    names = {f"#{name}": name for name in ("state", "waiting", *changes, *remove)}
    return {
        "Key": key(content, "job"),
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {name: value for name, value in names.items() if name in named},
        "ExpressionAttributeValues": {name: value for name, value in values.items() if name in named},
    }
