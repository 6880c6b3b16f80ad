"""The control function's parts, put together."""

import os
from functools import cache

import boto3

from courier.control.add_bot import BotAdder
from courier.control.batch import ControlBatch
from courier.control.resources import BotQueues, Mappings
from courier.queues.dead_letters import DeadLetters
from courier.queues.names import QueueNames
from courier.queues.sqs import Sqs
from courier.settings import ControlSettings
from courier.state.bots import BotTable
from courier.state.tokens import TokenStore
from courier.telegram.client import BotApi
from courier.wiring.process import AWS, http_session


@cache
def control() -> ControlBatch:
    """What the control function runs."""
    settings = ControlSettings.of(dict(os.environ))
    client = boto3.client("sqs", config=AWS)
    sqs = Sqs(client)
    adder = BotAdder(
        telegram=BotApi(settings.telegram_api_base, http_session),
        bots=BotTable(boto3.client("dynamodb", config=AWS), settings.table_name),
        tokens=TokenStore(boto3.client("ssm", config=AWS), settings.stack),
        queues=BotQueues(client, QueueNames(settings.stack), settings.dead_queue_arn),
        mappings=Mappings(
            boto3.client("lambda", config=AWS), settings.sender_function_arn, settings.mapping_concurrency
        ),
    )
    return ControlBatch(adder, DeadLetters(sqs, settings.dead_queue_url), sqs)
