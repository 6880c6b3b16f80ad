"""How much the queues hold, and for how long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.target import Target

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

#: A queue's name behind the stack's: what it is for, and whose it is.
_NAMES = re.compile(r"(?P<own>control|dead|updates)\.fifo|bot-(?P<bot>\d+)(?P<lane>-broadcast\.fifo|\.fifo|-logs)")
_LANES = {".fifo": "regular", "-broadcast.fifo": "broadcast", "-logs": "logs"}
_OWN_FIRST = ("control", "updates", "dead")
#: CloudWatch: metrics of one request.
_METRICS = 500
#: CloudWatch gets SQS's figures each minute, some minutes late.
_LOOK_BACK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Depth:
    """What a queue holds, as SQS estimates it.

    Attributes:
        waiting: Messages that can be received.
        held: Messages that somebody works on, or that were put off.
    """

    waiting: int
    held: int


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One queue of the stack.

    Attributes:
        kind: `control`, `dead`, `updates`, or a bot's `regular`, `broadcast`, `logs`.
        oldest_s: Age of its oldest message in seconds, some minutes ago; None where nothing tells it.
    """

    queue: str
    kind: str
    bot_id: int | None
    waiting: int
    held: int
    oldest_s: float | None = None

    def words(self) -> str:
        """For people."""
        age = f", the oldest {self.oldest_s:g} s" if self.oldest_s else ""
        return f"{self.waiting} waiting, {self.held} in work{age}"


def depth_of(client: "SQSClient", url: str) -> Depth:
    """What a queue holds now."""
    answer = client.get_queue_attributes(
        QueueUrl=url,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )
    found = answer["Attributes"]
    return Depth(
        waiting=int(found["ApproximateNumberOfMessages"]),
        held=int(found["ApproximateNumberOfMessagesNotVisible"]) + int(found["ApproximateNumberOfMessagesDelayed"]),
    )


class QueueDepths:
    """The queues of one stack.

    Args:
        cloudwatch: Who knows the ages; None where nobody does.
    """

    def __init__(self, sqs: "SQSClient", stack: str, cloudwatch: Any = None) -> None:
        self._sqs = sqs
        self._stack = stack
        self._cloudwatch = cloudwatch

    @classmethod
    def of(cls, target: Target) -> "QueueDepths":
        """Those of a platform; the local stack's emulator has no figures of ages."""
        return cls(target.sqs, target.stack, None if target.local else target.cloudwatch)

    def all(self, prefix: str = "") -> list[QueueDepth]:
        """What each queue holds: the stack's own first, then bots by their numbers."""
        found = [(url, *parts) for url in self._urls(prefix) if (parts := self._parts(url)) is not None]
        ages = self._ages([name for _, name, _, _ in found])
        depths = []
        for url, name, kind, bot_id in found:
            try:
                depth = depth_of(self._sqs, url)
            except self._sqs.exceptions.QueueDoesNotExist:
                continue
            depths.append(QueueDepth(name, kind, bot_id, depth.waiting, depth.held, ages.get(name)))
        return sorted(depths, key=_rank)

    def _urls(self, prefix: str) -> Iterator[str]:
        pages = self._sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix or f"{self._stack}-")
        for page in pages:
            yield from page.get("QueueUrls", [])

    def _parts(self, url: str) -> tuple[str, str, int | None] | None:
        """Name, kind and bot; None for a queue of somebody else, as of a stack whose name begins with this one's."""
        name = url.rpartition("/")[2]
        match = _NAMES.fullmatch(name.removeprefix(f"{self._stack}-"))
        if match is None:
            return None
        if match["own"]:
            return name, match["own"], None
        return name, _LANES[match["lane"]], int(match["bot"])

    def _ages(self, names: list[str]) -> dict[str, float]:
        """The ages of the oldest messages by queue, where CloudWatch tells them."""
        ages: dict[str, float] = {}
        if self._cloudwatch is None:
            return ages
        now = datetime.now(UTC)
        for some in batched(names, _METRICS, strict=False):
            queries = [_query(number, name) for number, name in enumerate(some)]
            try:
                answer = self._cloudwatch.get_metric_data(
                    MetricDataQueries=queries, StartTime=now - _LOOK_BACK, EndTime=now, ScanBy="TimestampDescending"
                )
            except (ClientError, BotoCoreError):
                # No permission, or no such service: depths alone are an answer.
                return ages
            for result in answer["MetricDataResults"]:
                if result["Values"]:
                    ages[some[int(result["Id"].removeprefix("q"))]] = float(result["Values"][0])
        return ages


def _query(number: int, name: str) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": name}],
    }
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}


def _rank(depth: QueueDepth) -> tuple[int, int, int]:
    if depth.bot_id is None:
        return (0, 0, _OWN_FIRST.index(depth.kind))
    return (1, depth.bot_id, list(_LANES.values()).index(depth.kind))
