"""Pictures of the last results: `docs/plots/*.svg`. Each is left as it is where the results don't have its figures."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.svg import Axis, Series, bars, lines

_SHARE = re.compile(r"(\d+) ms, allowance 30 ms: share of 30 a second")
_PEER = re.compile(r"known limits, (\d+) ms: (.+): (delivered|makespan)")
_WAIT = re.compile(r"replies (alone|beside .+): (p\d\d)")
_OURS = "tg-courier"

type Figures = list[dict[str, Any]]
type Line = list[tuple[float, float]]


def write_plots(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what there are figures for; the files that were written."""
    figures = {scenario["name"]: scenario["figures"] for scenario in results["scenarios"]}
    drawn = {
        "throughput.svg": _throughput(figures.get("latency", []), figures.get("peers", [])),
        "replies.svg": _replies(figures.get("broadcast", [])),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / name for name, picture in drawn.items() if picture]
    for path in written:
        path.write_text(drawn[path.name], encoding="utf-8")
    return written


def _throughput(latency: Figures, peers: Figures) -> str:
    """Shares of 30 a second. A peer's is what it delivered in the time that it had, to what could have been."""
    shares: dict[str, Line] = {"virtual": [], "real": []}
    predecessor: dict[float, float] = {}
    for figure in latency:
        if found := _SHARE.fullmatch(figure["what"]):
            at = float(found[1])
            shares[figure["clock"]].append((at, figure["value"] * 100))
            if figure["predecessor"] is not None:
                predecessor[at] = figure["predecessor"] * 100
    if not shares["virtual"]:
        return ""
    series = [Series(f"{_OURS}, {clock} time", sorted(line)) for clock, line in shares.items() if line]
    series.append(Series("predecessor", sorted(predecessor.items()), is_told=True))
    measured: dict[str, dict[str, float]] = {}
    for figure in peers:
        if (found := _PEER.match(figure["what"])) and found[2] != _OURS:
            measured.setdefault(found[2], {"ms": float(found[1])})[found[3]] = figure["value"]
    series += [
        Series(name, [(each["ms"], 100 * each["delivered"] / each["makespan"])]) for name, each in measured.items()
    ]
    x = Axis("round trip of a call, milliseconds", [(at, f"{at}") for at in (0, 50, 100, 150, 200)])
    y = Axis("share of the limit", [(at, f"{at} %") for at in range(0, 101, 20)])
    return lines("One bot: share of Telegram's 30 messages a second", x, y, series)


def _replies(broadcast: Figures) -> str:
    waits: dict[str, dict[str, float]] = {}
    for figure in broadcast:
        if found := _WAIT.match(figure["what"]):
            waits.setdefault(found[1], {})[found[2]] = figure["value"] * 1000
    if not waits:
        return ""
    names = sorted({name for each in waits.values() for name in each})
    series = [Series(where, [(names.index(name), ms) for name, ms in each.items()]) for where, each in waits.items()]
    top = max(ms for each in waits.values() for ms in each.values())
    step = 10 ** math.floor(math.log10(top))
    marks = range(math.ceil(top / step) + 1)
    y = Axis("milliseconds", [(mark * step, f"{mark * step:g}") for mark in marks])
    return bars("Replies: from the queue to Telegram", Axis("", list(enumerate(names))), y, series)
