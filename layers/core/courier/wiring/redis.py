"""Redis as a function's settings describe it."""

import os
from functools import cache

from courier.settings import RedisSettings
from courier.state.iam_auth import IamCredentials
from courier.state.redis_client import Commands, RunsCommands, connect


def redis_of(settings: RedisSettings) -> Commands:
    """Redis, which connects at the first command, where the event loop runs."""

    @cache
    def client() -> RunsCommands:
        user, cache_name = settings.redis_iam_user, settings.redis_cache_name
        iam = IamCredentials(os.environ, user, cache_name) if user else None
        return connect(settings.redis_url, iam)

    return Commands(client)
