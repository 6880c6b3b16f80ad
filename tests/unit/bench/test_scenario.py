import io
import json
import math
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from bench.catalogue import SCENARIOS
from bench.cost import DOCUMENTED, Traffic, known_traffics
from bench.live.services import Services
from bench.results import results
from bench.runner import run_all, run_one
from bench.scenario import Clock, Comparison, Context, Figure, Finding, Scenario, Target
from bench.table import print_table
from local.simulator import SimulatorClient

AT_LEAST_HALF = Target(Comparison.AT_LEAST, 0.5)


def context(*, is_quick: bool = False) -> Context:
    return Context(1, is_quick, Services("redis://nowhere", "9", SimulatorClient("http://nowhere"), 0))


def scenario(name: str, *values: float, is_quick: bool = True) -> Scenario:
    figures = [Figure("share", value, Clock.VIRTUAL, "%", AT_LEAST_HALF) for value in values]
    return Scenario(name, name.title(), "Something.", lambda _: figures, is_quick)


def broken(_: Context) -> list[Figure]:
    raise RuntimeError("no such thing")


@pytest.mark.parametrize(
    ("comparison", "value", "met"),
    [("≥", 0.5, True), ("≥", 0.49, False), ("≤", 0.5, True), ("≤", 0.51, False), ("≥", math.nan, False)],
)
def test_a_target_is_met_on_its_own_side(comparison: str, value: float, met: bool) -> None:
    assert Target(Comparison(comparison), 0.5).is_met(value) is met


def test_only_a_quick_run_has_slack_and_never_where_nothing_may_go_wrong() -> None:
    full, quick = context(), context(is_quick=True)
    assert full.at_least(0.9).number == 0.9
    assert full.at_most(0.5).number == 0.5
    assert 0.8 < quick.at_least(0.9).number < 0.9
    assert 0.5 < quick.at_most(0.5).number < 0.6
    assert quick.at_most(0).number == 0


def test_a_figure_without_target_is_neither_met_nor_missed() -> None:
    assert Figure("rate", 0.1, Clock.REAL).is_met is None
    assert Finding(scenario("x"), [Figure("rate", 0.1, Clock.REAL)], "", 1.0).is_good


def test_a_scenario_that_raises_takes_no_other_with_it() -> None:
    bad = Scenario("bad", "Bad", "Something.", broken)
    findings = run_all([bad, scenario("good", 0.9)], context())
    assert [finding.failure for finding in findings] == ["RuntimeError: no such thing", ""]
    assert [finding.is_good for finding in findings] == [False, True]


def test_a_missed_target_is_not_good() -> None:
    assert not run_one(scenario("slow", 0.9, 0.4), context()).is_good


def test_a_quick_run_leaves_out_what_takes_long() -> None:
    scenarios = [scenario("long", 1.0, is_quick=False), scenario("short", 1.0)]
    assert [finding.scenario.name for finding in run_all(scenarios, context(is_quick=True))] == ["short"]
    assert len(run_all(scenarios, context())) == 2


def test_results_hold_all_figures_with_what_they_were_measured_on() -> None:
    measured = context()
    measured.traffics.append(Traffic("wide", batch=9, receives=1, billed_s=0.2))
    written = results(measured, run_all([scenario("slow", 0.4)], measured))
    assert {"cores", "python", "valkey", "commit"} <= written["machine"].keys()
    assert written["seed"] == 1
    (figure,) = written["scenarios"][0]["figures"]
    assert figure["value"] == 0.4
    assert figure["met"] is False
    assert json.loads(json.dumps(written)) == written


def test_the_table_names_what_was_missed_and_what_failed() -> None:
    written = io.StringIO()
    bad = Scenario("bad", "Bad", "Something.", broken)
    print_table(run_all([bad, scenario("slow", 0.4)], context()), Console(file=written))
    assert "no such thing" in written.getvalue()
    assert "Missed or failed: bad, slow" in written.getvalue()


def test_scenarios_are_told_apart_by_name() -> None:
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)


def test_costs_come_from_the_last_results_and_say_so(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert known_traffics(file)[0] == DOCUMENTED
    traffic = Traffic("wide", batch=9.0, receives=1.0, billed_s=0.2)
    file.write_text(json.dumps({"at": "2026-11-21", "traffics": [asdict(traffic)]}))
    assert known_traffics(file) == ([traffic], "measured by `make bench` at 2026-11-21")
    file.write_text(json.dumps({"at": "2026-11-21", "traffics": []}))
    assert known_traffics(file)[0] == DOCUMENTED
