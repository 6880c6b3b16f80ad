"""Documents get their figures from results, and keep what the results don't have."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bench.catalogue import SCENARIOS
from bench.plots import write_plots
from bench.report import DOCUMENTS, filled, write_report
from bench.results import results as to_json
from bench.runner import run_all
from bench.scenario import Clock, Comparison, Figure, Scenario, Target
from bench.svg import Axis, Series, bars, lines
from tests.unit.bench.test_scenario import context

TEXT = (
    "Before.\n\n<!-- bench:latency -->\nold\n<!-- /bench -->\n\n<!-- bench:scale -->\nkept\n<!-- /bench -->\nAfter.\n"
)
AT_MOST_ONE = Target(Comparison.AT_MOST, 1)


def share(ms: int, clock: Clock, value: float, predecessor: float | None = None) -> Figure:
    return Figure(f"{ms} ms, allowance 30 ms: share of 30 a second", value, clock, "%", None, predecessor)


def peers(system: str, delivered: float, ratio: float) -> list[Figure]:
    where = f"known limits, 100 ms: {system}"
    return [
        Figure(f"{where}: delivered in 9 s", delivered, Clock.REAL, "%"),
        Figure(f"{where}: makespan to the optimum", ratio, Clock.REAL, "x"),
    ]


def measured() -> dict[str, Any]:
    figures = {
        "latency": [share(0, Clock.VIRTUAL, 0.97, 0.91), share(200, Clock.VIRTUAL, 0.96, 0.16)],
        "peers": [*peers("tg-courier", 1, 1.1), *peers("slow", 0.5, 2)],
        "broadcast": [
            Figure(f"replies {where}: p{each}", each / 1000, Clock.VIRTUAL, "s")
            for where in ("alone", "beside a broadcast")
            for each in (50, 90, 99)
        ],
        "faults": [Figure("late", 2, Clock.VIRTUAL, "s", AT_MOST_ONE)],
    }
    ran = context()
    ran.notes.append("fast: skipped: node can't be found")

    def scenario(name: str) -> Scenario:
        return Scenario(name, name, "", lambda _: figures[name])

    scenarios = [scenario(name) for name in figures]
    written: dict[str, Any] = json.loads(json.dumps(to_json(ran, run_all(scenarios, ran))))
    return written


def test_only_tables_between_markers_change() -> None:
    text = filled(TEXT, measured())
    assert text.startswith("Before.\n\n<!-- bench:latency -->\n| what |")
    assert text.endswith("<!-- bench:scale -->\nkept\n<!-- /bench -->\nAfter.\n")
    assert "| 200 ms, allowance 30 ms: share of 30 a second | virtual | 96.0 % |  | 16.0 % |" in text
    assert "seed 1" in text
    assert "old" not in text


def test_it_is_the_same_when_done_again() -> None:
    once = filled(TEXT, measured())
    assert filled(once, measured() | {"at": "2026"}) != once
    assert once.count("<!-- /bench -->") == 2


def test_a_missed_target_is_marked() -> None:
    assert "| late | virtual | 2 s | ≤ 1 s **missed** |" in filled("<!-- bench:faults -->\n<!-- /bench -->", measured())


def test_peers_are_rows_and_what_could_not_be_had_is_said() -> None:
    text = filled("<!-- bench:peers -->\n<!-- /bench -->", measured())
    assert "| known limits, 100 ms | delivered in 9 s | makespan to the optimum |" in text
    assert "| slow | 50.0 % | 2 x |" in text
    assert "- fast: skipped: node can't be found" in text


def test_the_short_table_keeps_what_was_not_measured_again() -> None:
    """A run of some scenarios brings their rows up to date, and leaves the others'."""
    kept = "| faults: messages lost | virtual | 0 | ≤ 0 |  |"
    old = "| latency: 200 ms, allowance 30 ms: share of 30 a second | virtual | 1.0 % |  |  |"
    place = f"<!-- bench:headlines -->\n{old}\n{kept}\n| faults: foreign | virtual | 9 |  |  |\n<!-- /bench -->"
    what = "200 ms, allowance 30 ms: share of 30 a second"
    figure = {"what": what, "clock": "virtual", "value": 0.966, "unit": "%", "target": None, "met": None}
    results = {**measured(), "scenarios": [{"name": "latency", "figures": [{**figure, "predecessor": None}]}]}

    rows = filled(place, results).splitlines()[3:-1]

    assert rows == [f"| latency: {what} | virtual | 96.6 % |  |  |", kept]


def test_every_marker_names_a_scenario_and_every_scenario_has_one() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    places = re.findall(r"<!-- bench:([a-z-]+) -->", text)
    assert {*places} - {"headlines"} == {scenario.name for scenario in SCENARIOS}
    assert text.count("<!-- /bench -->") == len(places)


def test_files_are_written(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(TEXT, encoding="utf-8")
    written = write_report(measured(), (document,), tmp_path / "plots")
    assert [path.name for path in written] == ["benchmarks.md", "throughput.svg", "replies.svg"]


def test_plots_show_what_was_measured(tmp_path: Path) -> None:
    throughput, replies = write_plots(measured(), tmp_path)
    text = throughput.read_text(encoding="utf-8")
    assert all(f">{name}</text>" in text for name in ("tg-courier, virtual time", "predecessor", "slow"))
    assert "tg-courier, real time" not in text
    assert ET.parse(replies).getroot().tag.endswith("svg")  # noqa: S314 - written above


def test_without_figures_nothing_is_drawn(tmp_path: Path) -> None:
    assert write_plots({"scenarios": []}, tmp_path) == []


@pytest.mark.parametrize("draw", [lines, bars])
def test_a_chart_is_well_formed_whatever_its_words(draw: Any) -> None:
    axis = Axis("x < y & z", [(0, "0"), (1, "1 & more")])
    picture = draw(
        "A <title>", axis, axis, [Series("a & b", [(0, 0.5), (1, 2.0)]), Series("c", [(1, 1)], is_told=True)]
    )
    root = ET.fromstring(picture)  # noqa: S314 - made here
    assert "a & b" in "".join(root.itertext())
    for mark in root.iter("{http://www.w3.org/2000/svg}circle"):
        assert float(mark.attrib["cy"]) >= 44, "over the top"
