"""The samples of steps are what the machine sends."""

import json
from typing import Any

from tests.infra.cfn import ROOT
from tests.workflow.conftest import Machine
from tests.workflow.scripts import ABSENT, DONE, STORED, Script, play

SAMPLES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (ROOT / "events" / "download" / "steps").glob("*.json")
}


def sent(machine: Machine, script: Script) -> list[dict[str, Any]]:
    """What steps are sent for the samples' job."""
    play(machine, script)
    assert machine.run(**SAMPLES["probe"]["job"]).status == "SUCCEEDED"
    return machine.steps.calls


def test_samples_of_a_download_are_what_the_machine_sends(machine: Machine) -> None:
    found: Script = {
        "probe": [{"outcome": "accepted", "page": SAMPLES["find"]["page"]}],
        "find": [{"outcome": "extract", "source": SAMPLES["extract"]["source"]}],
    }
    script = {**found, "extract": [ABSENT], "fetch": [STORED], "deliver": [DONE]}

    assert sent(machine, script) == [SAMPLES[step] for step in ("probe", "find", "extract", "fetch", "deliver")]


def test_the_sample_of_an_apology_is_what_the_machine_sends(machine: Machine) -> None:
    failed = {name: SAMPLES["deliver_failure"][name] for name in ("failure", "detail")}
    script: Script = {"probe": [{"outcome": "failed", **failed}], "deliver": [DONE]}

    assert sent(machine, script) == [SAMPLES["probe"], SAMPLES["deliver_failure"]]
