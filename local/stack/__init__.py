"""The embedded local stack behind `make up`: no Docker, no account, no internet but the package index.

For tests:

    with running_stack(tmp_path) as stack:
        stack.endpoints.aws.sqs.send_message(...)
        kill_workers(lambda_workers(stack.settings.state_dir, "SenderFunction"))
"""

from local.stack.aws import Aws
from local.stack.endpoints import Endpoints
from local.stack.errors import (
    AlreadyRunningError,
    PortTakenError,
    StackError,
    StepFailedError,
    StopRequestedError,
)
from local.stack.interrupt import Interrupt
from local.stack.settings import StackSettings
from local.stack.stack import Stack, running_stack
from local.stack.workers import LambdaWorker, kill_workers, lambda_workers

__all__ = [
    "AlreadyRunningError",
    "Aws",
    "Endpoints",
    "Interrupt",
    "LambdaWorker",
    "PortTakenError",
    "Stack",
    "StackError",
    "StackSettings",
    "StepFailedError",
    "StopRequestedError",
    "kill_workers",
    "lambda_workers",
    "running_stack",
]
