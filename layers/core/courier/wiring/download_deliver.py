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
from courier.wiring.aws import aws_client
from courier.wiring.download_answers import file_answers


@cache
def deliver() -> DeliverStep:
    """What the deliver function runs."""
    settings = DeliverSettings.of(dict(os.environ))
    dynamodb, answers = aws_client(DYNAMODB), file_answers(settings)
    accumulation = Accumulation(
        jobs=JobTable(dynamodb, settings.table_name),
        files=FileTable(dynamodb, settings.table_name),
        answers=answers,
    )
    bus = EventBus(aws_client(EVENTS), settings.event_bus, f"courier.{settings.stack}")
    return DeliverStep(accumulation, answers, bus)
