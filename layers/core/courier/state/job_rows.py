"""A job's rows as DynamoDB has them, all under `media#{hash}`.

`job` is the download, `waiter#{attempt}#{id}` one who waits, `asked#{id}` what became of a request: there as long as
a repeat may come. `stored` and `file#{bot_id}` are in `courier.state.files`. The attribute `kind` is the index's: a job
has it as long as somebody has to look after it.
"""

from typing import Any

from courier.state.conditional import Expression
from courier.state.items import fields_of, item_of
from courier.state.media import End, Job, Waiter

#: What the index lists jobs under.
JOB_KIND = {"S": "job"}
#: Seconds for which the end of a request is remembered, as long as a processed update: then no repeat comes.
ASKED_S = 25 * 3600


def key(content: str, sk: str) -> dict[str, Any]:
    """The key of one of the rows of a hash."""
    return {"pk": {"S": f"media#{content}"}, "sk": {"S": sk}}


def job_of(item: dict[str, Any]) -> Job:
    """A job's row read."""
    return Job.model_validate(fields_of(item, Job) | {"hash": item["pk"]["S"].removeprefix("media#")})


def waiter_of(item: dict[str, Any]) -> Waiter:
    """A waiter's row read."""
    return Waiter.model_validate(fields_of(item, Waiter))


def waiters_until(content: str, attempt: int) -> Expression:
    """Whose rows belong to an attempt or to one before: those of an attempt that died are the next one's."""
    return {
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {
            ":pk": {"S": f"media#{content}"},
            ":first": {"S": "waiter#"},
            ":last": {"S": f"waiter#{attempt + 1:06d}"},
        },
    }


def overdue(now: int) -> Expression:
    """Jobs that somebody has to look after now."""
    return {
        "KeyConditionExpression": "kind = :job",
        "FilterExpression": "deadline_at <= :now",
        "ExpressionAttributeValues": {":job": JOB_KIND, ":now": number(now)},
    }


def number(value: int) -> dict[str, Any]:
    """A number as an attribute."""
    return {"N": str(value)}


def new_waiter(content: str, waiter: Waiter) -> list[tuple[str, Expression]]:
    """A waiter's rows, unless its request has been seen."""
    asked = {
        **key(content, f"asked#{waiter.waiter_id}"),
        "attempt": number(waiter.attempt),
        "expires_at": number(waiter.joined_at + ASKED_S),
    }
    row = {**key(content, waiter_sk(waiter.attempt, waiter.waiter_id)), **item_of(waiter)}
    return [("Put", {"Item": asked, "ConditionExpression": "attribute_not_exists(pk)"}), ("Put", {"Item": row})]


def no_waiter(content: str, attempt: int, waiter_id: str, end: End, now: int) -> list[tuple[str, Expression]]:
    """The end of a wait, if it hasn't ended."""
    gone = {"Key": key(content, waiter_sk(attempt, waiter_id)), "ConditionExpression": "attribute_exists(pk)"}
    return [("Delete", gone), ("Put", {"Item": ended(content, waiter_id, end, now)})]


def ended(content: str, waiter_id: str, end: End, now: int) -> dict[str, Any]:
    """What is kept of a request whose wait is over."""
    marks = {"ended": {"S": end}, "expires_at": number(now + ASKED_S)}
    return {**key(content, f"asked#{waiter_id}"), **marks}


def waiter_sk(attempt: int, waiter_id: str) -> str:
    """The sort key of a waiter: attempts sort as numbers do."""
    return f"waiter#{attempt:06d}#{waiter_id}"
