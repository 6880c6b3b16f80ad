"""The webhook function's parts, put together."""

import os
from functools import cache

from courier.aws.services import DYNAMODB, SQS
from courier.queues.sqs import Sqs
from courier.settings import WebhookSettings
from courier.state.webhooks import WebhookTable
from courier.webhook.directory import Directory
from courier.webhook.receiver import Receiver
from courier.wiring.aws import aws_client


@cache
def webhook() -> Receiver:
    """What the webhook function runs."""
    settings = WebhookSettings.of(dict(os.environ))
    directory = Directory(WebhookTable(aws_client(DYNAMODB), settings.table_name))
    return Receiver(directory, Sqs(aws_client(SQS)), settings.updates_queue_url)
