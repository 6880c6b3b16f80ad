"""Every interleaving of asking, leaving, answering and sweeping, each able to die before any of its calls.

Code of the project runs over a table in memory; `tests/support/explore.py` goes through all moments, and what must be
true of each stands there. What is asserted here is true of every end.
"""

from typing import Any

import pytest

from courier.state import job_changes
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import Request
from tests.support.dynamo import Snapshot
from tests.support.explore import explore
from tests.support.interest import FILE, HASH, NOW, TABLE, State, World
from tests.support.replay import Cut, Script, ScriptedClient

FAILED = "gone"


def all_answered(*names: str) -> Any:
    """Nobody waits, and each of these has an answer."""

    def at_end(state: State) -> None:
        assert state.waiting() == []
        assert [name for name in names if not state.answered(name)] == []
        assert all(how in ("over", "stopped") for _, how in state.executions)

    return at_end


def stored() -> Snapshot:
    """A table that knows the file."""
    table, answers = Snapshot(), list[str]()
    while True:
        client: Any = ScriptedClient(script := Script(tuple(answers)))
        try:
            FileTable(client, TABLE, lambda: NOW - 5).keep(HASH, FILE)
        except Cut as cut:
            table, answer = table.call(*cut.call)
            answers.append(answer)
        else:
            assert script is not None
            return table


@pytest.mark.parametrize("users", [("ann", "bob"), pytest.param(("ann", "bob", "cid"), marks=pytest.mark.slow)])
def test_without_faults_each_is_answered_once_and_one_download_is_made(users: tuple[str, ...]) -> None:
    world = World(faults=())
    world.asks(*users)

    def at_end(state: State) -> None:
        all_answered(*users)(state)
        assert {count for *_, count in state.answers} == {1}
        assert state.fetches == 1

    assert explore(world, world.start(faults=0), at_end) > 100


def test_a_failure_reaches_all_also_who_asks_anew_meanwhile() -> None:
    world = World(FAILED, faults=())
    world.asks("ann", "bob")

    def at_end(state: State) -> None:
        # It may be told by both executions: the message has the same `external_id`, and the sender knows a repeat.
        all_answered("ann", "bob")(state)
        assert {how for _, how, _ in state.answers} == {FAILED}

    assert explore(world, world.start(faults=0), at_end) > 100


@pytest.mark.parametrize("failure", [None, FAILED])
@pytest.mark.parametrize("fault", ["crash", "lost", "conflict"])
def test_whatever_dies_all_are_answered(fault: str, failure: str | None) -> None:
    world = World(failure, faults=(fault,))
    world.asks("ann", "bob")

    assert explore(world, world.start(), all_answered("ann", "bob")) > 200


def test_a_sweep_may_come_at_any_moment_also_to_what_is_well() -> None:
    world = World(faults=())
    world.asks("ann", "bob")
    world.sweeps()

    assert explore(world, world.start(faults=0), all_answered("ann", "bob")) > 500


def test_sweeps_that_die() -> None:
    world = World(sweeps_early=False)
    world.asks("ann")
    world.sweeps()

    assert explore(world, world.start(faults=2), all_answered("ann")) > 200


@pytest.mark.parametrize("is_there", [True, False])
def test_what_is_stored_is_only_delivered(is_there: bool) -> None:
    world = World()
    world.asks("ann", "bob")
    start = world.start(before=State(stored(), is_there=is_there))

    def at_end(state: State) -> None:
        all_answered("ann", "bob")(state)
        if is_there:
            assert (state.fetches, {how for _, how, count in state.answers if count}) == (0, {None})

    assert explore(world, start, at_end) > 200


@pytest.mark.parametrize("faults", [0, 1])
def test_who_leaves_is_out_and_others_are_answered(faults: int) -> None:
    world = World()
    world.asks("ann")
    world.asks("bob")
    world.leaves("ann")

    def at_end(state: State) -> None:
        assert state.waiting() == []
        assert state.answered("bob")
        # Whoever asked before, and left, has an answer or has left; who left before asking waits and has one.
        left = ("ann leaves", "cancelled") in state.ends
        assert left or state.answered("ann")
        if left and not faults:
            assert not state.answered("ann") or state.fetches

    assert explore(world, world.start(faults=faults), at_end) > 300


def test_the_last_one_out_stops_the_execution() -> None:
    world = World(faults=())
    world.asks("ann")
    asked = world.start("ann", faults=0)
    while dict(asked.places).get("ann") is not None:
        asked = next(after for who, after, *_ in world.steps(asked) if who == "ann")
    world.leaves("ann")
    stopped = set[str]()

    def at_end(state: State) -> None:
        assert (state.waiting(), "kind" in state.job()) == ([], False)
        stopped.update(how for _, how in state.executions)
        if ("ann leaves", "cancelled") in state.ends and state.job()["state"] == "cancelled":
            assert not state.answered("ann")

    start = asked._replace(places=asked.places | {("ann leaves", world.roots["ann leaves"])})
    explore(world, start, at_end)

    assert "stopped" in stopped


class Unconditional(JobTable):
    """Joins whatever the job does: what the conditions are there for."""

    def _enter(self, request: Request, attempt: int, change: Any) -> bool:
        change = change | {"ConditionExpression": "attribute_not_exists(nothing)"}
        used = change["UpdateExpression"]
        for kind in ("ExpressionAttributeValues", "ExpressionAttributeNames"):
            change[kind] = {name: value for name, value in change[kind].items() if name in used}
        return super()._enter(request, attempt, change)


class Careless(JobTable):
    """Takes a delivery for done when it has come to its end once."""

    def settle(self, content: str, attempt: int) -> bool:
        change = job_changes.settled(content, attempt, NOW)
        change["ConditionExpression"] = change["ConditionExpression"].removesuffix(" AND waiting = :zero")
        del change["ExpressionAttributeValues"][":zero"]
        return self._writer.update(change)


@pytest.mark.parametrize("tables", [Unconditional, Careless])
def test_a_fault_in_the_code_would_be_found(tables: type[JobTable]) -> None:
    world = World(faults=("crash",), tables=tables)
    world.asks("ann", "bob")

    with pytest.raises(AssertionError):
        explore(world, world.start(), all_answered("ann", "bob"))
