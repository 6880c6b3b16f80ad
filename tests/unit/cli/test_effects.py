"""What `bots add --wait` makes of the traces that control leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ClientError

from cli.adding import Adding
from cli.letters import Letter
from cli.loglines import Line
from courier.state.bots import Bot, Status
from tests.support.bots import FakeBots, active_bot
from tests.unit.cli.fakes import line

ID = "c-1"


@dataclass
class Traces:
    """The places that are watched, and a clock that lets things happen."""

    bots: FakeBots = field(default_factory=FakeBots)
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

    def watched(self, before: Bot | None, timeout_s: float = 10) -> tuple[str, str | None]:
        adding = Adding(bot_id=1, correlation_id=ID, before=before, table=self.bots, letters=self, lines=self)
        found = adding.wait(timeout_s, clock=lambda: self.now, sleep=self.sleep)
        return found.status, found.reason


def letter(reason: str, correlation_id: str = ID) -> Letter:
    return Letter("m", reason, "courier-control.fifo", "control:1", correlation_id, 0, "{}")


def test_a_new_bot_becomes_active() -> None:
    traces = Traces()
    adding = active_bot().model_copy(update={"status": Status.ADDING})
    traces.events = {1: lambda: traces.bots.put(adding), 3: lambda: traces.bots.put(active_bot())}

    assert traces.watched(before=None) == ("active", None)
    assert traces.now == 3


def test_a_stopped_bot_becomes_active_again() -> None:
    stopped = active_bot().model_copy(update={"status": Status.STOPPED})
    traces = Traces(FakeBots({1: stopped}))
    traces.events = {2: lambda: traces.bots.put(active_bot())}

    assert traces.watched(before=stopped) == ("active", None)


def test_an_active_bot_that_changes() -> None:
    traces = Traces(FakeBots({1: active_bot()}))
    traces.events = {2: lambda: traces.bots.put(active_bot(bot_per_second=5))}

    assert traces.watched(before=active_bot()) == ("active", None)
    assert traces.now == 2


def test_an_active_bot_that_does_not_change_is_known_by_controls_word() -> None:
    traces = Traces(FakeBots({1: active_bot()}))
    traces.lines = [line("bot added", correlation_id="of another")]
    traces.events = {4: lambda: traces.lines.append(line("bot added", correlation_id=ID))}

    assert traces.watched(before=active_bot()) == ("active", None)
    assert traces.now == 4


@pytest.mark.parametrize("before", [None, active_bot()])
def test_a_refusal_is_in_the_dead_letters(before: Bot | None) -> None:
    traces = Traces(FakeBots({1: before} if before else {}), [letter("not ours", "c-2")])
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
