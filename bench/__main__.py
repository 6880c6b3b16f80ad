"""`python -m bench`: run the scenarios, print a table, write the figures; exit code 1 if a target is missed."""

import argparse
import sys
from pathlib import Path

from bench.catalogue import SCENARIOS
from bench.live.services import running_services
from bench.report import write_report
from bench.results import results, write_results
from bench.runner import run_all
from bench.scenario import Context
from bench.table import print_table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short courses, mostly in virtual time")
    parser.add_argument("--seed", type=int, default=1, help="all that is drawn follows from it")
    parser.add_argument("--output", type=Path, help="gets the figures as JSON")
    parser.add_argument("--docs", action="store_true", help="writes tables and plots into the documents")
    parser.add_argument("--no-peers", action="store_true", help="leave out what installs other libraries")
    parser.add_argument("scenarios", nargs="*", help=f"of {', '.join(each.name for each in SCENARIOS)}; none means all")
    arguments = parser.parse_args()
    if unknown := set(arguments.scenarios) - {each.name for each in SCENARIOS}:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    wanted = set(arguments.scenarios) or {each.name for each in SCENARIOS} - (
        {"peers"} if arguments.no_peers else set()
    )
    chosen = [each for each in SCENARIOS if each.name in wanted]
    with running_services() as services:
        context = Context(arguments.seed, arguments.quick, services)
        findings = run_all(chosen, context)
    print_table(findings)
    for note in context.notes:
        print(note)
    if arguments.output:
        write_results(arguments.output, context, findings)
    if arguments.docs:
        write_report(results(context, findings))
    sys.exit(not all(finding.is_good for finding in findings))


if __name__ == "__main__":
    main()
