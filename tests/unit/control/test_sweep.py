"""The sweep: what it finds, what it asks for, and that it changes nothing itself."""

import json
from dataclasses import dataclass, field

import pytest

from courier.contracts.control import CONTROL_TYPES, MendBot, PauseAll, ResumeAll
from courier.contracts.envelope import open_envelope
from courier.control.mappings import Mapped
from courier.control.mending import NO_TOKEN
from courier.control.stop_switch import StopSwitch
from courier.control.sweep import OVERDUE_S, PERIOD_S, QUEUES_OF, Sweep
from courier.queues.names import Lane, QueueNames
from courier.state.bots import Bot, Status, Switch
from tests.support.bots import FakeBots, active_bot
from tests.support.queues import FakeQueues

NAMES = QueueNames("courier")
ON, OFF = Mapped(is_enabled=True, is_current=True), Mapped(is_enabled=False, is_current=True)
OLD = Mapped(is_enabled=True, is_current=False)
NOW = 600_000


@dataclass
class Found:
    """Bots, their mappings and queues as AWS shows them."""

    bots: FakeBots = field(default_factory=FakeBots)
    mapped: dict[str, Mapped] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    looked_for: list[int] = field(default_factory=list)
    queues: FakeQueues = field(default_factory=FakeQueues)
    now: float = NOW

    def have(self, bot: Bot, regular: Mapped | None = ON, broadcast: Mapped | None = ON) -> None:
        self.bots.put(bot)
        for lane, mapping in ((Lane.REGULAR, regular), (Lane.BROADCAST, broadcast)):
            if mapping is not None:
                self.mapped[NAMES.bot(bot.bot_id, lane)] = mapping

    def by_queue(self) -> dict[str, Mapped]:
        return self.mapped

    def missing(self, bot_id: int, *, logs: bool) -> list[str]:
        self.looked_for.append(bot_id)
        names = [NAMES.bot(bot_id, lane) for lane in Lane] + ([NAMES.logs(bot_id)] if logs else [])
        return [name for name in names if name in self.gone]

    def sweep(self) -> Sweep:
        return Sweep(
            bots=self.bots, mappings=self, queues=self, control=self.queues, names=NAMES, clock=lambda: self.now
        )

    def asked(self) -> list[int]:
        """The bots that the sweep asked to be mended."""
        self.sweep().run()
        messages = [message for _, message in self.queues.sent]
        opened = [open_envelope(message.body, CONTROL_TYPES).message for message in messages]
        assert all(isinstance(message, MendBot) for message in opened)
        assert [message.group for message in messages] == [
            str(one.bot_id) for one in opened if isinstance(one, MendBot)
        ]
        self.queues.sent.clear()
        return [one.bot_id for one in opened if isinstance(one, MendBot)]


def turned(status: str, since: int = NOW, **more: object) -> Bot:
    return active_bot().model_copy(update={"status": status, "since": since} | more)


@pytest.mark.parametrize(
    ("bot", "regular", "broadcast", "is_off", "is_found"),
    [
        (turned("active"), ON, ON, False, False),
        (turned("active"), OFF, ON, False, True),
        (turned("active"), ON, None, False, True),
        (turned("active"), ON, OLD, False, True),
        (turned("active"), ON, ON, True, True),
        (turned("active"), OFF, OFF, True, False),
        (turned("paused"), OFF, OFF, False, False),
        (turned("paused"), None, None, False, False),
        (turned("paused"), OFF, ON, False, True),
        (turned("stopped"), ON, ON, False, True),
        (turned("stopped"), OFF, OFF, False, False),
        (turned("removing", is_draining=True), ON, ON, False, False),
        (turned("removing"), None, None, False, False),
        (turned("removed"), None, None, False, False),
        (turned("of-newer-code"), ON, OFF, False, False),
        (turned("adding"), None, None, False, False),
    ],
)
def test_mappings_that_arent_as_the_row_says_are_found(
    bot: Bot, regular: Mapped | None, broadcast: Mapped | None, *, is_off: bool, is_found: bool
) -> None:
    found = Found()
    found.bots.turn(Switch(is_off=is_off))
    found.have(active_bot(2), *((OFF, OFF) if is_off else (ON, ON)))
    found.have(bot, regular, broadcast)

    assert found.asked() == ([1] if is_found else [])


