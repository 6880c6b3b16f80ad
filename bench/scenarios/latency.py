"""One bot at several latencies: calls that take long must not make the rate lower."""

from bench.live.course import LiveCourse, LiveOutcome, run_live
from bench.model.course import Course, drive
from bench.model.outcome import Outcome
from bench.model.telegram import Network
from bench.model.traffic import each_chat, least_s
from bench.scenario import Clock, Context, Figure, Scenario, Target
from local.simulator.config import Limits

#: Round trips in seconds, with the share of the optimum that the predecessor had there.
LATENCIES = {0.0: 0.91, 0.05: 0.63, 0.1: 0.32, 0.2: 0.16}
#: Seconds that arrivals may be late: the setting's default, and what suits a way that is steady.
ALLOWANCES = (0.03, 0.005)
#: Seconds that an arrival may be late on the restless way.
JITTER_S = 0.1

#: Runs of a way in real time until one was left undisturbed.
TRIES = 5

type Driven = tuple[Course | LiveCourse, Outcome]


def _run(context: Context) -> list[Figure]:
    virtual = [_drive(context, Network(latency), allowance) for allowance in ALLOWANCES for latency in LATENCIES]
    virtual.append(_drive(context, Network(0.1, JITTER_S), JITTER_S))
    figures = [figure for driven in virtual for figure in _shares(context, driven, Clock.VIRTUAL)]
    figures += _wrongs(context, virtual, Clock.VIRTUAL)
    live = _live(context)
    figures += [figure for driven in live for figure in _shares(context, driven, Clock.REAL)]
    stalled_s = max(outcome.stalled_s for _, outcome in live if isinstance(outcome, LiveOutcome))
    figures.append(Figure("longest stall of this process in the runs that count", 1000 * stalled_s, Clock.REAL, "ms"))
    patient = [driven for driven in live if driven[0].jitter_s != min(ALLOWANCES)]
    hasty = [driven for driven in live if driven not in patient]
    figures += _wrongs(context, patient, Clock.REAL)
    # Over HTTP on a machine with two processors arrivals vary by more than that: it is what too small a setting does.
    refused = sum(len(outcome.refused()) for _, outcome in hasty)
    return [*figures, Figure(f"429s with an allowance of {min(ALLOWANCES) * 1000:g} ms", refused, Clock.REAL)]


def _drive(context: Context, network: Network, allowance: float) -> Driven:
    items = each_chat(context.sized(1200, 600))
    course = Course(items, network=network, jitter_s=allowance, seed=context.seed)
    return course, drive(course, context.redis_url)


def _live(context: Context) -> list[Driven]:
    """One bot after another, since bots that share this process's event loop make each other's calls late."""
    ways = [*((latency, ALLOWANCES[0]) for latency in LATENCIES), (0.05, ALLOWANCES[1])]
    if context.is_quick:
        ways = ways[1:2]
    driven: list[Driven] = []
    for latency, allowance in ways:
        course = LiveCourse(each_chat(context.sized(450, 151)), network=Network(latency), jitter_s=allowance)
        driven.append((course, _undisturbed(context, course)))
    return driven


def _undisturbed(context: Context, course: LiveCourse) -> LiveOutcome:
    """A run in which this process got to its work in time, else the one that was held up least.

    A hypervisor that takes the processors away for longer than the allowance makes arrivals late whatever the sender
    does. Which run counts is decided by the stalls alone, never by its rate or its 429s.
    """
    runs: list[LiveOutcome] = []
    while len(runs) < (1 if context.is_quick else TRIES):
        runs.append(run_live({1: course}, context.services, seed=context.seed)[1])
        if runs[-1].stalled_s < ALLOWANCES[0] / 2:
            break
    return min(runs, key=lambda outcome: outcome.stalled_s)


def _shares(context: Context, driven: Driven, clock: Clock) -> list[Figure]:
    course, outcome = driven
    allowance, network = course.jitter_s, course.network
    # The model's network has half of its latency before the arrival, a live course all of it.
    way_s = network.latency_s / 2 if clock is Clock.VIRTUAL else network.latency_s
    windows_s = least_s(course.items, Limits())
    way = f"{network.latency_s * 1000:g} ms" + (f" and up to {network.jitter_s * 1000:g}" if network.jitter_s else "")
    where = f"{way}, allowance {allowance * 1000:g} ms"
    # What a large allowance leaves of Telegram's limit is told, not judged: it costs its 3 % by contract. A small one
    # is no setting for a process whose event loop is later than that.
    is_small = allowance == min(ALLOWANCES)
    judged = _judged(context, clock)
    predecessor = None if network.jitter_s else LATENCIES[network.latency_s]
    of_limit = (windows_s + way_s) / outcome.makespan_s
    of_contract = (windows_s * (1 + allowance) + way_s) / outcome.makespan_s
    return [
        Figure(
            f"{where}: share of 30 a second",
            of_limit,
            clock,
            "%",
            judged if is_small and clock is Clock.VIRTUAL else None,
            predecessor,
        ),
        Figure(
            f"{where}: share of 30 in {1 + allowance:g} s",
            of_contract,
            clock,
            "%",
            None if is_small and clock is Clock.REAL else judged,
        ),
    ]


def _judged(context: Context, clock: Clock) -> Target:
    """A quick run's course in real time is a handful of windows long, on a machine that may be busy with other tests.

    One stall may then cost a penalty of as many windows: what is looked at is that the parts work together.
    """
    return context.at_least(0.97) if clock is Clock.VIRTUAL or not context.is_quick else context.at_least(0.4)


def _wrongs(context: Context, driven: list[Driven], clock: Clock) -> list[Figure]:
    refused = sum(len(outcome.refused()) for _, outcome in driven)
    # A quick run's machine may stall for longer than any allowance.
    judged = None if context.is_quick and clock is Clock.REAL else context.at_most(0)
    faults = sum(outcome.faults(course.items) for course, outcome in driven)
    return [
        Figure("429s in all of these", refused, clock, "", judged),
        Figure("messages lost or doubled, chats out of order", faults, clock, "", context.at_most(0)),
    ]


SCENARIO = Scenario(
    "latency",
    "One bot at 0 to 200 ms of latency",
    "The rate is Telegram's whatever a call takes, and no call is refused.",
    _run,
)
