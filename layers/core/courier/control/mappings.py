"""The event source mappings that lead bots' queues to the sender. Lambda gives its account 15 such calls a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError, TryLaterError

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef

#: States of a mapping that hands messages out, or will.
_ON = {"Creating", "Enabling", "Enabled", "Updating"}
#: Seconds until Lambda has taken a mapping away.
_DELETING_S = 10


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a queue is led to the sender.

    Attributes:
        is_current: Whether it is as this stack is configured now.
    """

    is_enabled: bool
    is_current: bool


class Mappings:
    """The mappings of bots' queues.

    Args:
        function_arn: The sender's.
        concurrency: Batches of one queue that may be sent at once, 2 to 1000.
    """

    def __init__(self, client: "LambdaClient", function_arn: str, concurrency: int) -> None:
        self._client = client
        self._function_arn = function_arn
        self._concurrency = concurrency

    def ensure(self, queue_arn: str, *, enabled: bool = True) -> None:
        """Make the queue's mapping, or mend the one that is there. A disabled one isn't made where none is.

        Raises:
            TryLaterError: while Lambda still takes an old one away.
            StateUnavailableError: if Lambda can't be asked, or is still busy with the last change.
        """
        with self._one_error(queue_arn):
            found = self._of(queue_arn)
            if not found:
                if enabled:
                    self._create(queue_arn)
                return
            if found[0].get("State") == "Deleting":
                raise TryLaterError(f"the old mapping of {queue_arn} is being deleted", after_s=_DELETING_S)
            if self._mapped(found[0]) != Mapped(enabled, is_current=True):
                self._client.update_event_source_mapping(UUID=found[0]["UUID"], Enabled=enabled, **self._settings())

    def delete(self, queue_arn: str) -> None:
        """Take the queue's mapping away; it may be gone already.

        Raises:
            StateUnavailableError: if Lambda can't do it now.
        """
        with self._one_error(queue_arn):
            for mapping in self._of(queue_arn):
                if mapping.get("State") != "Deleting":
                    self._delete(mapping["UUID"])

    def by_queue(self) -> dict[str, Mapped]:
        """All that lead to the sender, by the queue's name: a call for every hundred.

        Raises:
            StateUnavailableError: if Lambda can't be asked.
        """
        with self._one_error("all queues"):
            pages = self._client.get_paginator("list_event_source_mappings").paginate(FunctionName=self._function_arn)
            return {
                mapping["EventSourceArn"].rpartition(":")[2]: self._mapped(mapping)
                for page in pages
                for mapping in page["EventSourceMappings"]
                if mapping.get("State") != "Deleting"
            }

    def _of(self, queue_arn: str) -> list["EventSourceMappingConfigurationTypeDef"]:
        return self._client.list_event_source_mappings(EventSourceArn=queue_arn)["EventSourceMappings"]

    def _create(self, queue_arn: str) -> None:
        try:
            self._client.create_event_source_mapping(EventSourceArn=queue_arn, Enabled=True, **self._settings())
        except self._client.exceptions.ResourceConflictException:
            # Lambda made it between the list and this call: an earlier try of the same message.
            return

    def _delete(self, uuid: str) -> None:
        try:
            self._client.delete_event_source_mapping(UUID=uuid)
        except self._client.exceptions.ResourceNotFoundException:
            return

    def _mapped(self, found: "EventSourceMappingConfigurationTypeDef") -> Mapped:
        settings = self._settings()
        is_current = found.get("FunctionArn") == settings.pop("FunctionName")
        return Mapped(
            is_enabled=found.get("State") in _ON,
            is_current=is_current and all(found.get(name) == value for name, value in settings.items()),
        )

    def _settings(self) -> dict[str, Any]:
        return {
            "FunctionName": self._function_arn,
            "BatchSize": 10,
            "ScalingConfig": {"MaximumConcurrency": self._concurrency},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        }

    @contextmanager
    def _one_error(self, what: str) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"mapping of {what}: {error}") from error
