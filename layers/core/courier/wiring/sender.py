"""The sender function's parts, put together."""

import os
from functools import cache

from courier.aws.services import DYNAMODB, SQS, SSM
from courier.queues.dead_letters import DeadLetters
from courier.queues.names import QueueNames
from courier.queues.sqs import Sqs
from courier.sender.batch import Sender
from courier.sender.directory import Directory
from courier.sender.marks import Marks
from courier.sender.pace import Pacer
from courier.settings import SenderSettings
from courier.state.bots import BotTable
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
    )
