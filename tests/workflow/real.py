"""The machine with its real steps behind it: what they work with is real, but for a clock that skips what they wait."""

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event
from typing import Any

from courier.download.access import Access
from courier.download.executions import Executions
from courier.download.identity import content_hash, identity_of
from courier.download.interest import Interest
from courier.download.kinds import Kind, Wish
from courier.download.making.programs import programs
from courier.download.making.workshop import Workshop
from courier.download.policy import Limits
from courier.download.probing.prober import Prober
from courier.download.probing.slowdown import Slowdown
from courier.download.stepping import carried_out
from courier.download.steps.extract import Extract
from courier.download.steps.fetch import Fetch
from courier.download.steps.find import Find
from courier.download.steps.probe import Probe
from courier.download.storing import ObjectStore
from courier.errors import StateUnavailableError
from courier.state.media import Joined, Request, Started
from tests.functional.download.desk import BUCKET, Desk, waiter
from tests.support.guarded import Run
from tests.support.media_server import MediaServer
from tests.workflow.conftest import FUNCTIONS, Ended, Machine

#: Seconds that something may take to happen on a busy machine.
PATIENCE_S = 30.0
#: Seconds that are skipped when deliver is to be made again: longer than it leaves Telegram alone after trouble.
BREATH_S = 11


@dataclass(frozen=True)
class Taken:
    """A step that came to its answer.

    Attributes:
        hits: Requests that the site had meanwhile.
    """

    step: str
    told: dict[str, Any]
    hits: int


@dataclass(frozen=True)
class Paces:
    """`Slowdown` for steps, which are no coroutines."""

    slowdown: Slowdown
    wait_for: Callable[..., Any]

    def wait_s(self, site: str, job: str) -> float | None:
        left: float | None = self.wait_for(self.slowdown.wait_s(site, job))
        return left

    def refused(self, site: str, job: str) -> bool:
        return bool(self.wait_for(self.slowdown.refused(site, job)))


