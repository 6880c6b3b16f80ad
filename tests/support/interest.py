"""A world of users who want one thing, of executions that fetch it, and of all that can go wrong at any moment.

What runs is the project's own code; only the table, Step Functions, the store and the chats are played.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from courier.download.accumulation import Accumulation
from courier.download.interest import Interest
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import Job, JobState, Outcome, Request, StoredFile, Waiter
from tests.support.dynamo import CONFLICT, CONFLICTS, OK, Snapshot
from tests.support.replay import Actors, Call, End, Program, Script, ScriptedClient

HASH = "0f" * 32
TABLE = "courier-state"
NOW = 1_800_000_000
FILE = StoredFile(key=f"video/{HASH}.mp4", bytes=5, sha256="ab")
#: A sweep of the explored world comes when all deadlines have passed, also those of executions that are well.
LATER_S = 1_000_000
_SINGLE = ("put_item", "update_item", "delete_item")
_WRITES = (*_SINGLE, "transact_write_items")


def wish(name: str) -> Request:
    """What a user asks for."""
    waiter = Waiter(waiter_id=name, bot_id=1, chat_id=5, user_id=7, reply_to=9, correlation_id=f"c-{name}")
    return Request(HASH, "https://video.example/1", "video", "best", waiter)


class _Ports:
    """Step Functions, chats and store, answered by a script."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def start(self, job: Job) -> None:
        is_ready = job.is_stored or job.state != JobState.RUNNING
        self._script.ask("start", name=job.execution, attempt=job.attempt, is_ready=is_ready)

    def stop(self, name: str) -> None:
        self._script.ask("stop", name=name)

    def answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        assert (outcome.failure is None) is (file is not None)
        self._script.ask("answer", waiter=waiter.waiter_id, failure=outcome.failure)

    def has(self, key: str) -> bool:
        return bool(self._script.ask("has", key=key)["is"])


class Parts(NamedTuple):
    """The project's code."""

    interest: Interest
    accumulation: Accumulation


def parts(script: Script, now: float, tables: type[JobTable] = JobTable) -> Parts:
    """The project's code over a script."""
    client: Any = ScriptedClient(script)
    ports = _Ports(script)
    jobs = tables(client, TABLE, clock=lambda: now, pause=lambda _: None)
    files = FileTable(client, TABLE, lambda: now)
    return Parts(Interest(jobs, files, ports, ports), Accumulation(jobs, files, ports, clock=lambda: now))


class State(NamedTuple):
    """A moment. Whatever happens makes another, and from equal ones all goes on alike.

    Attributes:
        places: Where each actor is that hasn't ended.
        executions: All that were ever started: `running`, `over` or `stopped`.
        answers: How often each waiter was answered in which way.
        ends: What each actor's code returned.
        fetches: How many downloads were begun.
        faults: How many may still happen.
        is_there: Whether the store has the object.
    """

    table: Snapshot
    places: frozenset[tuple[str, int]] = frozenset()
    executions: frozenset[tuple[str, str]] = frozenset()
    answers: frozenset[tuple[str, str | None, int]] = frozenset()
    ends: frozenset[tuple[str, str]] = frozenset()
    fetches: int = 0
    faults: int = 0
    is_there: bool = True

    def job(self) -> dict[str, Any]:
        return {name: value for name, (_, value) in self.table.item(f"media#{HASH}", "job").items()}

    def waiting(self) -> list[str]:
        return [sk.rpartition("#")[2] for _, sk in self.table.rows if sk.startswith("waiter#")]

    def wanting(self) -> list[str]:
        return [sk for pk, sk in self.table.rows if pk == "wants#1:7"]

    def answered(self, waiter: str) -> int:
        return sum(count for name, _, count in self.answers if name == waiter)


