"""The sweep function's parts, put together."""

import os
from functools import cache
from typing import NoReturn

from courier.aws.services import DYNAMODB, STATES
from courier.download.executions import Executions
from courier.download.interest import Interest
from courier.download.sweeping import Sweep
from courier.settings import SweepSettings
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.wiring.aws import aws_client


class _NoObjects:
    """The sweep has no business in the store, and its role no right there."""

    def has(self, key: str) -> NoReturn:
        raise AssertionError(f"the sweep asks for {key}")


@cache
def download_sweep() -> Sweep:
    """What the function runs."""
    settings = SweepSettings.of(dict(os.environ))
    dynamodb, table = aws_client(DYNAMODB), settings.table_name
    starts = Executions(aws_client(STATES), settings.machine_arn)
    return Sweep(Interest(JobTable(dynamodb, table), FileTable(dynamodb, table), starts, _NoObjects()))
