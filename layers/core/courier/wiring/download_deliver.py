"""The deliver function's parts, put together."""

import os
from functools import cache

from courier.aws.services import DYNAMODB, EVENTS
from courier.download.accumulation import Accumulation
from courier.download.steps.deliver import DeliverStep
from courier.events.bus import EventBus
from courier.settings import DeliverSettings
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import Job
from courier.wiring.aws import aws_client
from courier.wiring.download_answers import file_answers


class _Nothing:
    """Executions and objects for somebody who starts none and looks for none."""

    def start(self, job: Job) -> None:
        raise NotImplementedError(job.execution)

    def stop(self, name: str) -> None:
        raise NotImplementedError(name)

    def has(self, key: str) -> bool:
        raise NotImplementedError(key)


@cache
def deliver() -> DeliverStep:
    """What the deliver function runs."""
    settings = DeliverSettings.of(dict(os.environ))
    dynamodb, answers = aws_client(DYNAMODB), file_answers(settings)
    accumulation = Accumulation(
        jobs=JobTable(dynamodb, settings.table_name),
        files=FileTable(dynamodb, settings.table_name),
        starts=_Nothing(),
        answers=answers,
        objects=_Nothing(),
    )
    bus = EventBus(aws_client(EVENTS), settings.event_bus, f"courier.{settings.stack}")
    return DeliverStep(accumulation, answers, bus)
