"""`results.json`: the figures with what they were measured on."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.scenario import Context, Finding

_ROOT = Path(__file__).parents[1]


def write_results(path: Path, context: Context, findings: Sequence[Finding]) -> None:
    """Write all figures, whole or not at all."""
    text = json.dumps(results(context, findings), indent=1, ensure_ascii=False)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(f"{text}\n", encoding="utf-8")
    partial.replace(path)


def results(context: Context, findings: Sequence[Finding]) -> dict[str, Any]:
    """What is written."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(context.services.valkey),
        "seed": context.seed,
        "is_quick": context.is_quick,
        "traffics": [asdict(traffic) for traffic in context.traffics],
        "notes": context.notes,
        "scenarios": [finding.to_json() for finding in findings],
    }


def machine(valkey: str) -> dict[str, Any]:
    """Cores, what else they were busy with lately, versions and the commit."""
    return {
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "valkey": valkey,
        "commit": _commit(),
    }


def _commit() -> str:
    """The commit, with a `+` if files differ from it; empty outside of a repository."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],  # noqa: S607 - whatever git there is
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()
