"""What a cold start takes: seconds, processor and memory of each function's import and first invocation.

    python -m bench.footprint [stage …]

Each figure is the median of fresh processes. Two layers are tried: one with bytecode beside the sources, as a layer is
that was built with it, and one without, as `sam build` packs it by itself; Lambda can't write bytecode, so a layer
without it is compiled at every cold start. The interpreter's own library and boto3 have theirs, as in Lambda's runtime,
and files are in the page cache, since one run that doesn't count goes first.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rig import aws, events
from bench.rig.layer import PROJECT, lay_out
from bench.rig.services import Function, services

ROUNDS = 7

#: A first event by stage. A stage that isn't built yet is left out.
FIRST: Mapping[str, Callable[[], dict[str, Any]]] = {
    "sender": lambda: events.batch(1, [1]),
    "control": events.pulse,
    "api": lambda: events.request("/v1/health"),
    "webhook": lambda: (
        events.request("/telegram/1")
        | {
            "pathParameters": {"bot_id": "1"},
            "headers": {"x-telegram-bot-api-secret-token": aws.WEBHOOK_WORD},
            "body": '{"update_id": 7, "message": {"chat": {"id": 5}, "text": "Hello"}}',
        }
    ),
}

type Figures = dict[str, float]


def measure(stages: list[str] | None = None, rounds: int = ROUNDS) -> dict[str, dict[str, Figures]]:
    """Figures by stage and layer: seconds and CPU seconds of both steps, megabytes behind each."""
    chosen = [stage for stage in stages or FIRST if (PROJECT / "functions" / stage / "handler.py").is_file()]
    with tempfile.TemporaryDirectory() as folder, services() as environment:
        layers = {
            "bytecode": lay_out(Path(folder, "with"), has_bytecode=True),
            "sources": lay_out(Path(folder, "without"), has_bytecode=False),
        }
        log = Path(folder, "log")
        return {
            stage: {name: _median(stage, layer, environment, log, rounds) for name, layer in layers.items()}
            for stage in chosen
        }


def warm(stage: str, calls: int = 1000) -> list[float]:
    """Seconds that each call of a warm function takes, AWS's answers at loopback included, in rising order."""
    with tempfile.TemporaryDirectory() as folder, services() as environment:
        layer = lay_out(Path(folder, "layer"), has_bytecode=True)
        with Function(stage, layer, environment, Path(folder, "log")) as function:
            function.invoke(FIRST[stage]())
            answers = [function.invoke(FIRST[stage]()) for _ in range(calls)]
    for answer in answers:
        _check(stage, answer["result"][0])
    return sorted(answer["wall_s"] for answer in answers)


def _median(stage: str, layer: Path, environment: Mapping[str, str], log: Path, rounds: int) -> Figures:
    runs = [_once(stage, layer, environment, log) for _ in range(rounds + 1)][1:]
    return {name: round(median(run[name] for run in runs), 3) for name in runs[0]}


def _once(stage: str, layer: Path, environment: Mapping[str, str], log: Path) -> Figures:
    with Function(stage, layer, environment, log) as function:
        first = function.invoke(FIRST[stage]())
        _check(stage, first["result"][0])
        imported = function.imported
    return {
        "import_s": imported["wall_s"],
        "first_s": first["wall_s"],
        "both_s": imported["wall_s"] + first["wall_s"],
        "both_cpu_s": imported["cpu_s"] + first["cpu_s"],
        "import_mb": imported["rss_mb"],
        "both_mb": first["rss_mb"],
    }


def _check(stage: str, result: dict[str, Any]) -> None:
    """A first invocation that failed early would look quick."""
    if result.get("batchItemFailures") or result.get("statusCode", 200) != 200:  # noqa: PLR2004
        raise RuntimeError(f"the first invocation of {stage} went wrong: {result}")


def main() -> None:
    table = Table("function", "layer", *(("import", "first", "both", "CPU s", "MB", "MB both")))
    for stage, by_layer in measure(sys.argv[1:] or None).items():
        for layer, figures in by_layer.items():
            table.add_row(stage, layer, *(f"{figure:g}" for figure in figures.values()))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