@pytest.mark.parametrize(
    ("bot", "is_found"),
    [
        (turned("adding", NOW - OVERDUE_S - PERIOD_S * 10), True),
        (turned("adding", NOW - 60), False),
        (turned("adding", NOW - OVERDUE_S * 9, reason=NO_TOKEN), False),
        (turned("removing", NOW - OVERDUE_S - PERIOD_S * 10), True),
        (turned("removing", NOW - OVERDUE_S * 3, drain_until=NOW + 600), False),
    ],
)
def test_what_seems_forgotten_is_asked_for_once_in_a_while(bot: Bot, *, is_found: bool) -> None:
    found = Found()
    found.have(bot, None, None)
    asked = []
    for _ in range(OVERDUE_S // PERIOD_S):
        asked += found.asked()
        found.now += PERIOD_S

    assert asked == ([1] if is_found else [])


@pytest.mark.parametrize(
    ("name", "logs", "is_found"),
    [
        (NAMES.bot(1, Lane.REGULAR), False, True),
        (NAMES.bot(1, Lane.BROADCAST), False, True),
        (NAMES.logs(1), True, True),
        (NAMES.logs(1), False, False),
    ],
)
def test_queues_that_arent_there_are_found(name: str, *, logs: bool, is_found: bool) -> None:
    found = Found(gone={name})
    found.have(active_bot(logs=logs))

    assert found.asked() == ([1] if is_found else [])


def test_every_bots_queues_have_their_turn() -> None:
    found = Found()
    for bot_id in range(1, 2 * QUEUES_OF + 2):
        found.have(active_bot(bot_id))

    for _ in range(3):
        found.sweep().run()
        found.now += PERIOD_S

    assert sorted(found.looked_for) == list(range(1, 2 * QUEUES_OF + 2))


def test_a_sweep_that_is_repeated_asks_once() -> None:
    """SQS knows the same message again, as long as it is the same minute's."""
    found = Found()
    found.have(active_bot(), OFF, OFF)
    found.sweep().run()
    found.sweep().run()
    found.now += PERIOD_S
    found.sweep().run()

    ids = [message.deduplication_id for _, message in found.queues.sent]

    assert len(ids) == 3
    assert len(set(ids)) == 2
    assert {url for url, _ in found.queues.sent} == {"https://sqs.test/courier-control.fifo"}
    assert json.loads(found.queues.sent[0][1].body)["correlation_id"] == ids[0]


async def test_the_stop_switch_turns_the_row_and_has_every_mapping_follow() -> None:
    found = Found()
    found.have(active_bot(1))
    found.have(turned(Status.PAUSED).model_copy(update={"bot_id": 2}), OFF, OFF)
    switch = StopSwitch(switch=found.bots, sweep=found.sweep(), clock=lambda: found.now)

    await switch.pause(PauseAll(reason="plug"))

    assert found.bots.switch() == Switch(is_off=True, reason="plug", since=NOW)
    under = found.bots.get(1)
    assert under is not None
    assert (under.status, under.reason, under.is_active) == (Status.PAUSED, "plug", False)
    assert [message.group for _, message in found.queues.sent] == ["1"]
    assert found.bots.rows[1].is_active, "its own state is another matter"

    found.queues.sent.clear()
    found.mapped = dict.fromkeys(found.mapped, OFF)
    await switch.resume(ResumeAll())

    assert not found.bots.switch().is_off
    assert [message.group for _, message in found.queues.sent] == ["1"]


def test_a_bot_that_drains_stops_under_the_switch_too() -> None:
    draining = turned(Status.REMOVING, is_draining=True)

    assert draining.is_active
    assert not Switch(is_off=True).over(draining).is_active
    assert not turned(Status.REMOVING).is_active


def test_there_is_nothing_to_say_where_all_is_well() -> None:
    found = Found()
    found.have(active_bot())

    assert found.asked() == []
