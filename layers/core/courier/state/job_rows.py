"""A job's rows as DynamoDB has them, all under `media#{hash}`.

`job` is the download, `waiter#{attempt}#{id}` one who waits, `asked#{id}` what became of a request: there as long as
a repeat may come. Whoever may take requests back has them under `wants#{bot_id}:{user_id}` as well, as long as they
wait; see `courier.state.wants`. `stored`, `file#{bot_id}`, `unsendable#{bot_id}` and `upload#{bot_id}` are in
`courier.state.files`. The attribute `kind` is the index's: a job has it as long as somebody has to look after it.
"""

from typing import Any

from courier.state.conditional import Expression
from courier.state.items import fields_of, item_of
from courier.state.media import End, Job, Request, Waiter, Want

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


def want_key(bot_id: int, user_id: int, waiter_id: str) -> dict[str, Any]:
    """The key of a request among those of its user."""
    return {"pk": {"S": f"wants#{bot_id}:{user_id}"}, "sk": {"S": waiter_id}}


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


def new_waiter(request: Request, waiter: Waiter) -> list[tuple[str, Expression]]:
    """A waiter's rows, unless its request has been seen."""
    content = request.hash
    asked = {
        **key(content, f"asked#{waiter.waiter_id}"),
        "attempt": number(waiter.attempt),
        "expires_at": number(waiter.joined_at + ASKED_S),
    }
    row = {**key(content, waiter_sk(waiter.attempt, waiter.waiter_id)), **item_of(waiter)}
    rows: list[tuple[str, Expression]] = [
        ("Put", {"Item": asked, "ConditionExpression": "attribute_not_exists(pk)"}),
        ("Put", {"Item": row}),
    ]
    if waiter.user_id is None:
        return rows
    want = Want(waiter_id=waiter.waiter_id, hash=content, url=request.url, chat_id=waiter.chat_id)
    item = {**want_key(waiter.bot_id, waiter.user_id, waiter.waiter_id), **item_of(want)}
    return [*rows, ("Put", {"Item": item})]


def no_waiter(content: str, waiter: Waiter, end: End, now: int) -> list[tuple[str, Expression]]:
    """The end of a wait, if it hasn't ended."""
    sk = waiter_sk(waiter.attempt, waiter.waiter_id)
    marks = {"ended": {"S": end}, "expires_at": number(now + ASKED_S)}
    rows: list[tuple[str, Expression]] = [
        ("Delete", {"Key": key(content, sk), "ConditionExpression": "attribute_exists(pk)"}),
        ("Put", {"Item": {**key(content, f"asked#{waiter.waiter_id}"), **marks}}),
    ]
    if waiter.user_id is None:
        return rows
    return [*rows, ("Delete", {"Key": want_key(waiter.bot_id, waiter.user_id, waiter.waiter_id)})]


def waiter_sk(attempt: int, waiter_id: str) -> str:
    """The sort key of a waiter: attempts sort as numbers do."""
    return f"waiter#{attempt:06d}#{waiter_id}"
