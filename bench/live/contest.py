"""One traffic, one Telegram, several systems one after another: how each of them did."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from statistics import median

from bench.live.course import LiveCourse, arrivals, prepare, run_live
from bench.live.services import Services
from bench.model.telegram import Arrival
from bench.model.traffic import Item, least_s
from bench.peers.catalogue import Peer
from bench.peers.install import Places
from bench.peers.job import BotJob, Job, Message
from bench.peers.run import PeerRun, run_peer
from local.simulator.figures import BotFigures

OURS = "tg-courier"
#: Seconds that a peer may take to start and to greet, beyond the time in which it sends.
_START_S = 30.0
#: Every run has bots that nothing is known of.
_FRESH = count(1000)


@dataclass(frozen=True, slots=True)
class Bout:
    """What every system is to do.

    Attributes:
        courses: One for each bot; the bots are side by side.
        limit_s: The most that a run may take.
        within_s: Seconds within which the share of what was delivered is told; None for those of `Terms`.
        counted: Chats whose messages count; None for all.
    """

    name: str
    courses: Sequence[LiveCourse]
    limit_s: float = 90.0
    within_s: float | None = None
    counted: frozenset[int] | None = None

    def seated(self) -> dict[int, LiveCourse]:
        """The courses with bots that nobody knows."""
        return {next(_FRESH): course for course in self.courses}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the simulator saw of one bot, with times from the moment at which its system began."""

    course: LiveCourse
    arrivals: Sequence[Arrival]
    figures: BotFigures


@dataclass(frozen=True, slots=True)
class Standing:
    """How a system did.

    Attributes:
        delivered: Share of the messages that were delivered in time.
        ratio: Makespan to the optimum, the median of the bots; who didn't deliver all is taken to do so at the end
            of the time, so that it is a lower bound for them.
        late: Calls more than 250 ms after a penalty was extended last; `late_since_begin`: after it began.
        cpu_s: CPU seconds for a thousand delivered messages.
        doubled: Messages that were accepted more than once, each time counted.
    """

    system: str
    delivered: float
    ratio: float
    refused: int
    late: int
    late_since_begin: int
    cpu_s: float
    doubled: int
    disordered: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all: `limit_s` is the time that a system has, `within_s` that in which messages count."""

    limit_s: float
    within_s: float
    counted: frozenset[int] | None = None


def ours(bout: Bout, services: Services, seed: int) -> tuple[Standing, Terms]:
    """Run this project's senders, and say what that leaves the others: twice the time, and the bout's at most."""
    courses = {bot: replace(course, limit_s=bout.limit_s) for bot, course in bout.seated().items()}
    outcomes = run_live(courses, services, seed=seed)
    longest_s = max(outcome.makespan_s for outcome in outcomes.values())
    limit_s = min(bout.limit_s, 2 * longest_s)
    terms = Terms(limit_s, bout.within_s or limit_s, bout.counted)
    seen = [
        Seen(courses[bot], outcome.arrivals, outcome.figures or services.simulator.bot_figures(bot))
        for bot, outcome in outcomes.items()
    ]
    return standing(OURS, seen, terms, next(iter(outcomes.values())).cpu_s), terms


def theirs(
    peer: Peer, bout: Bout, terms: Terms, services: Services, *, seed: int, places: Places | None = None
) -> Standing | PeerRun:
    """Run a peer on the same; its run as it ended, if that says nothing of its sending."""
    courses = bout.seated()
    prepare(courses, services, seed)
    job = Job(services.simulator.url, terms.limit_s, [_job(bot, course.items) for bot, course in courses.items()])
    run = asyncio.run(run_peer(peer, job, timeout_s=terms.limit_s + _START_S, places=places))
    if run.result is None:
        return run
    began = run.result.started_at
    seen = [
        Seen(course, arrivals(bot, services, began), services.simulator.bot_figures(bot))
        for bot, course in courses.items()
    ]
    return standing(peer.name, seen, terms, run.result.cpu_s)


def standing(system: str, bots: Sequence[Seen], terms: Terms, cpu_s: float) -> Standing:
    """What a system's bots come to together."""
    in_time = wanted = everything = 0
    ratios = []
    for bot in bots:
        first = _first(bot.arrivals)
        keys = {(item.chat, item.text) for item in bot.course.items}
        counted = {key for key in keys if terms.counted is None or key[0] in terms.counted}
        wanted += len(counted)
        in_time += sum(first.get(key, terms.within_s + 1) <= terms.within_s for key in counted)
        there = [at for key, at in first.items() if key in keys and at <= terms.limit_s]
        everything += len(there)
        took_s = max(there) if len(there) == len(keys) else terms.limit_s
        # What fits into the limits at once can't take too long.
        ratios.append(took_s / (least_s(bot.course.items, bot.course.true_limits) or took_s))
    figures = [bot.figures for bot in bots]
    return Standing(
        system,
        delivered=in_time / wanted,
        ratio=median(ratios),
        refused=sum(sum(each.refused.values()) for each in figures),
        late=sum(each.late for each in figures),
        late_since_begin=sum(each.late_since_begin for each in figures),
        cpu_s=1000 * cpu_s / everything if everything else float("inf"),
        doubled=sum(sum(each.is_taken for each in bot.arrivals) - len(_first(bot.arrivals)) for bot in bots),
        disordered=sum(_disordered(bot.arrivals) for bot in bots),
    )


def _first(seen: Sequence[Arrival]) -> Mapping[tuple[int | None, str], float]:
    """When each message was accepted first."""
    first: dict[tuple[int | None, str], float] = {}
    for arrival in seen:
        if arrival.is_taken:
            first.setdefault((arrival.chat, arrival.text), arrival.at)
    return first


def _disordered(seen: Sequence[Arrival]) -> int:
    """Chats whose messages came first in another order than their numbers'."""
    texts: dict[int | None, list[int]] = {}
    for chat, text in _first(seen):
        texts.setdefault(chat, []).append(int(text))
    return sum(numbers != sorted(numbers) for numbers in texts.values())


def _job(bot: int, items: Sequence[Item]) -> BotJob:
    return BotJob(f"{bot}:bench", [Message(item.chat, item.text) for item in items])
