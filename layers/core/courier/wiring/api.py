"""The api function's parts, put together."""

import asyncio
import os
from functools import cache

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from courier.api.health import check
from courier.api.links import Links
from courier.api.routes import resolver
from courier.aws.objects import SignedObjects
from courier.aws.services import DYNAMODB
from courier.settings import ApiSettings
from courier.state.bots import BotTable
from courier.state.links import LinkTable
from courier.wiring.aws import aws_client
from courier.wiring.process import run
from courier.wiring.redis import redis_of

#: No bot has this id: reading its row shows that the table answers.
_NO_BOT = 0


@cache
def api() -> APIGatewayHttpResolver:
    """What the api function runs."""
    settings = ApiSettings.of(dict(os.environ))
    redis = redis_of(settings)
    bots = BotTable(aws_client(DYNAMODB), settings.table_name)
    probes = {
        "redis": lambda: redis.execute_command("PING"),
        "table": lambda: asyncio.to_thread(bots.row, _NO_BOT),
    }
    table = LinkTable(aws_client(DYNAMODB), settings.table_name)
    links = Links(table, SignedObjects(settings.media_bucket, os.environ))
    return resolver(lambda: run(check(probes)), links.open if settings.media_bucket else None)
