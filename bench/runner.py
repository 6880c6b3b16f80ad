"""Runs scenarios one after another; one that fails takes no other with it."""

import io
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout

from bench.scenario import Context, Finding, Scenario


def run_all(scenarios: Sequence[Scenario], context: Context) -> list[Finding]:
    """Each scenario's finding; those that are no part of a quick run are left out of it."""
    wanted = [scenario for scenario in scenarios if scenario.is_quick or not context.is_quick]
    findings = []
    with unread_output():
        for number, scenario in enumerate(wanted, start=1):
            print(f"{number}/{len(wanted)} {scenario.title}", file=sys.stderr, flush=True)
            findings.append(run_one(scenario, context))
    return findings


def run_one(scenario: Scenario, context: Context) -> Finding:
    """Carry out a scenario; whatever it raises becomes its failure."""
    began = time.perf_counter()
    try:
        figures, failure = scenario.run(context), ""
    except Exception as error:  # noqa: BLE001 - the others go on, and the report says why this one didn't
        figures, failure = [], f"{type(error).__name__}: {error}"
    return Finding(scenario, figures, failure, time.perf_counter() - began)


class _Unread(io.TextIOBase):
    """Takes all and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def unread_output() -> Iterator[None]:
    """Let senders write their log lines and metrics, which cost what they cost on Lambda, where nobody reads them."""
    with redirect_stdout(_Unread()):
        yield
