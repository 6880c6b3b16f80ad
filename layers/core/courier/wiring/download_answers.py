"""What all functions share that answer those who wait for a download, or tell them how far it is."""

import boto3
from botocore.config import Config

from courier.aws.services import DYNAMODB, SQS, SSM
from courier.download.delivery.answers import FileAnswers
from courier.download.delivery.bots import Bots
from courier.download.delivery.direct import Direct
from courier.download.delivery.mail import Mail
from courier.download.delivery.manners import Manners
from courier.download.delivery.memory import Memory
from courier.download.delivery.objects import ObjectReader
from courier.download.delivery.progress import ProgressMessages
from courier.download.delivery.starting import Starting
from courier.download.delivery.uploading import Uploader
from courier.pacing.pace import Pacer
from courier.producer.posting import Posting
from courier.queues.names import QueueNames
from courier.settings import AnswerSettings, Common
from courier.state.bots import BotTable
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.links import LinkTable
from courier.state.progress import ProgressTable
from courier.state.recipients import UnreachableTable
from courier.state.tokens import TokenStore
from courier.telegram.client import BotApi
from courier.wiring.aws import aws_client
from courier.wiring.process import http_session, wait_for
from courier.wiring.redis import redis_of

#: S3's calls: a piece of a file may take a while.
_S3 = Config(connect_timeout=2, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


def file_answers(settings: AnswerSettings, *, most_bytes: int | None = None) -> FileAnswers:
    """Answers, from any thread but the event loop's own.

    Args:
        most_bytes: The most that this function has the time to upload, where that is less than is allowed.
    """
    table, dynamodb = settings.table_name, aws_client(DYNAMODB)
    telegram = BotApi(settings.telegram_api_base, http_session)
    bots = Bots(BotTable(dynamodb, table), TokenStore(aws_client(SSM), settings.stack))
    pacer = Pacer(redis_of(settings), settings.arrival_jitter_ms / 1000)
    # boto3's alone can stream.
    objects = ObjectReader(boto3.client("s3", config=_S3), settings.media_bucket)
    files = FileTable(dynamodb, table)
    direct = Direct(
        bots=bots,
        files=files,
        memory=Memory(files),
        uploader=Uploader(telegram, Starting(pacer), objects, bots),
        recipients=UnreachableTable(dynamodb, table),
        wait_for=wait_for,
        manners=Manners(
            upload_bytes=min(settings.media_upload_bytes, most_bytes or settings.media_upload_bytes),
            file_id_s=settings.media_file_id_days * 86_400,
            public_url=settings.public_url,
            link_hours=settings.media_link_hours,
        ),
    )
    links, progress = LinkTable(dynamodb, table), ProgressTable(dynamodb, table)
    return FileAnswers(bots=bots, files=files, links=links, progress=progress, mail=mail_of(settings), direct=direct)


def progress_messages(settings: Common) -> ProgressMessages:
    """Messages that tell how far a download is."""
    dynamodb = aws_client(DYNAMODB)
    jobs, told = JobTable(dynamodb, settings.table_name), ProgressTable(dynamodb, settings.table_name)
    return ProgressMessages(jobs, told, mail_of(settings))


def mail_of(settings: Common) -> Mail:
    """Messages by the bots' queues."""
    return Mail(Posting(aws_client(SQS)), QueueNames(settings.stack))
