"""Log lines of all stages, read from CloudWatch Logs and understood."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

#: The stages of the design. A stage of several functions has several groups, `download-fetch` and the like.
STAGES = ("control", "sender", "webhook", "commands", "download", "broadcast", "api")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: CloudWatch Logs: events of one answer.
_PAGE = 10_000
_SYNONYMS = {"WARN": "WARNING", "FATAL": "CRITICAL", "TRACE": "DEBUG"}
#: What Lambda itself writes around an invocation, as text.
_PLATFORM = re.compile(r"(START|END|REPORT|INIT_START|EXTENSION)\b")
_FAILURE = re.compile(r"Task timed out|Status: (timeout|error)|\[ERROR\]|Traceback|Runtime\.\w+")


@dataclass(frozen=True, slots=True)
class Line:
    """One log line.

    Attributes:
        key: The same however often it is read.
        at: Seconds since 1970, by the line's own clock where it has one.
        level: One of `LEVELS`.
        fields: The line whole, if it was JSON.
    """

    key: tuple[str, ...]
    stage: str
    at: float
    level: str
    message: str
    correlation_id: str | None
    fields: dict[str, Any]

    def data(self) -> dict[str, Any]:
        """As JSON has it: the line's own fields, and what it lacks."""
        common = {"stage": self.stage, "at": self.at, "level": self.level, "message": self.message}
        return self.fields | common | {"correlation_id": self.correlation_id}


def severity(level: str) -> int:
    """How severe a level is; an unknown one counts as INFO."""
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("INFO")


class LogReader:
    """The log groups of one stack's functions."""

    def __init__(self, client: "CloudWatchLogsClient", stack: str) -> None:
        self._client = client
        self._stack = stack

    def stages(self) -> list[str]:
        """The stages that have a log group.

        Raises:
            NotFoundError: if there are none.
        """
        prefix = f"/aws/lambda/{self._stack}-"
        pages = self._client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        names = [group["logGroupName"].removeprefix(prefix) for page in pages for group in page["logGroups"]]
        # A stack called `courier-staging` begins with `courier-` too; its stages don't.
        found = [name for name in names if name.partition("-")[0] in STAGES]
        if not found:
            raise NotFoundError(
                f"stack {self._stack} has no log groups here ({prefix}…)",
                "Is it deployed under this name (--stack), in this region and account?",
            )
        return found

    def read(self, stage: str, since_s: float, pattern: str = "") -> Iterator[Line]:
        """The lines of a stage since a time. The pattern may let through more than it says: emulators skip it."""
        start, seen = int(since_s * 1000), set[tuple[str, ...]]()
        while True:
            known, alike = len(seen), Counter[tuple[str, ...]]()
            for event in self._events(stage, start, pattern):
                # An emulator gives no ids: what says the same at the same time is counted.
                said = event.get("eventId") or event["message"]
                same = (stage, event.get("logStreamName", ""), str(event["timestamp"]), said)
                alike[same] += 1
                key = (*same, str(alike[same]))
                if key not in seen:
                    seen.add(key)
                    start = max(start, event["timestamp"])
                    yield line_of(stage, event, key)
            # Nor does it name the next page; the rest begins where a full one ended.
            if len(seen) == known or alike.total() % _PAGE:
                return

    def _events(self, stage: str, start: int, pattern: str) -> "Iterator[FilteredLogEventTypeDef]":
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{self._stack}-{stage}", startTime=start, filterPattern=pattern
        )
        for page in pages:
            yield from page["events"]


def line_of(stage: str, event: "FilteredLogEventTypeDef", key: tuple[str, ...]) -> Line:
    """A line of CloudWatch, whether it is JSON of ours, JSON of Lambda's, or text."""
    text = event["message"].rstrip("\n")
    try:
        loaded = json.loads(text)
    except ValueError:
        loaded = None
    fields: dict[str, Any] = loaded if isinstance(loaded, dict) else {}
    correlation_id = fields.get("correlation_id")
    return Line(
        key=key,
        stage=stage,
        at=_own_time(fields) or event["timestamp"] / 1000,
        level=_level(fields) if fields else _level_of_text(text),
        message=_message(fields) if fields else text,
        correlation_id=correlation_id if isinstance(correlation_id, str) else None,
        fields=fields,
    )


def _own_time(fields: dict[str, Any]) -> float | None:
    for name in ("timestamp", "time"):
        try:
            return datetime.fromisoformat(fields[name]).timestamp()
        except (KeyError, TypeError, ValueError):
            continue
    return None


def _level(fields: dict[str, Any]) -> str:
    level = str(fields.get("level", "")).upper()
    if level:
        return _SYNONYMS.get(level, level)
    record = fields.get("record")
    failed = isinstance(record, dict) and record.get("status") in ("timeout", "error", "failure")
    if failed:
        return "ERROR"
    # Metrics, and Lambda's own lines around an invocation: seldom what one looks for.
    return "DEBUG" if "_aws" in fields or "type" in fields else "INFO"


def _level_of_text(text: str) -> str:
    if _FAILURE.search(text):
        return "ERROR"
    return "DEBUG" if _PLATFORM.match(text) else "INFO"


def _message(fields: dict[str, Any]) -> str:
    if "message" in fields:
        return str(fields["message"])
    return "metrics" if "_aws" in fields else str(fields.get("type", ""))
