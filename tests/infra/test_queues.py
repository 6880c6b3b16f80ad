"""Queues and the table: what the emulator doesn't refuse, and AWS does or one would regret."""

import json
from typing import Any

import pytest

from courier.control.resources import MAX_RECEIVES, RETENTION_S
from courier.state.bots import KIND_INDEX
from tests.infra.cfn import ALARM, FUNCTION, QUEUE, QUEUE_POLICY, TABLE, Resource, Template

#: SQS and Lambda: a batch of a FIFO queue.
LARGEST_FIFO_BATCH = 10
#: Lambda asks for a visibility timeout of six times the function's, so that a throttled batch has time to be retried.
VISIBILITY_PER_TIMEOUT = 6


def consumers(template: Template) -> list[tuple[Resource, dict[str, Any]]]:
    """Functions with their queue events."""
    found = [
        (function, event["Properties"])
        for function in template.of_type(FUNCTION)
        for event in function.properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    assert found
    return found


def least(template: Template, number: Any) -> int:
    """A number, or the least that a parameter may be."""
    found: int = template.body["Parameters"][number["Ref"]]["MinValue"] if isinstance(number, dict) else number
    return found


def test_queues_are_fifo_encrypted_and_keep_for_two_weeks(template: Template) -> None:
    for queue in template.of_type(QUEUE):
        assert queue.properties["FifoQueue"] is True, queue.name
        assert queue.properties["QueueName"]["Fn::Sub"].endswith(".fifo"), queue.name
        assert queue.properties["SqsManagedSseEnabled"] is True, queue.name
        assert queue.properties["MessageRetentionPeriod"] == RETENTION_S, queue.name
        assert "ContentBasedDeduplication" not in queue.properties, "senders name their messages"


def test_queues_are_named_as_applications_know_them(template: Template) -> None:
    names = {queue.properties["QueueName"]["Fn::Sub"] for queue in template.of_type(QUEUE)}

    assert names == {f"${{AWS::StackName}}-{name}.fifo" for name in ("control", "updates", "media", "dead")}


@pytest.mark.parametrize("queue", ["UpdatesQueue", "MediaQueue"])
def test_chats_dont_share_the_throughput_of(template: Template, queue: str) -> None:
    of_chats = template.resource(queue).properties

    assert (of_chats["DeduplicationScope"], of_chats["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")


def test_what_is_received_too_often_ends_with_the_dead_letters(template: Template) -> None:
    for queue in template.of_type(QUEUE):
        if queue.name == "DeadQueue":
            assert "RedrivePolicy" not in queue.properties
            continue
        redrive = queue.properties["RedrivePolicy"]
        assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadQueue", "Arn"]}
        assert redrive["maxReceiveCount"] == MAX_RECEIVES, "a distant backstop, the same for all queues"


def test_queues_made_at_run_time_may_redrive_too(template: Template) -> None:
    assert template.resource("DeadQueue").properties["RedriveAllowPolicy"] == {"redrivePermission": "allowAll"}


def test_no_queue_is_spoken_to_in_plain_text(template: Template) -> None:
    guarded = {}
    for policy in template.of_type(QUEUE_POLICY):
        (statement,) = policy.properties["PolicyDocument"]["Statement"]
        (queue,) = policy.properties["Queues"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert statement["Resource"] == {"Fn::GetAtt": [queue["Ref"], "Arn"]}
        assert {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"} <= set(statement["Action"])
        assert len(statement["Action"]) <= 7, "SQS refuses longer statements"
        guarded[queue["Ref"]] = policy.name

    assert set(guarded) == {queue.name for queue in template.of_type(QUEUE)}


def test_consumers_take_what_fifo_allows_and_answer_by_message(template: Template) -> None:
    for function, event in consumers(template):
        assert event["BatchSize"] <= LARGEST_FIFO_BATCH, function.name
        assert "MaximumBatchingWindowInSeconds" not in event, function.name
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"], function.name
        assert least(template, event["ScalingConfig"]["MaximumConcurrency"]) >= 2, function.name


def test_messages_stay_invisible_for_longer_than_their_consumer_may_take(template: Template) -> None:
    for function, event in consumers(template):
        queue = template.resource(event["Queue"]["Fn::GetAtt"][0])
        visibility = queue.properties["VisibilityTimeout"]
        assert visibility >= VISIBILITY_PER_TIMEOUT * function.properties["Timeout"], function.name


def test_every_consumed_queue_is_watched_for_age(template: Template) -> None:
    watched = {
        json.dumps(alarm.properties["Dimensions"][0]["Value"])
        for alarm in template.of_type(ALARM)
        if alarm.properties["MetricName"] == "ApproximateAgeOfOldestMessage"
    }

    for _, event in consumers(template):
        assert json.dumps({"Fn::GetAtt": [event["Queue"]["Fn::GetAtt"][0], "QueueName"]}) in watched


@pytest.mark.parametrize("policy", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_the_table_outlives_the_stack(template: Template, policy: str) -> None:
    (table,) = template.of_type(TABLE)

    assert table.body[policy] == "Retain"


def test_the_table_can_be_brought_back_and_is_encrypted(template: Template) -> None:
    (table,) = template.of_type(TABLE)

    assert table.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table.properties["DeletionProtectionEnabled"] is True
    assert table.properties["SSESpecification"] == {"SSEEnabled": True}
    assert table.properties["BillingMode"] == "PAY_PER_REQUEST"
    assert table.properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert {key["AttributeName"]: key["KeyType"] for key in table.properties["KeySchema"]} == {
        "pk": "HASH",
        "sk": "RANGE",
    }


def test_lists_come_from_an_index_of_those_rows_alone_that_have_a_kind(template: Template) -> None:
    (table,) = template.of_type(TABLE)
    (index,) = table.properties["GlobalSecondaryIndexes"]

    assert index["IndexName"] == KIND_INDEX
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["kind", "pk"]
    assert index["Projection"] == {"ProjectionType": "ALL"}
