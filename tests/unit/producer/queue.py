"""SQS as the producer uses it: takes batches, and refuses what a test says."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from courier.producer import Producer

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

type Fault = dict[str, Any] | Exception | None


@dataclass
class FakeSqs:
    """FIFO queues that remember what they took, in its order.

    Attributes:
        react: What a message meets: a fault of its own, an exception for its whole request, or nothing.
    """

    queues: set[str] = field(default_factory=set)
    react: Callable[[dict[str, Any]], Fault] = lambda _: None
    taken: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    requests: list[list[dict[str, Any]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def get_queue_url(self, **asked: str) -> dict[str, str]:
        name = asked["QueueName"]
        self.asked.append(name)
        if name not in self.queues:
            raise missing_queue()
        return {"QueueUrl": f"https://sqs.test/{name}"}

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        entries: list[dict[str, Any]] = asked["Entries"]
        assert 1 <= len(entries) <= 10
        assert sum(len(entry["MessageBody"]) for entry in entries) <= 1024 * 1024
        self.requests.append(entries)
        faults = {entry["Id"]: self.react(entry) for entry in entries}
        for fault in faults.values():
            if isinstance(fault, Exception):
                raise fault
        queue = asked["QueueUrl"].rpartition("/")[2]
        good = [entry for entry in entries if faults[entry["Id"]] is None]
        self.taken[queue] += good
        return {
            "Successful": [
                {"Id": entry["Id"], "MessageId": f"sqs-{entry['MessageDeduplicationId']}"} for entry in good
            ],
            "Failed": [{"Id": name, "Code": "InternalError"} | fault for name, fault in faults.items() if fault],  # type: ignore[operator]
        }

    def producer(self) -> Producer:
        return Producer(stack="courier", sqs=cast("SQSClient", self), sleep=self.pauses.append)

    def bodies(self, queue: str, group: str | None = None) -> list[str]:
        return [entry["MessageBody"] for entry in self.taken[queue] if group in (None, entry["MessageGroupId"])]


def missing_queue() -> ClientError:
    return ClientError({"Error": {"Code": "AWS.SimpleQueueService.NonExistentQueue"}}, "GetQueueUrl")
