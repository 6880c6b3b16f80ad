"""The emulator's Step Functions engine, with the real definition in it and functions whose code is in the test."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.stack import Interrupt, StackSettings
from local.stack.aws import Aws
from local.stack.environment import emulator_environment
from local.stack.ports import choose_ports
from local.stack.processes import start, stop
from local.stack.services import wait_emulator
from local.stack.settings import HOST, REGION
from tests.workflow.bridge import Bridge, archive
from tests.workflow.definition import definition

#: As the template names them in the definition.
FUNCTIONS = ("ProbeFunction", "FetchFunction", "DeliverFunction")
#: Seconds that an execution may take on a busy machine. It is looked at every few milliseconds.
DEADLINE_S = 60.0
JOB = {
    "hash": "0f" * 32,
    "attempt": 1,
    "url": "https://video.example/watch?v=1",
    "media": "video",
    "quality": "best",
    "correlation_id": "c-1",
    "first": "probe",
}


@dataclass(frozen=True)
class Ended:
    """How an execution ended.

    Attributes:
        states: Those that were entered, in their order.
        retried: How often a task was tried again.
    """

    status: str
    states: list[str]
    retried: int
    error: str


class Machine:
    """The real machine; `steps` holds what its functions answer, and what they were asked."""

    def __init__(self, aws: Aws, bridge: Bridge) -> None:
        self.steps = bridge
        self._client = aws.client("stepfunctions")
        arns = {name: _function(aws, bridge, name) for name in FUNCTIONS}
        made = self._client.create_state_machine(
            name="download",
            definition=json.dumps(definition({"Partition": "aws", **arns})),
            roleArn="arn:aws:iam::000000000000:role/machine",
        )
        self._arn = made["stateMachineArn"]
        self._count = 0

    def begin(self, **changes: Any) -> str:
        """Start an execution; gives its ARN."""
        self._count += 1
        job = JOB | changes
        return str(
            self._client.start_execution(
                stateMachineArn=self._arn, name=f"{job['hash']}-{self._count}", input=json.dumps(job)
            )["executionArn"]
        )

    def stop(self, execution: str) -> None:
        self._client.stop_execution(executionArn=execution)

    def end(self, execution: str) -> Ended:
        """Wait for an execution's end."""
        until = time.monotonic() + DEADLINE_S
        while (told := self._client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < until, f"still running: {self._states(execution)[0]}"
            time.sleep(0.01)  # a look at another process, not a guess at its speed
        states, retried = self._states(execution)
        return Ended(told["status"], states, retried, told.get("error", ""))

    def run(self, **changes: Any) -> Ended:
        """Carry out an execution."""
        return self.end(self.begin(**changes))

    def _states(self, execution: str) -> tuple[list[str], int]:
        pages = self._client.get_paginator("get_execution_history").paginate(executionArn=execution)
        events = [event for page in pages for event in page["events"]]
        entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
        tried = sum(event["type"] == "TaskScheduled" for event in events)
        return entered, tried - sum(event["type"] == "TaskStateEntered" for event in events)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulator in which nobody waits: its engine skips pauses and waits."""
    settings = StackSettings(state_dir=tmp_path_factory.mktemp("workflow"))
    for folder in (settings.run_dir, settings.temporary_dir, settings.log_dir):
        Path(folder).mkdir(parents=True, exist_ok=True)
    port = choose_ports({"AWS_PORT": 0})["AWS_PORT"]
    child = start(
        "emulator",
        [settings.emulator_python, "-m", "ministack"],
        environment=emulator_environment(settings, port) | {"SFN_WAIT_SCALE": "0"},
        log=settings.log_dir / "emulator.log",
        cwd=settings.run_dir,
    )
    try:
        wait_emulator(child, port, Interrupt())
        yield Aws(f"http://{HOST}:{port}", REGION)
    finally:
        stop([child], settings.run_dir)


@pytest.fixture(scope="session")
def the_machine(emulator: Aws) -> Iterator[Machine]:
    bridge = Bridge()
    yield Machine(emulator, bridge)
    bridge.close()


@pytest.fixture
def machine(the_machine: Machine) -> Machine:
    the_machine.steps.reset()
    return the_machine


def _function(aws: Aws, bridge: Bridge, name: str) -> str:
    made = aws.functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handler",
        Role="arn:aws:iam::000000000000:role/function",
        Code={"ZipFile": archive()},
        Timeout=30,
        Environment={"Variables": {"BRIDGE_URL": bridge.url, "BRIDGE_NAME": name}},
    )
    return made["FunctionArn"]
