"""The sender function's parts, put together."""

import os
from functools import cache

from courier.aws.services import DYNAMODB, SQS, SSM
from courier.pacing.pace import Pacer
from courier.queues.dead_letters import DeadLetters
from courier.queues.names import QueueNames
from courier.queues.sqs import Sqs
from courier.sender.batch import Sender
from courier.sender.directory import Directory
from courier.sender.marks import Marks
from courier.sender.report import TellsEnds
from courier.settings import SenderSettings
from courier.state.bots import BotTable
from courier.state.progress import ProgressTable
from courier.state.recipients import UnreachableTable
from courier.state.tokens import TokenStore
from courier.telegram.client import BotApi
from courier.wiring.aws import aws_client
from courier.wiring.process import http_session
from courier.wiring.redis import redis_of


@cache
def sender() -> Sender:
    """What the sender function runs."""
    settings = SenderSettings.of(dict(os.environ))
    redis = redis_of(settings)
    dynamodb = aws_client(DYNAMODB)
    sqs = Sqs(aws_client(SQS))
    return Sender(
        telegram=BotApi(settings.telegram_api_base, http_session),
        directory=Directory(
            BotTable(dynamodb, settings.table_name),
            TokenStore(aws_client(SSM), settings.stack),
        ),
        pacer=Pacer(redis, settings.arrival_jitter_ms / 1000),
        marks=Marks(redis),
        dead=DeadLetters(sqs, settings.dead_queue_url),
        recipients=UnreachableTable(dynamodb, settings.table_name),
        queues=sqs,
        names=QueueNames(settings.stack),
        progress=ProgressTable(dynamodb, settings.table_name),
        events=None if settings.message_events == "off" else _events(settings),
    )


def _events(settings: SenderSettings) -> TellsEnds:
    """Imported where it is wanted: most stacks tell no events of messages, and don't pay for them in a cold start."""
    from courier.aws.services import EVENTS  # noqa: PLC0415
    from courier.events.bus import EventBus  # noqa: PLC0415
    from courier.sender.message_events import MessageEvents  # noqa: PLC0415

    bus = EventBus(aws_client(EVENTS), settings.event_bus, f"courier.{settings.stack}")
    return MessageEvents(bus, is_all=settings.message_events == "all")
