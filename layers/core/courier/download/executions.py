"""Executions of the download machine in Step Functions."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError
from courier.state.media import Job, JobState


def input_of(job: Job) -> dict[str, Any]:
    """What the machine is told of a job.

    `first` is its first step: `probe`, or `deliver` where there is only somebody to be answered. How a job that is over
    ended stands in its row, and `deliver` goes by that.
    """
    is_ready = job.is_stored or job.state != JobState.RUNNING
    fields = job.model_dump(include={"hash", "attempt", "url", "media", "quality", "correlation_id"})
    return {**fields, "first": "deliver" if is_ready else "probe"}


class Executions:
    """See `interest.Starts`.

    Args:
        client: Step Functions as boto3 has it; see `courier.aws`.
        machine_arn: Of the download machine.
    """

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, job: Job) -> None:
        """Start a job's execution; that there was one of its name already is success.

        Raises:
            StateUnavailableError: if Step Functions can't be asked, or refuses.
        """
        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn, name=job.execution, input=json.dumps(input_of(job))
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"execution {job.execution}: {error}") from error

    def stop(self, name: str) -> None:
        """Stop an execution; that there is none, or that it has ended, is success.

        Raises:
            StateUnavailableError: if Step Functions can't be asked, or refuses.
        """
        arn = f"{self._machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            self._client.stop_execution(executionArn=arn, error="Unwanted", cause="nobody waits for it any more")
        except self._client.exceptions.ExecutionDoesNotExist:
            return
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"execution {name}: {error}") from error
