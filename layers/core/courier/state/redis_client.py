"""Redis: how it is reached, and how scripts are run on it."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from courier.deadlines import in_time
from courier.errors import StateUnavailableError

#: Every key begins with it. A release that stores something else under a key takes another, so that old and new code
#: run side by side.
KEY_VERSION = "c1"
#: Seconds for one command, a connect included: Redis answers in milliseconds or is in trouble.
TIMEOUT_S = 2.0
DEFAULT_PORT = 6379


class RunsCommands(Protocol):
    """All that the project asks of a Redis client."""

    def execute_command(self, *args: Any) -> Awaitable[Any]:
        """Run one command."""


def connect(url: str, iam: CredentialProvider | None = None) -> RunsCommands:
    """A client for a URL, which connects at its first command.

    ElastiCache Serverless is always a cluster and opens with IAM; a plain URL is one node.
    """
    if iam is None:
        client = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=_retry())
        return cast("RunsCommands", client)
    address = urlsplit(url)
    cluster = RedisCluster(
        host=address.hostname or "",
        port=address.port or DEFAULT_PORT,
        ssl=True,
        credential_provider=iam,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=_retry(),
    )
    return cast("RunsCommands", cluster)


def _retry() -> Retry:
    """Two more tries at once: a connection may have died while Lambda kept the process frozen."""
    return Retry(ExponentialBackoff(cap=0.1, base=0.01), 2)


class Commands:
    """Redis with the project's error: whatever goes wrong there means that nothing may be sent.

    Args:
        client: Gives the client; asked at the first command, when the event loop runs.
    """

    def __init__(self, client: Callable[[], RunsCommands]) -> None:
        self._client = client

    async def execute_command(self, *args: Any) -> Any:
        """Run one command.

        Raises:
            StateUnavailableError: if Redis can't be reached, refuses, or doesn't answer in time.
        """
        try:
            return await in_time(self._client().execute_command(*args))
        except NoScriptError:
            raise
        except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
            raise StateUnavailableError(f"Redis: {type(error).__name__} {error}") from error


class LuaScript:
    """A script of the package that runs by its hash, and whole where Redis doesn't know it yet.

    Args:
        package: Where the file lies, for instance `courier.sender`.
        name: The file's name.
        before: Files that stand before it: what it has in common with others.
    """

    def __init__(self, package: str, name: str, *before: str) -> None:
        self.source = "".join(files(package).joinpath(file).read_text(encoding="utf-8") for file in (*before, name))
        self.sha = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: RunsCommands, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """Run it; every key must be in one hash slot."""
        try:
            return await redis.execute_command("EVALSHA", self.sha, len(keys), *keys, *args)
        except NoScriptError:
            return await redis.execute_command("EVAL", self.source, len(keys), *keys, *args)
