"""Event source mappings: what Lambda is asked for."""

from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from courier.control.resources import Mappings
from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

QUEUE = "arn:aws:sqs:eu-west-1:1:courier-bot-1.fifo"
SENDER = "arn:aws:lambda:eu-west-1:1:function:courier-sender"
SETTINGS = {
    "FunctionName": SENDER,
    "BatchSize": 10,
    "ScalingConfig": {"MaximumConcurrency": 5},
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "Enabled": True,
}


class FakeLambda:
    """Mappings by queue; `error` is what each call that changes something meets."""

    exceptions = boto3.client("lambda", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x").exceptions

    def __init__(self) -> None:
        self.mappings: dict[str, dict[str, Any]] = {}
        self.error: Exception | None = None
        self.is_unlisted = False

    def list_event_source_mappings(self, *, EventSourceArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        listed = EventSourceArn in self.mappings and not self.is_unlisted
        return {"EventSourceMappings": [{"UUID": EventSourceArn}] if listed else []}

    def create_event_source_mapping(self, *, EventSourceArn: str, **settings: Any) -> None:  # noqa: N803
        self._fail()
        if EventSourceArn in self.mappings:
            raise self.exceptions.ResourceConflictException({"Error": {}}, "CreateEventSourceMapping")
        self.mappings[EventSourceArn] = settings

    def update_event_source_mapping(self, *, UUID: str, **settings: Any) -> None:  # noqa: N803
        self._fail()
        self.mappings[UUID] |= settings

    def _fail(self) -> None:
        if self.error:
            raise self.error


def ensure(fake: FakeLambda) -> None:
    Mappings(cast("LambdaClient", fake), SENDER, 5).ensure(QUEUE)


def test_a_queue_is_led_to_the_sender() -> None:
    fake = FakeLambda()

    ensure(fake)

    assert fake.mappings == {QUEUE: SETTINGS}


def test_a_second_time_makes_no_second_one() -> None:
    fake = FakeLambda()

    ensure(fake)
    ensure(fake)

    assert fake.mappings == {QUEUE: SETTINGS}


def test_one_that_was_disabled_or_changed_is_mended() -> None:
    fake = FakeLambda()
    fake.mappings[QUEUE] = SETTINGS | {"Enabled": False, "BatchSize": 1, "FunctionName": "another"}

    ensure(fake)

    assert fake.mappings == {QUEUE: SETTINGS}


def test_one_that_was_made_this_very_moment_is_as_good() -> None:
    fake = FakeLambda()
    ensure(fake)
    fake.is_unlisted = True

    ensure(fake)

    assert fake.mappings == {QUEUE: SETTINGS}


@pytest.mark.parametrize("is_there", [False, True], ids=["create", "update"])
@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "CreateEventSourceMapping"),
        ClientError({"Error": {"Code": "ResourceInUseException"}}, "UpdateEventSourceMapping"),
        ConnectTimeoutError(endpoint_url="https://lambda.test"),
    ],
)
def test_lambda_that_cant_do_it_now_is_one_error(error: Exception, *, is_there: bool) -> None:
    fake = FakeLambda()
    if is_there:
        ensure(fake)
    fake.error = error

    with pytest.raises(StateUnavailableError, match=r"courier-bot-1\.fifo"):
        ensure(fake)