class Real:
    """Steps, users, and what befalls them.

    Attributes:
        large_bytes: What is larger is for the transfer.
        fetch_s: Seconds that a fetch has.
        skipped_s: Of the clock by which a fetch looks whether it is wanted.
        taken: Steps that came to their answers, in their order.
    """

    def __init__(self, desk: Desk, machine: Machine, site: MediaServer, redis: Any, *, base: Path, run: Run) -> None:
        self.desk, self.site, self.base, self._run = desk, site, base, run
        self.large_bytes, self.fetch_s, self.skipped_s = 20_000_000, 60.0, 0.0
        self.taken: list[Taken] = []
        self.slowdown = Slowdown(desk.pacer._redis, per_minute=30)
        self._machine, self._redis = machine, redis
        self._executions = Executions(machine._client, machine._arn)
        self.interest = Interest(desk.jobs, desk.files, self._executions, ObjectStore(desk.s3, BUCKET))
        self._is_closed = False
        self._begun: dict[str, int] = {}
        self._befalls: dict[str, Iterator[Callable[[], object]]] = {}
        self._gate, self._changed = Event(), Condition()
        machine.steps.answers = dict.fromkeys(FUNCTIONS, self._answer)

    def befalls(self, step: str, what: Iterable[Callable[[], object]]) -> None:
        """Let something happen before each time that a step is taken, one after another."""
        self._befalls[step] = iter(what)

    def close(self) -> None:
        """From now on nobody can read how sites are reached."""
        self._is_closed = True

    def ask(self, url: str, *numbers: int, media: str = "video") -> str:
        """Users ask for something, before its first step is taken; gives its hash."""
        content = content_hash(identity_of(url), Wish(Kind(media)))
        self._gate.clear()
        for number in numbers:
            joining = self.interest.request(Request(content, url, media, "best", waiter(number)))
            assert isinstance(joining, Started if number == numbers[0] else Joined), joining
        self._gate.set()
        return content

    def end(self, content: str) -> Ended:
        """Wait for the end of the last execution for something."""
        job = self.desk.jobs.job(content)
        assert job is not None
        return self._machine.end(f"{self._machine._arn.replace(':stateMachine:', ':execution:')}:{job.execution}")

    def run(self, url: str, *numbers: int, media: str = "video") -> Ended:
        """Let users ask, and wait for the end."""
        return self.end(self.ask(url, *numbers, media=media))

    def wait_asking(self, step: str) -> None:
        """Wait until a step has asked the site for something."""
        site, begun = self.site, self._begun
        with site.changed:
            asked = site.changed.wait_for(lambda: step in begun and len(site.hits) > begun[step], PATIENCE_S)
            assert asked, f"{step} asks for nothing"

    def wait_taken(self, step: str) -> Taken:
        """Wait until a step has come to its answer."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.of(step), PATIENCE_S), f"{step} doesn't end"
        return self.of(step)[0]

    def of(self, step: str) -> list[Taken]:
        return [one for one in self.taken if one.step == step]

    def got(self) -> dict[int, list[str]]:
        """What came to each chat: an upload by its method, a file that Telegram has by its kind, or words."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        for record in self.desk.uploads():
            found[record.chat_id].append(record.method)
        for one in self.desk.posted.of("send_msg"):
            found[one["chat_id"]].append(one["media"]["kind"] if one.get("media") else one["text"])
        return dict(found)

    def left_behind(self) -> list[Path]:
        """What of the jobs' folders is still there."""
        return [path for folder in self.base.glob("*") for path in folder.iterdir()]

    def _answer(self, event: dict[str, Any]) -> dict[str, Any]:
        assert self._gate.wait(PATIENCE_S)
        step = event["step"]
        next(self._befalls.get(step, iter(())), bool)()
        hits = self._begun[step] = len(self.site.hits)
        told = carried_out(event, functools.partial(self._steps()[step], event))
        if told["outcome"] == "again":
            self.desk.now += BREATH_S
        if told["outcome"] == "wait":
            # The engine skips the pause in which these keys end.
            self.desk.wait_for(self._redis.flushall())
        with self._changed:
            self.taken.append(Taken(step, told, len(self.site.hits) - hits))
            self._changed.notify_all()
        return told

    def _steps(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        desk, workshop = self.desk, self._workshop()
        find = Find(desk.jobs, desk.files, ObjectStore(desk.s3, BUCKET))
        fetch = Fetch(workshop, self._access, self.large_bytes, store_s=1.0)
        extract = Extract(workshop, store_s=1.0)
        return {
            "probe": lambda event: self._probe().run(event, PATIENCE_S),
            "find": lambda event: find.run(event, PATIENCE_S),
            "fetch": lambda event: fetch.run(event, self.fetch_s),
            "extract": lambda event: extract.run(event, self.fetch_s),
            "deliver": lambda event: desk.wait_for(desk.step().run(event, 900.0)),
        }

    def _probe(self) -> Probe:
        paces = Paces(self.slowdown, self.desk.wait_for)
        prober = Prober(self._access, self.base / "probes", programs().deno, self._run)
        limits = Limits(max_bytes=50_000_000, large_bytes=self.large_bytes, max_duration_s=600)
        return Probe(self.desk.jobs, paces, prober, limits)

    def _workshop(self) -> Workshop:
        return Workshop(
            jobs=self.desk.jobs,
            files=self.desk.files,
            store=ObjectStore(self.desk.s3, BUCKET),
            progress=self.desk.progress_messages(),
            programs=programs(),
            base=self.base / "jobs",
            max_bytes=50_000_000,
            max_duration_s=600.0,
            clock=lambda: time.monotonic() + self.skipped_s,
            run=self._run,
        )

    def _access(self) -> Access:
        if self._is_closed:
            raise StateUnavailableError("parameters can't be read")
        return Access(allowed=frozenset({self.site.target}))
