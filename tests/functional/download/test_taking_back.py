"""Those who don't want it any more, and executions that nobody ends: what is stopped, and what the sweep does."""

import json
from typing import Any

from courier.download.sweeping import Sweep
from courier.errors import StateUnavailableError
from courier.state.media import JobState
from tests.functional.download.requests import LINK, OTHER, REPLIES, SAME, World, asked, taken_back, world
from tests.functional.state.conftest import aws, client

__all__ = ["aws", "client", "world"]
NOW = 1_800_000_000


def test_taking_back_all_of_a_user_in_a_chat(world: World) -> None:
    world.take(asked("a"), asked("b", OTHER), asked("c", LINK, user=8), asked("d", OTHER, chat=6))

    assert world.take(taken_back("stop")) == []

    assert world.texts() == ["Taken back: 2 downloads."]
    assert sorted(world.told.forgotten) == [("1-a", 5), ("1-b", 5)], "nothing tells any more how far they are"
    assert world.machine.stopped == [], "others wait for both"
    world.finish()
    assert sorted(waiter for waiter, _ in world.told.answers) == ["1-c", "1-d"]


def test_the_last_one_out_stops_the_execution(world: World) -> None:
    world.take(asked("a"))
    (name,) = world.machine.started

    world.take(taken_back("stop"))

    assert world.machine.stopped == [name]
    assert not world.jobs.begun(name.partition("-")[0], 1)
    assert world.take(asked("a2")) == []
    assert [one.partition("-")[2] for one in world.machine.started] == ["1", "2"]


def test_taking_back_by_another_form_of_the_link_in_any_quality(world: World) -> None:
    world.take(asked("a"), asked("b", quality="720p"), asked("c", kind="audio"), asked("d", OTHER))

    world.take(taken_back("stop", SAME), taken_back("none", "https://youtu.be/C"), taken_back("bad", "no link"))

    nothing = "You have asked for nothing by that link, or it is done."
    assert world.texts() == ["Taken back: 3 downloads.", nothing, nothing]


def test_taking_back_again_means_the_same(world: World) -> None:
    world.take(asked("a"))
    back = taken_back("stop")
    world.take(back)
    world.take(asked("b"))
    world.queues.forget()

    world.take(back)
    world.take(taken_back("other", user=99))

    assert world.texts() == ["Taken back: 1 download."] * 2 + ["There is nothing to take back."]
    names = {json.loads(entry["MessageBody"])["data"]["external_id"] for entry in world.queues.held[REPLIES]}
    assert names == {"1-stop", "1-other"}, "the sender knows the repeat"
    world.finish()
    assert world.told.answers == [("1-b", None)]


def test_taking_back_that_died_half_way_says_how_much_it_was(world: World) -> None:
    world.take(asked("a"), asked("b", OTHER))
    back = taken_back("stop")
    stop, calls = world.machine.stop_execution, iter([None, StateUnavailableError("down")])

    def dies(**given: Any) -> None:
        if error := next(calls, None):
            raise error
        stop(**given)

    world.machine.stop_execution = dies  # type: ignore[method-assign, assignment]
    assert world.take(back) == [back.message_id]
    assert world.take(back) == []

    assert world.texts() == ["Taken back: 2 downloads."]
    assert len(world.machine.stopped) == 2


def test_the_sweep_starts_again_and_gives_up_at_last(world: World) -> None:
    world.take(asked("a"))
    seconds = iter(range(1, 100))
    sweep = Sweep(world.taker.interest, clock=lambda: NOW * 2 + next(seconds))

    swept = [sweep.run() for _ in range(3)]

    assert [(one.again, one.given_up) for one in swept] == [(1, 0), (1, 0), (0, 1)]
    names = [name.partition("-")[2] for name in world.machine.started]
    assert names == ["1", "2", "3", "3-1"]
    *_, last = world.machine.started.values()
    assert last["first"] == "deliver"
    job = world.jobs.job(last["hash"])
    assert job is not None
    assert (job.state, job.failure) == (JobState.FAILED, "temporary")
    world.finish()
    assert world.told.answers == [("1-a", "temporary")]
    assert sweep.run().ended == 0, "nobody is left"
