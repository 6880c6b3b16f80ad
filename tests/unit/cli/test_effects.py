"""What a command that waits makes of the traces that control leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.effects import Shows, Watch, became_active, changed_to, heard, is_gone, is_status
from cli.letters import Letter
from cli.loglines import Line
from cli.rows import BotRow
from tests.unit.cli.fakes import line

ID = "c-1"


def row(status: str = "active", **fields: Any) -> BotRow:
    return BotRow(bot_id=1, status=status, **fields)


@dataclass
class Rows:
    """The bots' rows."""

    rows: dict[int, BotRow] = field(default_factory=dict)

    def get(self, bot_id: int) -> BotRow | None:
        return self.rows.get(bot_id)

    def put(self, bot: BotRow) -> None:
        self.rows[bot.bot_id] = bot


@dataclass
class Traces:
    """The places that are watched, and a clock that lets things happen."""

    bots: Rows = field(default_factory=Rows)
    letters: list[Letter] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    are_lines_readable: bool = True
    events: dict[float, Callable[[], None]] = field(default_factory=dict)
    now: float = 0.0

    def about(self, correlation_id: str, limit: int) -> list[Letter]:
        assert limit
        return [letter for letter in self.letters if letter.correlation_id == correlation_id]

    def read(self, stage: str, since_s: float, pattern: str = "") -> Iterator[Line]:
        assert (stage, pattern) == ("control", '{ $.correlation_id = "c-1" }')
        assert since_s > 0
        if not self.are_lines_readable:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "FilterLogEvents")
        yield from self.lines

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for at in [at for at in self.events if at <= self.now]:
            self.events.pop(at)()

    def watched(
        self, before: BotRow | None, timeout_s: float = 10, shows: Shows = became_active
    ) -> tuple[str, str | None]:
        watch = Watch(
            bot_id=1, correlation_id=ID, before=before, shows=shows, table=self.bots, letters=self, lines=self
        )
        found = watch.wait(timeout_s, clock=lambda: self.now, sleep=self.sleep)
        return found.status, found.reason


def letter(reason: str, correlation_id: str = ID) -> Letter:
    return Letter("m", reason, "courier-control.fifo", "control:1", correlation_id, 0, "{}")


def test_a_new_bot_becomes_active() -> None:
    traces = Traces()
    traces.events = {1: lambda: traces.bots.put(row("adding")), 3: lambda: traces.bots.put(row())}

    assert traces.watched(before=None) == ("done", None)
    assert traces.now == 3


def test_a_stopped_bot_becomes_active_again() -> None:
    stopped = row("stopped")
    traces = Traces(Rows({1: stopped}))
    traces.events = {2: lambda: traces.bots.put(row())}

    assert traces.watched(before=stopped) == ("done", None)


def test_an_active_bot_that_changes() -> None:
    traces = Traces(Rows({1: row()}))
    traces.events = {2: lambda: traces.bots.put(row(limits={"bot_per_second": 5}))}

    assert traces.watched(before=row()) == ("done", None)
    assert traces.now == 2


def test_an_active_bot_that_does_not_change_is_known_by_controls_word() -> None:
    traces = Traces(Rows({1: row()}))
    traces.lines = [line("bot added", correlation_id="of another")]
    traces.events = {4: lambda: traces.lines.append(line("bot added", correlation_id=ID))}

    assert traces.watched(before=row()) == ("done", None)
    assert traces.now == 4


@pytest.mark.parametrize("before", [None, row()])
def test_a_refusal_is_in_the_dead_letters(before: BotRow | None) -> None:
    traces = Traces(Rows({1: before} if before else {}), [letter("not ours", "c-2")])
    traces.events = {2: lambda: traces.letters.append(letter("data.token: Telegram refuses it"))}

    assert traces.watched(before) == ("refused", "data.token: Telegram refuses it")


def test_a_refusal_that_stands_behind_others_is_in_the_log() -> None:
    traces = Traces(lines=[line("control message refused", correlation_id=ID, reason="no")])

    assert traces.watched(None) == ("refused", "no")


def test_time_is_over_and_control_said_why() -> None:
    traces = Traces()
    traces.lines = [
        line("control message waits", correlation_id=ID, reason="first"),
        line("control message waits", correlation_id=ID, reason="the Bot API can't check the token now"),
    ]

    assert traces.watched(None, timeout_s=5) == ("waiting", "the Bot API can't check the token now")
    assert traces.now == 5


