"""The demo's result, as a table."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from local.demo.lanes import Lane, percentile, rate

_COLUMNS = ("sent", "arrived", "per second", "first", "last", "p50", "p95", "429s")


def table(lanes: Sequence[Lane], refused: int) -> Table:
    """One row a lane and one for both.

    `refused` are all of the bot's 429s, those that belong to no message too.
    """
    made = Table(
        title="What arrived at the Bot API",
        caption="First, last, p50 and p95: seconds from the queue to the Bot API",
        box=SIMPLE_HEAD,
    )
    made.add_column("lane")
    for name in _COLUMNS:
        made.add_column(name, justify="right")
    for lane in lanes:
        made.add_row(*_row(lane.name, [lane], lane.refused))
    made.add_section()
    made.add_row(*_row("both", lanes, refused), style="bold")
    return made


def _row(name: str, lanes: Sequence[Lane], refused: int) -> list[str]:
    arrivals = [arrived for lane in lanes for arrived in lane.arrived_at.values()]
    latencies = sorted(latency for lane in lanes for latency in lane.latencies)
    began = min((sent for lane in lanes for sent in lane.sent_at.values()), default=0.0)
    return [
        name,
        str(sum(len(lane.sent_at) for lane in lanes)),
        str(len(arrivals)),
        f"{rate(arrivals):.1f}",
        _seconds(min(arrivals) - began if arrivals else None),
        _seconds(max(arrivals) - began if arrivals else None),
        _seconds(percentile(latencies, 50)),
        _seconds(percentile(latencies, 95)),
        str(refused),
    ]


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
