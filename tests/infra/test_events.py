"""The event bus, and the query that tells one story: nothing that writes a log is missing from it."""

from typing import get_args

import pytest

from cli.loglines import STAGES
from courier.settings import SenderSettings
from tests.infra.cfn import FUNCTION, LOG_GROUP, Template, stage_of

#: What isn't a function's own log: it has no correlation ids.
NO_STORIES = {"AccessLogGroup", "DownloadMachineLogGroup"}


def test_the_bus_is_called_like_the_stack(template: Template) -> None:
    (bus,) = template.of_type("AWS::Events::EventBus")

    assert bus.properties["Name"] == {"Ref": "AWS::StackName"}


@pytest.mark.parametrize("stage", ["Control", "Sender"])
def test_those_who_tell_know_the_bus(template: Template, stage: str) -> None:
    assert template.environment(template.resource(f"{stage}Function"))["EVENT_BUS"] == {"Ref": "EventBus"}


def test_whoever_may_put_events_knows_the_bus_and_the_other_way_round(template: Template) -> None:
    may = {one.owner for one in template.statements() if "events:PutEvents" in one.actions}
    roles = {
        function.properties["Role"]["Fn::GetAtt"][0]
        for function in template.of_type(FUNCTION)
        if "EVENT_BUS" in template.environment(function)
    }

    assert may == roles


def test_events_of_messages_are_off_unless_somebody_wants_them(template: Template) -> None:
    parameter = template.body["Parameters"]["MessageEvents"]
    field = SenderSettings.model_fields["message_events"]

    assert parameter["Default"] == field.default == "off"
    assert parameter["AllowedValues"] == list(get_args(field.annotation))
    sender = template.environment(template.resource("SenderFunction"))
    assert sender["MESSAGE_EVENTS"] == {"Ref": "MessageEvents"}


def test_the_story_is_looked_for_in_every_functions_log(template: Template) -> None:
    (query,) = template.of_type("AWS::Logs::QueryDefinition")
    asked = [group["Ref"] for group in query.properties["LogGroupNames"]]

    written = {function.properties["LoggingConfig"]["LogGroup"]["Ref"] for function in template.of_type(FUNCTION)}
    assert set(asked) == written, "add the function's log group to StoryQuery"
    assert len(asked) == len(set(asked))
    assert {group.name for group in template.of_type(LOG_GROUP)} - set(asked) == NO_STORIES


def test_the_query_asks_for_one_id_in_the_order_of_time(template: Template) -> None:
    (query,) = template.of_type("AWS::Logs::QueryDefinition")
    filters, order = query.properties["QueryString"].splitlines()[1:3]

    assert filters.startswith("| filter correlation_id = ")
    # The lines' own time: CloudWatch's is that at which Lambda handed them over.
    assert order == "| sort timestamp asc"
    assert query.properties["Name"] == {"Fn::Sub": "${AWS::StackName}/story"}


def test_the_query_is_left_out_only_where_somebody_says_so(template: Template) -> None:
    (query,) = template.of_type("AWS::Logs::QueryDefinition")
    assert query.condition is not None

    assert template.body["Conditions"][query.condition] == {"Fn::Equals": [{"Ref": "SavedQueries"}, "on"]}
    assert template.body["Parameters"]["SavedQueries"]["Default"] == "on"


def test_the_command_line_knows_every_stage(template: Template) -> None:
    """`courier trace` reads the log groups of these stages, whatever the stack has besides."""
    assert {stage_of(function).partition("-")[0] for function in template.of_type(FUNCTION)} <= set(STAGES)
