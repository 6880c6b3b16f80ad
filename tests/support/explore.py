"""Every schedule of a world, and what must be true in each."""

import random
from collections.abc import Callable

from courier.state.media import JobState
from tests.support.interest import State, World
from tests.support.replay import Call

#: Sweeps that come after everything else, each with all executions that it starts: so many must be enough.
LAST_SWEEPS = 6


def holds(before: State, after: State) -> None:
    """What is true of every step."""
    if before.table is after.table:
        return
    job, old = after.job(), before.job()
    assert int(job.get("attempt", 0)) >= int(old.get("attempt", 0)), "attempts only grow"
    assert int(job.get("waiting", 0)) == len(after.waiting()), "all who wait are counted"
    assert sorted(after.waiting()) == sorted(after.wanting()), "who waits can take it back"
    if job and (after.waiting() or job["state"] == JobState.RUNNING):
        assert "kind" in job, "somebody looks after it"
        assert "deadline_at" in job, "at some time"
    if int(job.get("attempt", 0)) == int(old.get("attempt", 0)) and old and old["state"] != JobState.RUNNING:
        assert job["state"] == old["state"], "an attempt ends once"


def explore(world: World, start: State, at_end: Callable[[State], None]) -> int:
    """Go through every interleaving; moments that are alike are gone on from once.

    Returns:
        How many different moments there are.
    """
    seen, waiting, ends = {start}, [start], set()
    while waiting:
        state = waiting.pop()
        if not state.places and state not in ends:
            ends.add(state)
            at_end(settled(world, state))
        for _, after, _, _ in world.steps(state):
            holds(state, after)
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return len(seen)


def settled(world: World, state: State) -> State:
    """What comes when nothing more goes wrong: sweeps, and the executions that they start."""
    for number in range(2, LAST_SWEEPS + 2):
        if "kind" not in state.job():
            return state
        state = run(world, world.start(world.sweeps(number), faults=0, before=state))
    raise AssertionError(f"somebody waits for ever: {state.job()}, {state.waiting()}")


def run(world: World, state: State) -> State:
    """Let everyone come to an end, in no special order."""
    while state.places:
        before = state
        _, state, _, _ = next(world.steps(before))
        holds(before, state)
    return state


def walk(world: World, state: State, seed: int) -> tuple[State, list[tuple[str, Call | None, str]]]:
    """One schedule by chance.

    Returns:
        How it ends, and what happened: who, which call, and its answer.
    """
    chance, happened = random.Random(seed), []  # noqa: S311 - the same everywhere
    while state.places:
        before = state
        who, state, call, answer = chance.choice(list(world.steps(before)))
        holds(before, state)
        happened.append((who, call, answer))
    return state, happened
