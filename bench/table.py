"""The findings for a reader at a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.scenario import Figure, Finding

#: Columns that the table gets where nobody says how many there are.
_WIDTH = 120
_MARKS = {None: "", True: "[green]met[/]", False: "[red]MISSED[/]"}


def print_table(findings: Sequence[Finding], console: Console | None = None) -> None:
    """One section for each scenario, then what was missed in a line."""
    console = console or Console()
    console.width = max(console.width, _WIDTH)
    table = Table(title="tg-courier: what was measured")
    for heading in ("what", "clock", "value", "target", "predecessor", ""):
        table.add_column(heading, justify="right" if heading in {"value", "target", "predecessor"} else "left")
    for finding in findings:
        table.add_row(f"[bold]{finding.scenario.title}[/]", "", "", "", "", f"{finding.took_s:.0f} s")
        if finding.failure:
            table.add_row(f"  {finding.failure}", "", "", "", "", "[red]FAILED[/]")
        for figure in finding.figures:
            table.add_row(*_cells(figure))
        table.add_section()
    console.print(table)
    bad = [finding.scenario.name for finding in findings if not finding.is_good]
    console.print(f"Missed or failed: {', '.join(bad)}" if bad else "All targets are met.")


def _cells(figure: Figure) -> tuple[str, ...]:
    target = f"{figure.target.comparison} {shown(figure.target.number, figure.unit)}" if figure.target else ""
    predecessor = "" if figure.predecessor is None else shown(figure.predecessor, figure.unit)
    value = shown(figure.value, figure.unit)
    return f"  {figure.what}", figure.clock.value, value, target, predecessor, _MARKS[figure.is_met]


def shown(value: float, unit: str) -> str:
    """A value as a person reads it.

    >>> shown(0.9713, "%"), shown(2, ""), shown(0.0123, "s")
    ('97.1 %', '2', '0.0123 s')
    """
    if unit == "%":
        return f"{value * 100:.1f} %"
    text = f"{value:.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.3g}"  # noqa: PLR2004
    return f"{text} {unit}".rstrip()
