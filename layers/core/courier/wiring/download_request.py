"""The parts of the function that takes requests for downloads, put together."""

import os
from functools import cache
from typing import Any

from courier.aws.services import DYNAMODB, EVENTS, SQS, STATES
from courier.download.delivery.mail import Mail
from courier.download.delivery.progress import ProgressEnds
from courier.download.executions import Executions
from courier.download.interest import Interest
from courier.download.requesting import MediaBatch
from courier.download.storing import ObjectStore
from courier.download.taking import Taker
from courier.events.bus import EventBus
from courier.producer.posting import Posting
from courier.queues.dead_letters import DeadLetters
from courier.queues.names import QueueNames
from courier.queues.sqs import Sqs
from courier.settings import RequestSettings
from courier.state.bots import BotTable
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.progress import ProgressTable
from courier.state.wants import WantTable
from courier.wiring.aws import aws_client


@cache
def download_request() -> MediaBatch:
    """What the function runs."""
    settings = RequestSettings.of(dict(os.environ))
    sqs, posting, names = Sqs(aws_client(SQS)), Posting(aws_client(SQS)), QueueNames(settings.stack)
    taker = Taker(
        interest=interest_of(settings),
        wants=WantTable(aws_client(DYNAMODB), settings.table_name),
        bots=BotTable(aws_client(DYNAMODB), settings.table_name),
        events=EventBus(aws_client(EVENTS), settings.event_bus, f"courier.{settings.stack}"),
        posting=posting,
        names=names,
        progress=ProgressEnds(ProgressTable(aws_client(DYNAMODB), settings.table_name), Mail(posting, names)),
    )
    return MediaBatch(taker=taker, dead=DeadLetters(sqs, settings.dead_queue_url), queues=sqs)


def interest_of(settings: RequestSettings) -> Interest:
    """Those who want something, as the function's settings describe where they are."""
    dynamodb, table = aws_client(DYNAMODB), settings.table_name
    return Interest(
        jobs=JobTable(dynamodb, table),
        files=FileTable(dynamodb, table),
        starts=Executions(aws_client(STATES), settings.machine_arn),
        objects=_Objects(settings.media_bucket),
    )


class _Objects:
    """The bucket; boto3 is imported where something stored is asked for, since that takes half a second."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def has(self, key: str) -> bool:
        return _store(self._bucket).has(key)


@cache
def _store(bucket: str) -> ObjectStore:
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    retries: Any = {"mode": "standard", "total_max_attempts": 3}
    return ObjectStore(boto3.client("s3", config=Config(connect_timeout=2, read_timeout=5, retries=retries)), bucket)
