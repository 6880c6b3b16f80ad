"""Kills, a Redis that forgets, lost answers and failing servers, all at once."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

from bench.model.ordeal import Ordeal, Survival, endure
from bench.model.traffic import Item, mixed
from bench.scenario import Clock, Context, Figure, Scenario
from local.simulator.config import Limits
from local.simulator.worlds import Storm, World, WorldFaults

_SEEDS, _QUICK_SEEDS = range(1, 9), range(1, 3)
_KILL_EVERY_S, _KILLS_UNTIL_S = 5.0, 30.0
_FLUSHES = (6.0, 13.0, 22.0)
_FAULTS = WorldFaults(
    lost_answer=0.01, reset_before=0.02, wrapped=0.3, storm=Storm(after_s=8.0, lasts_s=6.0, share=0.6)
)
#: Recovery after a kill: the visibility of what a dead worker held, and the way of that.
_RECOVERY_S = 60.0


def _run(context: Context) -> list[Figure]:
    seeds = _QUICK_SEEDS if context.is_quick else _SEEDS
    ordeals = {seed: _ordeal(context, seed) for seed in seeds}
    survivals = {seed: endure(ordeal, context.redis_url) for seed, ordeal in ordeals.items()}
    return _told(context, [(ordeals[seed].items, survival) for seed, survival in survivals.items()])


def _ordeal(context: Context, seed: int) -> Ordeal:
    """Traffic for as long as workers die, so that nobody who dies is idle."""
    items = mixed(seed, context.sized(1000, 500))
    until_s = context.sized(int(_KILLS_UNTIL_S), 15)
    world = World(seed=seed, limits=Limits(), faults=_FAULTS)
    return Ordeal(items, world, _KILL_EVERY_S, until_s, [at for at in _FLUSHES if at < until_s], seed=seed)


def _told(context: Context, survived: Sequence[tuple[Sequence[Item], Survival]]) -> list[Figure]:
    all_of = [survival for _, survival in survived]
    lost = sum(len(survival.lost(items)) for items, survival in survived)
    doubled = sum(survival.duplicates() for survival in all_of)
    causes = sum((survival.explained() for survival in all_of), Counter[str]())
    recoveries = [survival.recovery_s for survival in all_of]
    clock, nothing = Clock.VIRTUAL, context.at_most(0)
    return [
        Figure("runs", len(all_of), clock),
        Figure("messages", sum(len(items) for items, _ in survived), clock),
        Figure("workers killed", sum(len(survival.kills) for survival in all_of), clock),
        Figure("times that Redis lost everything", sum(len(survival.flushes) for survival in all_of), clock),
        Figure("messages lost", lost, clock, "", nothing),
        Figure("dead letters", sum(len(survival.around.letters) for survival in all_of), clock, "", nothing),
        Figure("chats out of order", sum(len(survival.disordered()) for survival in all_of), clock, "", nothing),
        Figure("duplicates", doubled, clock),
        Figure("duplicates after a lost answer", causes["lost answer"], clock),
        Figure("duplicates after a kill", causes["kill"], clock),
        Figure("duplicates after a flush", causes["flush"], clock),
        Figure("duplicates that no kill, flush or lost answer explains", doubled - causes.total(), clock, "", nothing),
        Figure("from the last kill or flush to drained queues, median", median(recoveries), clock, "s"),
        Figure(
            "from the last kill or flush to drained queues, worst",
            max(recoveries),
            clock,
            "s",
            context.at_most(_RECOVERY_S),
        ),
    ]


SCENARIO = Scenario(
    "faults",
    "A worker killed every 5 s, Redis emptied three times, lost answers, resets, a storm of 5xx",
    "Nothing is lost and no chat is out of order; a message comes twice only where nobody could know.",
    _run,
)
