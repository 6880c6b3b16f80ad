"""Alarms, and the runbook's heading for each."""

import re
from typing import get_args

import pytest

from courier.contracts.outcomes import Outcome
from tests.infra.cfn import ALARM, METRIC_FILTER, ROOT, Template

RUNBOOK = ROOT / "docs" / "runbook.md"
#: For these missing data is the news: what they watch happens every minute.
SILENCE = {"ControlSweepMissing", "DownloadSweepMissing"}
#: What a heading answers: why one was woken, where to look, what to do.
PARTS = ("**What it means.**", "**How to look.**", "**What to do.**")


def sections() -> dict[str, str]:
    """The runbook's text by second-level heading."""
    _, *rest = re.split(r"^## ", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading.strip(): text for heading, _, text in (part.partition("\n") for part in rest)}


def test_every_alarm_has_a_heading_and_every_heading_an_alarm(template: Template) -> None:
    assert list(sections()) == [alarm.name for alarm in template.of_type(ALARM)]


def test_every_heading_says_what_it_means_how_to_look_and_what_to_do() -> None:
    for heading, text in sections().items():
        assert [part for part in PARTS if part not in text] == [], heading


def test_an_alarm_says_in_words_what_happened(template: Template) -> None:
    for alarm in template.of_type(ALARM):
        description = alarm.properties["AlarmDescription"]
        assert f"See {alarm.name} in docs/runbook.md." in description
        assert len(description) > 70, alarm.name
        assert alarm.properties["AlarmName"] == {"Fn::Sub": f"${{AWS::StackName}}-{alarm.name}"}


def test_alarms_go_to_the_topic_where_there_is_one(template: Template) -> None:
    to_topic = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}

    for alarm in template.of_type(ALARM):
        assert alarm.properties["AlarmActions"] == to_topic, alarm.name
        assert alarm.properties["OKActions"] == to_topic, alarm.name


def test_silence_is_no_alarm(template: Template) -> None:
    """Metrics of counts are missing while nothing happens."""
    for alarm in template.of_type(ALARM):
        expected = "breaching" if alarm.name in SILENCE else "notBreaching"
        assert alarm.properties["TreatMissingData"] == expected, alarm.name
        assert alarm.properties["DatapointsToAlarm"] <= alarm.properties["EvaluationPeriods"], alarm.name


def test_dead_letters_are_told_at_once(template: Template) -> None:
    alarm = template.resource("DeadLettersPresent").properties

    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadQueue", "QueueName"]}}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 60


@pytest.mark.parametrize(
    ("metric_filter", "stage"),
    [
        ("SenderHeldLines", "sender"),
        ("ControlSweepLines", "control"),
        ("WebhookHeldLines", "webhook"),
        ("WebhookRefusedLines", "webhook"),
        ("CommandsHeldLines", "commands"),
    ],
)
def test_a_stage_says_what_is_counted(template: Template, metric_filter: str, stage: str) -> None:
    """Metric filters look for words; whoever changes the words must meet the filter."""
    pattern = template.resource(metric_filter).properties["FilterPattern"]
    (words,) = re.findall(r'"\*?([^"*]+)\*?"', pattern)
    folder = ROOT / "layers/core/courier" / stage
    lines = [path for path in folder.glob("*.py") if words in path.read_text(encoding="utf-8")]

    assert lines, f"no line of {stage} says {words!r}"


def test_alarms_find_the_metrics_of_the_filters(template: Template) -> None:
    counted = {
        (str(found["MetricNamespace"]), found["MetricName"])
        for metric_filter in template.of_type(METRIC_FILTER)
        for found in metric_filter.properties["MetricTransformations"]
    }
    watched = {
        (str(alarm.properties["Namespace"]), alarm.properties["MetricName"])
        for alarm in template.of_type(ALARM)
        if not str(alarm.properties["Namespace"]).startswith("AWS/")
    }

    assert counted <= watched
    own = {name for _, name in watched - counted}
    assert own <= _figures(), f"nothing writes {own - _figures()}"


def _figures() -> set[str]:
    """What the sender writes as metrics: a name for each outcome, and those that its sources name."""
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "layers/core/courier/sender").glob("*.py"))
    named = re.findall(r'figures\["(\w+)"\]', sources) + re.findall(r'"(QueueAge|Waited)":', sources)
    return {*named, *(outcome.capitalize() for outcome in get_args(Outcome))}


def test_alarms_on_the_cache_come_with_it(template: Template) -> None:
    for alarm in template.of_type(ALARM):
        on_cache = alarm.properties["Namespace"] == "AWS/ElastiCache"
        assert alarm.condition == ("MakesRedis" if on_cache else None), alarm.name
        if on_cache:
            # Serverless caches report under this dimension only; under that of node-based ones an alarm is mute.
            assert alarm.properties["Dimensions"] == [{"Name": "clusterId", "Value": {"Ref": "RedisCache"}}]
