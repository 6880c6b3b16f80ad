"""Event source mappings: what Lambda is asked for."""

from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from courier.control.mappings import Mapped, Mappings
from courier.errors import StateUnavailableError, TryLaterError

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
        self.states: dict[str, str] = {}
        self.changes = 0
        self.error: Exception | None = None
        self.is_unlisted = False

    def list_event_source_mappings(self, *, EventSourceArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        listed = EventSourceArn in self.mappings and not self.is_unlisted
        return {"EventSourceMappings": [self._described(EventSourceArn)] if listed else []}

    def get_paginator(self, name: str) -> "FakeLambda":
        assert name == "list_event_source_mappings"
        return self

    def paginate(self, *, FunctionName: str) -> list[dict[str, Any]]:  # noqa: N803
        assert FunctionName == SENDER
        return [{"EventSourceMappings": [self._described(arn)]} for arn in self.mappings]

    def delete_event_source_mapping(self, *, UUID: str) -> None:  # noqa: N803
        self._fail()
        if UUID not in self.mappings:
            raise self.exceptions.ResourceNotFoundException({"Error": {}}, "DeleteEventSourceMapping")
        del self.mappings[UUID]

    def _described(self, arn: str) -> dict[str, Any]:
        settings = self.mappings[arn]
        state = self.states.get(arn) or ("Enabled" if settings["Enabled"] else "Disabled")
        same = {key: settings[key] for key in ("BatchSize", "ScalingConfig", "FunctionResponseTypes")}
        return {"UUID": arn, "EventSourceArn": arn, "State": state, "FunctionArn": settings["FunctionName"]} | same

    def create_event_source_mapping(self, *, EventSourceArn: str, **settings: Any) -> None:  # noqa: N803
        self._fail()
        if EventSourceArn in self.mappings:
            raise self.exceptions.ResourceConflictException({"Error": {}}, "CreateEventSourceMapping")
        self.mappings[EventSourceArn] = settings

    def update_event_source_mapping(self, *, UUID: str, **settings: Any) -> None:  # noqa: N803
        self._fail()
        self.changes += 1
        self.mappings[UUID] |= settings

    def _fail(self) -> None:
        if self.error:
            raise self.error


def mappings(fake: FakeLambda) -> Mappings:
    return Mappings(cast("LambdaClient", fake), SENDER, 5)


def ensure(fake: FakeLambda, *, enabled: bool = True) -> None:
    mappings(fake).ensure(QUEUE, enabled=enabled)


def test_a_queue_is_led_to_the_sender() -> None:
    fake = FakeLambda()

    ensure(fake)

    assert fake.mappings == {QUEUE: SETTINGS}


def test_a_second_time_makes_no_second_one() -> None:
    fake = FakeLambda()

    ensure(fake)
    ensure(fake)

    assert fake.mappings == {QUEUE: SETTINGS}
    assert fake.changes == 0, "calls are few"


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
        fake.mappings[QUEUE]["BatchSize"] = 1
    fake.error = error

    with pytest.raises(StateUnavailableError, match=r"courier-bot-1\.fifo"):
        ensure(fake)


def test_one_is_disabled_and_enabled_again() -> None:
    fake = FakeLambda()
    ensure(fake)

    ensure(fake, enabled=False)
    assert fake.mappings == {QUEUE: SETTINGS | {"Enabled": False}}

    ensure(fake)
    assert fake.mappings == {QUEUE: SETTINGS}


def test_a_disabled_one_isnt_made() -> None:
    fake = FakeLambda()

    ensure(fake, enabled=False)

    assert fake.mappings == {}


def test_one_that_lambda_still_takes_away_is_waited_for() -> None:
    fake = FakeLambda()
    ensure(fake)
    fake.states[QUEUE] = "Deleting"

    with pytest.raises(TryLaterError):
        ensure(fake)


def test_one_is_taken_away_however_often() -> None:
    fake = FakeLambda()
    ensure(fake)

    mappings(fake).delete(QUEUE)
    mappings(fake).delete(QUEUE)

    assert fake.mappings == {}


@pytest.mark.parametrize(
    ("change", "state", "mapped"),
    [
        ({}, None, Mapped(is_enabled=True, is_current=True)),
        ({"Enabled": False}, None, Mapped(is_enabled=False, is_current=True)),
        ({"ScalingConfig": {"MaximumConcurrency": 2}}, None, Mapped(is_enabled=True, is_current=False)),
        ({"FunctionName": "another"}, "Enabling", Mapped(is_enabled=True, is_current=False)),
        ({}, "Disabling", Mapped(is_enabled=False, is_current=True)),
    ],
)
def test_all_are_listed_by_their_queue(change: dict[str, Any], state: str | None, mapped: Mapped) -> None:
    fake = FakeLambda()
    ensure(fake)
    fake.mappings[QUEUE] = fake.mappings[QUEUE] | change
    fake.states |= {QUEUE: state} if state else {}

    assert mappings(fake).by_queue() == {"courier-bot-1.fifo": mapped}