@dataclass
class World:
    """Who takes part.

    Attributes:
        failure: How executions end; None if they succeed.
        faults: Which may happen: `crash`, `lost` (a write was made, its answer got lost, and the client made it again),
            `conflict` (somebody else wrote the same row at the same moment).
        sweeps_early: Whether a sweep may come before anything has gone wrong, to executions that are well.
        tables: The table of jobs; another one changes the code under test, to see that it is missed.
        roots: Where each actor begins, and begins again after its death.
        alike: Where those begin who differ in their names alone.
    """

    failure: str | None = None
    faults: tuple[str, ...] = ("crash",)
    tables: type[JobTable] = JobTable
    sweeps_early: bool = True
    actors: Actors = field(default_factory=Actors)
    roots: dict[str, int] = field(default_factory=dict)
    alike: dict[str, int] = field(default_factory=dict)

    def asks(self, *names: str) -> None:
        """Users ask. Several named at once are alike: that one comes before the other is as good as the reverse."""
        for name in names:
            program = partial(self._ask, name)
            self._add(name, program)
            if len(names) > 1:
                self.alike[name] = self.actors.begin(program)

    def _ask(self, name: str, script: Script) -> str:
        return type(self._parts(script, NOW).interest.request(wish(name))).__name__

    def leaves(self, name: str) -> None:
        self._add(f"{name} leaves", lambda script: self._parts(script, NOW).interest.cancel(HASH, name).end)

    def sweeps(self, number: int = 1) -> str:
        name, now = f"sweep {number}", NOW + number * LATER_S
        if name not in self.roots:
            self._add(name, lambda script: str(self._parts(script, now).interest.sweep(now)))
        return name

    def start(self, *names: str, faults: int = 1, before: State | None = None) -> State:
        """The moment before all: these take part, or whoever was named."""
        places = frozenset((name, self.alike.get(name, self.roots[name])) for name in names or self.roots)
        return (before or State(Snapshot()))._replace(places=places, faults=faults)

    def steps(self, state: State) -> Iterator[tuple[str, State, Call | None, str]]:
        """Whatever can happen next: who does it, what comes of it, and the call and its answer."""
        is_first = True
        for name, place in sorted(state.places):
            if place == self.alike.get(name):
                if not is_first:
                    continue
                is_first = False
            if not self.sweeps_early and state.faults and name.startswith("sweep"):
                continue
            call = self.actors.next(place)
            assert not isinstance(call, End)
            after, answer = self._call(state, call)
            yield name, self._move(after, name, place, answer), call, answer
            if not state.faults:
                continue
            lame = state._replace(faults=state.faults - 1)
            if "crash" in self.faults and place != self.alike.get(name):
                # What was carried out before stays; after the call it is the crash before the next one.
                yield f"{name} dies", self._die(lame, name, place), None, ""
            if "lost" in self.faults and call[0] in _SINGLE:
                twice, answer = self._call(after._replace(faults=lame.faults), call)
                yield f"{name} twice", self._move(twice, name, place, answer), call, answer
            if "conflict" in self.faults and call[0] in _WRITES:
                answer = CONFLICTS if call[0] == "transact_write_items" else CONFLICT
                yield f"{name} collides", self._move(lame, name, place, answer), None, ""

    def _parts(self, script: Script, now: float) -> Parts:
        return parts(script, now, self.tables)

    def _add(self, name: str, program: Program) -> None:
        self.roots[name] = self.actors.begin(program)

    def _execution(self, attempt: int, *, is_ready: bool) -> Program:
        def run(script: Script) -> str:
            accumulation = self._parts(script, NOW).accumulation
            is_wanted = accumulation.jobs.begun(HASH, attempt)
            if is_ready:
                return str(accumulation.finish(HASH, attempt, Outcome()))
            if not is_wanted:
                return "unwanted"
            if self.failure is None:
                if accumulation.files.stored(HASH) is None:
                    script.ask("fetch")
                    accumulation.files.keep(HASH, FILE)
            else:
                script.ask("fetch")
            return str(accumulation.finish(HASH, attempt, Outcome(self.failure)))

        return run

    def _call(self, state: State, call: Call) -> tuple[State, str]:
        what, given = call
        match what:
            case "start":
                return self._started(state, call), OK
            case "stop":
                return self._stopped(state, call), OK
            case "answer":
                return self._answered(state, call), OK
            case "fetch":
                return state._replace(fetches=state.fetches + 1, is_there=True), OK
            case "has":
                return state, '{"is": true}' if state.is_there else '{"is": false}'
        table, answer = state.table.call(what, given)
        return state._replace(table=table), answer

    def _started(self, state: State, call: Call) -> State:
        given = _given(call)
        if given["name"] in dict(state.executions):
            return state
        # Of one name there are two kinds, in worlds that are otherwise apart.
        actor = f"execution {given['name'].partition('-')[2]}{' delivers' if given['is_ready'] else ''}"
        if actor not in self.roots:
            self._add(actor, self._execution(given["attempt"], is_ready=given["is_ready"]))
        return state._replace(
            executions=state.executions | {(given["name"], "running")},
            places=state.places | {(actor, self.roots[actor])},
        )

    def _stopped(self, state: State, call: Call) -> State:
        name = _given(call)["name"]
        if (name, "running") not in state.executions:
            return state
        actor = f"execution {name.partition('-')[2]}"
        return state._replace(
            executions=state.executions - {(name, "running")} | {(name, "stopped")},
            places=frozenset(place for place in state.places if place[0].removesuffix(" delivers") != actor),
        )

    def _answered(self, state: State, call: Call) -> State:
        waiter, failure = _given(call)["waiter"], _given(call)["failure"]
        count = next((count for name, how, count in state.answers if (name, how) == (waiter, failure)), 0)
        others = state.answers - {(waiter, failure, count)}
        return state._replace(answers=others | {(waiter, failure, count + 1)})

    def _move(self, state: State, name: str, place: int, answer: str) -> State:
        if (name, place) not in state.places:
            # It stopped itself.
            return state
        others = state.places - {(name, place)}
        following = self.actors.after(place, answer)
        reached = self.actors.next(following)
        if not isinstance(reached, End):
            return state._replace(places=others | {(name, following)})
        ended = state._replace(places=others, ends=state.ends | {(name, str(reached.result))})
        return self._over(ended, name)

    def _die(self, state: State, name: str, place: int) -> State:
        """A queue hands out its message again; an execution is gone; a sweep has its next turn anyway."""
        others = state.places - {(name, place)}
        if name.startswith(("execution", "sweep")):
            return self._over(state._replace(places=others), name)
        return state._replace(places=others | {(name, self.roots[name])})

    def _over(self, state: State, actor: str) -> State:
        if not actor.startswith("execution"):
            return state
        name = f"{HASH}-{actor.split()[1]}"
        return state._replace(executions=state.executions - {(name, "running")} | {(name, "over")})


def _given(call: Call) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(call[1])
    return given
