"""What scenarios tell, from hand-made outcomes."""

import pytest

from bench import cpu, footprint, looks
from bench.live.contest import OURS, Bout, Standing, Terms
from bench.model.outcome import Outcome
from bench.model.telegram import Arrival
from bench.model.traffic import each_chat
from bench.model.workers import Surroundings
from bench.scenario import Figure
from bench.scenarios import cost, downloads, peers, worlds
from local.simulator.config import Limits
from local.simulator.worlds import World
from tests.unit.bench.test_scenario import context

TERMS = Terms(limit_s=10, within_s=10)


def test_a_row_narrows_a_world_and_never_widens_it() -> None:
    wide = Limits(bot_per_second=40, chat_per_second=2.0, chat_burst=5, group_per_minute=25)
    assert worlds.within_configured(wide) == Limits()
    assert worlds.within_configured(Limits(bot_per_second=12)) == Limits(bot_per_second=12)


def test_a_world_is_judged_by_its_own_limits() -> None:
    """121 messages take three seconds at 40 a second, and four at the row's 30."""
    items = each_chat(121)
    outcome = Outcome([Arrival(6.0, 6.0, 1, "0", None)], Surroundings({}), {}, {})
    lived = worlds.Lived(World(limits=Limits(bot_per_second=40)), items, outcome)
    assert (lived.ratio, lived.ratio_configured) == (2.0, 1.5)


def told(system: str, cpu_s: float = 1.0, counted: frozenset[int] | None = None) -> dict[str, Figure]:
    standing = Standing(system, 0.9, 1.2, 3, 1, 2, cpu_s, 0, 0)
    figures = peers._told(context(), Bout("bout", [], counted=counted), standing, TERMS)
    return {figure.what: figure for figure in figures}


def test_only_our_own_figures_are_judged() -> None:
    assert told(OURS)[f"bout: {OURS}: delivered in 10 s"].is_met is False
    assert all(figure.target is None for figure in told("ptb").values())


def test_nobody_has_a_figure_that_is_none() -> None:
    assert "bout: ptb: CPU for 1000" not in told("ptb", cpu_s=float("inf"))
    assert "bout: ptb: CPU for 1000" in told("ptb")
    assert list(told("ptb", counted=frozenset({1}))) == ["bout: ptb: delivered in 10 s", "bout: ptb: 429s"]


@pytest.mark.parametrize(("warm_s", "is_met"), [(0.3, True), (0.5, False)])
def test_a_fork_is_held_against_a_new_process(monkeypatch: pytest.MonkeyPatch, warm_s: float, *, is_met: bool) -> None:
    monkeypatch.setattr(looks, "measure", lambda rounds: looks.Looks(1.0, 1.2, warm_s, 55.0) if rounds else None)
    (judged,) = (figure for figure in downloads.SCENARIO.run(context()) if figure.target)
    assert (judged.value, judged.is_met) == (warm_s, is_met)


def test_a_cold_start_and_the_processor_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """With bytecode alone: without it is what a layer costs that was packed badly."""
    built = {"both_s": 0.8, "both_cpu_s": 0.6, "both_mb": 81.0}
    layers = {"bytecode": built, "sources": built | {"both_s": 9.0}}
    monkeypatch.setattr(footprint, "measure", lambda rounds: {"sender": layers, "api": layers} if rounds else {})
    took = {"cpu_s": 0.7, "rss_mb": 60.0, "redis_commands": 14.0, "round_trips_per_batch": 4.0, "held": 0.0}
    monkeypatch.setattr(cpu, "measure", lambda: took)
    monkeypatch.setattr(cpu, "yardstick_s", lambda: 0.1)
    monkeypatch.setattr(footprint, "warm", lambda stage: [0.001] * 98 + [0.02] * 2 if stage == "webhook" else [])
    judged = {figure.what: figure.is_met for figure in cost.SCENARIO.run(context()) if figure.target}
    assert judged == {
        "sender: import and first call": True,
        "sender: memory behind them": False,
        "sender: CPU for 1000 messages": False,
        "sender: messages that stayed": True,
        "webhook: an update when warm, p99": False,
    }
