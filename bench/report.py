"""Write the last results into the documents: `python -m bench.report`.

Tables stand between markers, so that no figure is typed by hand: `<!-- bench:worlds -->` … `<!-- /bench -->` is the
scenario `worlds`. Of what the results don't have, the documents keep the last table.
"""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.plots import write_plots
from bench.table import shown

_ROOT = Path(__file__).parents[1]
DOCUMENTS = (_ROOT / "docs" / "benchmarks.md", _ROOT / "README.md")
PLOTS = _ROOT / "docs" / "plots"
_PLACE = re.compile(r"<!-- bench:([a-z-]+) -->\n.*?<!-- /bench -->", re.DOTALL)
#: What the short table is made of: a scenario, and how the figure's name begins.
_HEADLINES = (
    ("latency", "200 ms, allowance 30 ms: share of 30 a second"),
    ("worlds", "20 worlds, calm: makespan to the optimum, median"),
    ("worlds", "20 worlds, calm: calls started in a known penalty"),
    ("broadcast", "5000 beside 5 replies a second: share of what 30 in 1.03 s leave"),
    ("broadcast", "5000 beside 5 replies a second: replies' p99"),
    ("head-of-line", "30 messages to chat A, then one to B: B's after"),
    ("faults", "messages lost"),
    ("faults", "from the last kill or flush to drained queues, worst"),
)

type Json = Mapping[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("results", nargs="?", type=Path, default=_ROOT / "bench" / "results.json")
    results = json.loads(parser.parse_args().results.read_text(encoding="utf-8"))
    for path in write_report(results):
        print(path)


def write_report(results: Json, documents: tuple[Path, ...] = DOCUMENTS, plots: Path = PLOTS) -> list[Path]:
    """Fill the documents' tables and draw the plots; the files that were written."""
    written = []
    for document in documents:
        before = document.read_text(encoding="utf-8")
        after = filled(before, results)
        if after != before:
            document.write_text(after, encoding="utf-8")
            written.append(document)
    return written + write_plots(results, plots)


def filled(text: str, results: Json) -> str:
    """A document with the tables of these results."""
    tables = {scenario["name"]: _section(scenario, results) for scenario in results["scenarios"] if scenario["figures"]}

    def place(found: re.Match[str]) -> str:
        table = _headlines(results, found[0]) if found[1] == "headlines" else tables.get(found[1])
        return found[0] if table is None else f"<!-- bench:{found[1]} -->\n{table}\n<!-- /bench -->"

    return _PLACE.sub(place, text)


def _section(scenario: Json, results: Json) -> str:
    table = _pivoted(scenario) if scenario["name"] == "peers" else _flat(scenario["figures"])
    machine = results["machine"]
    told = f"{results['at'][:10]}, commit {machine['commit']}, {machine['cores']} cores, Python {machine['python']}"
    kind = "quick run, " if results["is_quick"] else ""
    notes = [f"- {note}" for note in results.get("notes", [])] if scenario["name"] == "peers" else []
    return "\n".join([table, "", f"*{kind}{told}, Valkey {machine['valkey']}, seed {results['seed']}*", *notes])


def _flat(figures: list[Json]) -> str:
    rows = ["| what | clock | value | target | predecessor |", "| --- | --- | ---: | ---: | ---: |"]
    for figure in figures:
        target, unit = figure["target"], figure["unit"]
        wanted = f"{target['comparison']} {shown(target['number'], unit)}" if target else ""
        missed = " **missed**" if figure["met"] is False else ""
        before = "" if figure["predecessor"] is None else shown(figure["predecessor"], unit)
        cells = (figure["what"], figure["clock"], shown(figure["value"], unit), f"{wanted}{missed}", before)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _pivoted(scenario: Json) -> str:
    """A table for each bout: a row for each system."""
    bouts: dict[str, dict[str, dict[str, str]]] = {}
    for figure in scenario["figures"]:
        bout, system, what = figure["what"].split(": ", 2)
        bouts.setdefault(bout, {}).setdefault(system, {})[what] = shown(figure["value"], figure["unit"])
    tables = []
    for bout, systems in bouts.items():
        # What only one of them has, is said elsewhere.
        columns = [what for what in next(iter(systems.values())) if sum(what in each for each in systems.values()) > 1]
        columns = columns or list(next(iter(systems.values())))
        rows = [f"| {bout} | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
        rows += [f"| {name} | {' | '.join(each.get(what, '') for what in columns)} |" for name, each in systems.items()]
        tables.append("\n".join(rows))
    return "\n\n".join(tables)


def _headlines(results: Json, before: str) -> str:
    """The short table. What these results don't have stays as it was; a headline that is in neither is missing."""
    figures = {
        (each["name"], figure["what"]): figure for each in results["scenarios"] for figure in each["figures"][::-1]
    }
    rows = {row.split(" | ")[0].removeprefix("| "): row for row in before.splitlines() if row.startswith("| ")}
    for key in _HEADLINES:
        if key in figures:
            what = f"{key[0]}: {key[1]}"
            rows[what] = _flat([figures[key] | {"what": what}]).splitlines()[-1]
    kept = [rows[what] for key in _HEADLINES if (what := f"{key[0]}: {key[1]}") in rows]
    return "\n".join([*_flat([]).splitlines(), *kept])


if __name__ == "__main__":
    main()