def test_log_lines_may_be_out_of_reach() -> None:
    traces = Traces(are_lines_readable=False)

    assert traces.watched(None, timeout_s=1) == ("waiting", None)


@pytest.mark.parametrize(
    ("data", "before", "now", "is_shown"),
    [
        ({"is_sent_logs": True}, row(), row(is_sent_logs=True), True),
        ({"is_sent_logs": True}, row(is_sent_logs=True), row(is_sent_logs=True), False),
        ({"is_sent_logs": True}, row(), row("stopped"), False),
        ({"token": "new"}, row("stopped", token_version=1), row("stopped", token_version=1, since=5), False),
        ({"token": "new"}, row("stopped", token_version=1), row(token_version=2), True),
        ({"limits": {"chat_burst": 1}}, row(), row(limits={"chat_burst": 1, "bot_per_second": 30}), True),
        ({"limits": {"chat_burst": 1}}, row(), row(limits={"chat_burst": 2}), False),
        ({"parse_mode": "none"}, row(parse_mode="HTML"), row(), True),
        ({"parse_mode": "none"}, row(parse_mode="HTML"), row(parse_mode="HTML", since=5), False),
        ({"parse_mode": "HTML"}, None, None, False),
        ({"admins": [5]}, row(), row(admins=[5]), True),
        ({"admins": [5]}, row(), row(admins=[6]), False),
        ({"admins": []}, row(admins=[5]), row(admins=[]), True),
        ({"access": "open"}, row(), row(access="open"), True),
        ({"access": "default"}, row(access="open"), row(), True),
        ({"access": "default"}, row(access="open"), row(access="open", since=5), False),
        ({"quotas": {"per_user": 5}}, row(), row(quotas={"per_user": 5, "admin": 1}), True),
        ({"quotas": {"per_user": 5}}, row(quotas={"admin": 1}), row(since=5), False),
        ({"quotas": "none"}, row(quotas={"admin": 1}), row(), True),
        ({"updates_queue": "courier-app-a.fifo"}, row(), row(updates_queue="courier-app-a.fifo"), True),
        ({"updates_queue": "none"}, row(updates_queue="courier-app-a.fifo"), row(), True),
        ({"updates_forwarded": "unclaimed"}, row(), row(updates_forwarded="all"), False),
    ],
)
def test_an_update_shows_where_the_row_became_what_was_wanted(
    data: dict[str, Any], before: BotRow | None, now: BotRow | None, is_shown: bool
) -> None:
    assert changed_to(data)(before, now) is is_shown


def test_an_update_that_changes_nothing_is_known_by_controls_word() -> None:
    traces = Traces(Rows({1: row()}), lines=[line("bot updated", correlation_id=ID)])

    assert traces.watched(row(), shows=changed_to({"is_sent_logs": False})) == ("done", None)


def test_pauses_and_removals_show_in_the_status() -> None:
    assert is_status("paused")(row(), row("paused"))
    assert not is_status("paused")(row(), row())
    assert is_gone(row(), row("removed"))
    assert is_gone(row(), None)
    assert not is_gone(row(), row("removing"))
    assert not is_gone(None, None), "what was never there isn't gone: control refuses it"


@pytest.mark.parametrize(
    ("wanted", "now", "is_shown"),
    [
        ({"webhook": True}, {"url": "u", "secret": "new"}, True),
        ({"webhook": True}, {"url": "u", "secret": "old", "coming": "new"}, False),
        ({"webhook": True}, {"url": "u", "secret": "old"}, False),
        ({"webhook": True}, None, False),
        ({"webhook": False}, None, True),
        ({"webhook": False}, {"url": "u", "secret": "old"}, False),
        ({}, {"url": "u", "secret": "old"}, True),
    ],
)
def test_a_webhook_shows_when_its_registration_is_through(
    wanted: dict[str, Any], now: dict[str, Any] | None, *, is_shown: bool
) -> None:
    shows = heard(wanted, lambda _before, _now: True)

    assert shows(row(webhook={"url": "u", "secret": "old"}), row(webhook=now)) is is_shown
    assert not heard(wanted, lambda _before, _now: False)(None, row(webhook=now))
