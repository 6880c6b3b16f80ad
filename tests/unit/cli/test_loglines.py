"""Log lines of every origin are understood, and none is lost or shown twice."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from cli.errors import NotFoundError
from cli.loglines import LogReader, line_of, severity
from tests.unit.cli.fakes import Logs, event

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

SENDER = "/aws/lambda/courier-sender"
OURS = {
    "level": "WARNING",
    "message": "retrying",
    "timestamp": "2026-11-21 06:17:38,147+0000",
    "service": "sender",
    "correlation_id": "c-1",
    "bot_id": 7,
}
REPORT = {
    "time": "2026-11-21T06:17:38.147Z",
    "type": "platform.report",
    "record": {"requestId": "r", "status": "timeout"},
}


def reader(logs: Logs) -> LogReader:
    return LogReader(cast("CloudWatchLogsClient", logs), "courier")


def understood(message: str | dict[str, Any]) -> tuple[str, str]:
    line = line_of("sender", cast("FilteredLogEventTypeDef", event(1, message)), ("k",))
    return line.level, line.message


def test_a_line_of_ours() -> None:
    line = line_of("sender", cast("FilteredLogEventTypeDef", event(1, OURS)), ("k",))

    assert (line.level, line.message, line.correlation_id) == ("WARNING", "retrying", "c-1")
    # Its own time, not CloudWatch's.
    assert line.at == pytest.approx(1795241858.147)
    assert line.data()["bot_id"] == 7


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("START RequestId: r Version: $LATEST", ("DEBUG", "START RequestId: r Version: $LATEST")),
        ("REPORT RequestId: r\tDuration: 5 ms\n", ("DEBUG", "REPORT RequestId: r\tDuration: 5 ms")),
        ("2026-11-21T06:17:38.147Z r Task timed out after 15.00 seconds", ("ERROR", None)),
        ("[ERROR] KeyError: 'x'\nTraceback (most recent call last):", ("ERROR", None)),
        ("REPORT RequestId: r\tStatus: timeout", ("ERROR", None)),
        ("just text", ("INFO", "just text")),
        ("[1, 2]", ("INFO", "[1, 2]")),
        (REPORT, ("ERROR", "platform.report")),
        (REPORT | {"record": {"status": "success"}}, ("DEBUG", "platform.report")),
        ({"_aws": {"Timestamp": 1}, "Sent": 1}, ("DEBUG", "metrics")),
        ({"level": "WARN", "message": "w"}, ("WARNING", "w")),
        ({"level": "ERROR", "errorType": "X", "message": "m", "timestamp": "no time"}, ("ERROR", "m")),
    ],
)
def test_lines_of_others(message: str | dict[str, Any], says: tuple[str, str | None]) -> None:
    level, text = understood(message)
    assert level == says[0]
    assert says[1] in (None, text)


def test_levels_have_an_order() -> None:
    assert severity("DEBUG") < severity("INFO") < severity("WARNING") < severity("ERROR")
    assert severity("NOTICE") == severity("INFO")


def test_stages_of_this_stack_alone() -> None:
    names = ["courier-sender", "courier-download-fetch", "courier-staging-sender", "courier-staging-api", "other-api"]
    logs = Logs({f"/aws/lambda/{name}": [] for name in names})

    assert reader(logs).stages() == ["sender", "download-fetch"]


def test_a_stack_without_logs() -> None:
    with pytest.raises(NotFoundError, match="/aws/lambda/courier-"):
        reader(Logs()).stages()


def test_pages_that_name_no_next_one_are_read_to_the_end() -> None:
    events = [event(1000 + n // 4, f"line {n}") for n in range(20_010)]
    logs = Logs({SENDER: events})

    lines = list(reader(logs).read("sender", 0.5))

    assert [line.message for line in lines] == [f"line {n}" for n in range(20_010)]
    assert logs.starts[0] == 500
    assert len(logs.starts) == 3


def test_a_full_page_of_one_moment_ends() -> None:
    logs = Logs({SENDER: [event(1000, f"line {n}") for n in range(10_001)]})

    assert len(list(reader(logs).read("sender", 0))) == 10_000


def test_lines_that_say_the_same_are_several() -> None:
    logs = Logs({SENDER: [event(1, "held"), event(1, "held"), event(1, "held", logStreamName="other")]})

    keys = [line.key for line in reader(logs).read("sender", 0)]

    assert len(set(keys)) == 3
    assert keys == [line.key for line in reader(logs).read("sender", 0)]
