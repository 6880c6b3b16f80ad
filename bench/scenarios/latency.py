"""One bot at several latencies: calls that take long must not make the rate lower."""

from bench.live.course import LiveCourse, run_live
from bench.model.course import Course, drive
from bench.model.outcome import Outcome
from bench.model.telegram import Network
from bench.model.traffic import each_chat, least_s
from bench.scenario import Clock, Context, Figure, Scenario
from local.simulator.config import Limits

#: Round trips in seconds, with the share of the optimum that the predecessor had there.
LATENCIES = {0.0: 0.91, 0.05: 0.63, 0.1: 0.32, 0.2: 0.16}
#: Seconds that arrivals may be late: the setting's default, and what suits a way that is steady.
ALLOWANCES = (0.03, 0.005)
#: Seconds that an arrival may be late on the restless way.
JITTER_S = 0.1
_LIMITS = Limits()


def _run(context: Context) -> list[Figure]:
    figures = []
    for allowance in ALLOWANCES:
        for latency in LATENCIES:
            figures += _steady(context, latency, allowance)
    figures += _restless(context)
    return figures + _live(context)


def _steady(context: Context, latency: float, allowance: float) -> list[Figure]:
    items = each_chat(context.sized(1800, 600))
    course = Course(items, network=Network(latency), jitter_s=allowance, seed=context.seed)
    return _told(context, drive(course, context.redis_url), course, latency / 2, Clock.VIRTUAL)


def _restless(context: Context) -> list[Figure]:
    items = each_chat(context.sized(1800, 600))
    network = Network(0.1, JITTER_S)
    course = Course(items, network=network, jitter_s=JITTER_S, seed=context.seed)
    return _told(context, drive(course, context.redis_url), course, network.latency_s / 2, Clock.VIRTUAL)


def _live(context: Context) -> list[Figure]:
    """All latencies side by side, a bot for each: half a minute instead of several."""
    figures = []
    items = each_chat(context.sized(900, 150))
    for allowance in ALLOWANCES[: context.sized(2, 1)]:
        latencies = list(LATENCIES)[:: context.sized(1, 2)]
        courses = {
            bot: LiveCourse(items, network=Network(latency), jitter_s=allowance)
            for bot, latency in enumerate(latencies, start=1)
        }
        outcomes = run_live(courses, context.services, seed=context.seed)
        for bot, course in courses.items():
            figures += _told(context, outcomes[bot], course, course.network.latency_s, Clock.REAL)
    return figures


def _told(context: Context, outcome: Outcome, course: Course | LiveCourse, way_s: float, clock: Clock) -> list[Figure]:
    allowance, network = course.jitter_s, course.network
    windows_s = least_s(course.items, _LIMITS)
    of_limit = (windows_s + way_s) / outcome.makespan_s
    of_contract = (windows_s * (1 + allowance) + way_s) / outcome.makespan_s
    way = f"{network.latency_s * 1000:g} ms" + (f" and up to {network.jitter_s * 1000:g}" if network.jitter_s else "")
    where = f"{way}, allowance {allowance * 1000:g} ms"
    # An allowance of 30 ms costs its 3 % by contract: what is left of Telegram's limit is told, not judged.
    judged = context.at_least(0.97) if allowance < min(ALLOWANCES) * 2 else None
    predecessor = None if network.jitter_s else LATENCIES[network.latency_s]
    return [
        Figure(f"{where}: share of 30 a second", of_limit, clock, "%", judged, predecessor),
        Figure(f"{where}: share of 30 in {1 + allowance:g} s", of_contract, clock, "%", context.at_least(0.97)),
        Figure(f"{where}: 429s", len(outcome.refused()), clock, "", context.at_most(0)),
        Figure(f"{where}: lost, doubled, out of order", outcome.faults(course.items), clock, "", context.at_most(0)),
    ]


SCENARIO = Scenario(
    "latency",
    "One bot at 0 to 200 ms of latency",
    "The rate is Telegram's whatever a call takes, and no call is refused.",
    _run,
)
