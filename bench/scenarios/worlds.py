"""Hidden worlds: limits that nobody is told, and the faults that go with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.live.course import LiveCourse, run_live
from bench.model.course import Course, drive
from bench.model.outcome import Outcome
from bench.model.penalties import Judged, judged
from bench.model.telegram import Network
from bench.model.traffic import Item, least_s, mixed
from bench.scenario import Clock, Context, Figure, Scenario, Target
from courier.contracts.control import Limits as Configured
from local.simulator.config import Limits
from local.simulator.worlds import World

_NETWORK = Network(0.05)
#: A minute and a half and more of each world: long enough that a limit is used as well as found out.
_MESSAGES = 2700
#: In as few the time in which limits are found out weighs three times as much.
_FEW_MESSAGES = 900
#: Each of twenty at once in real time: what a world takes to be found out weighs three times as much.
_LIVE_MESSAGES = 300
_WORLDS = range(1, 21)
#: Worlds in which little is left to learn: their optimum is long, and their limits are close to the published ones.
_QUICK_WORLDS = (2, 4, 8)
#: The makespan to the optimum.
_MEDIAN, _WORST = 1.15, 1.4
#: A quick run's few messages are mostly those by which a world is found out.
_QUICK_SLACK = 1.6


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of one bot in a world."""

    world: World
    items: Sequence[Item]
    outcome: Outcome

    @property
    def ratio(self) -> float:
        """The makespan to the least that the world's own limits allow."""
        return self.outcome.makespan_s / least_s(self.items, self.world.limits)

    @property
    def ratio_configured(self) -> float:
        """The same where nobody may be faster than the bot's row says."""
        return self.outcome.makespan_s / least_s(self.items, within_configured(self.world.limits))


def within_configured(limits: Limits, configured: Configured | None = None) -> Limits:
    """A world's limits, as far as a bot's row lets anyone use them."""
    row = (configured or Configured()).model_dump()
    return limits.model_copy(update={name: min(getattr(limits, name), value) for name, value in row.items()})


def _run(context: Context) -> list[Figure]:
    messages = context.sized(_MESSAGES, 450)
    figures = _told(context, _driven(context, messages, calm=True), "calm", is_judged=True)
    if context.is_quick:
        return figures
    figures += _told(context, _driven(context, _FEW_MESSAGES, calm=False), f"{_FEW_MESSAGES} messages, with faults")
    figures += _ratios(_driven(context, _FEW_MESSAGES, calm=True), f"{_FEW_MESSAGES} messages, calm")
    for size in (_MESSAGES, _FEW_MESSAGES):
        knowing = _driven(context, size, calm=True, is_told=True)
        figures += _ratios(knowing, f"{size} messages, calm, limits told to the sender")
    return figures + _live(context)


def _driven(context: Context, messages: int, *, calm: bool, is_told: bool = False) -> list[Lived]:
    lived = []
    for seed in _QUICK_WORLDS if context.is_quick else _WORLDS:
        world, items = World.drawn(seed, calm=calm), mixed(seed, messages)
        row = Configured.model_validate(_as_row(world.limits)) if is_told else Configured()
        course = Course(items, world=world, configured=row, network=_NETWORK, seed=context.seed)
        lived.append(Lived(world, items, drive(course, context.redis_url)))
    return lived


def _as_row(limits: Limits) -> dict[str, float]:
    return {name: getattr(limits, name) for name in Configured.model_fields}


def _ratios(lived: Sequence[Lived], which: str, targets: Sequence[Target | None] = (None, None)) -> list[Figure]:
    where, clock, ratios = f"{len(lived)} worlds, {which}", Clock.VIRTUAL, [each.ratio for each in lived]
    return [
        Figure(f"{where}: makespan to the optimum, median", median(ratios), clock, "x", targets[0]),
        Figure(f"{where}: makespan to the optimum, worst", max(ratios), clock, "x", targets[1]),
    ]


def _told(context: Context, lived: Sequence[Lived], which: str, *, is_judged: bool = False) -> list[Figure]:
    where, clock, nothing = f"{len(lived)} worlds, {which}", Clock.VIRTUAL, context.at_most(0)
    slack = _QUICK_SLACK if context.is_quick else 1.0
    judge = [context.at_most(number * slack) if is_judged else None for number in (_MEDIAN, _WORST)]
    met = sum((judged(each.outcome.arrivals) for each in lived), Judged(0, 0, 0))
    refused = sum(len(each.outcome.refused()) for each in lived) / len(lived)
    doubled = sum(each.outcome.duplicates() for each in lived)
    excused = sum(each.outcome.excused() for each in lived)
    wrong = sum(len(each.outcome.lost(each.items)) + len(each.outcome.disordered()) for each in lived)
    within = [each.ratio_configured for each in lived]
    return [
        *_ratios(lived, which, judge),
        Figure(f"{where}: the same within the bot's row, median", median(within), clock, "x"),
        Figure(f"{where}: the same within the bot's row, worst", max(within), clock, "x"),
        Figure(f"{where}: 429s a world, mean", refused, clock),
        Figure(f"{where}: calls started in a known penalty", met.known, clock, "", nothing),
        Figure(f"{where}: calls under way when a penalty began", met.in_flight, clock),
        Figure(f"{where}: calls that told the bot's penalty from a chat's", met.undecided, clock),
        Figure(f"{where}: messages lost, chats out of order", wrong, clock, "", nothing),
        Figure(f"{where}: messages doubled", doubled, clock),
        Figure(f"{where}: messages doubled without a lost answer", doubled - excused, clock, "", nothing),
    ]


def _live(context: Context) -> list[Figure]:
    """All at once over HTTP, faults and all; how fast is told, not judged, since twenty bots share one process."""
    courses = {
        seed: LiveCourse(mixed(seed, _LIVE_MESSAGES), world=seed, batches=2, network=_NETWORK, limit_s=90.0)
        for seed in _WORLDS
    }
    outcomes = run_live(courses, context.services, seed=context.seed)
    lived = [Lived(World.drawn(seed), courses[seed].items, outcome) for seed, outcome in outcomes.items()]
    figures = [outcome.figures for outcome in outcomes.values() if outcome.figures]
    lost = sum(len(each.outcome.lost(each.items)) + len(each.outcome.disordered()) for each in lived)
    stalled_s = max(outcome.stalled_s for outcome in outcomes.values())
    where, clock = f"{len(lived)} worlds at once, {_LIVE_MESSAGES} messages each", Clock.REAL
    return [
        Figure(f"{where}: makespan to the optimum, median", median(each.ratio for each in lived), clock, "x"),
        Figure(f"{where}: makespan to the optimum, worst", max(each.ratio for each in lived), clock, "x"),
        Figure(f"{where}: 429s a world, mean", sum(sum(each.refused.values()) for each in figures) / len(lived), clock),
        Figure(
            f"{where}: calls over 250 ms after a penalty began", sum(each.late_since_begin for each in figures), clock
        ),
        Figure(f"{where}: messages lost, chats out of order", lost, clock, "", context.at_most(0)),
        Figure(f"{where}: longest stall of this process", 1000 * stalled_s, clock, "ms"),
    ]


SCENARIO = Scenario(
    "worlds",
    "Hidden worlds: a bot under limits that nobody tells",
    "The sender finds out limits that it wasn't told, and calls nobody who is known to be held.",
    _run,
)
