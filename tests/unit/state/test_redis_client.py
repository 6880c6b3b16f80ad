"""How Redis is reached, how scripts run there, and that whatever goes wrong is one error."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis.exceptions
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.credentials import UsernamePasswordCredentialProvider
from redis.exceptions import NoScriptError

from courier.errors import StateUnavailableError
from courier.state.redis_client import Commands, LuaScript, RunsCommands, connect

SCRIPT = LuaScript("courier.sender", "settle.lua")
IAM = UsernamePasswordCredentialProvider("user", "token")
#: Raised by classes of redis-py that this project doesn't use.
FOREIGN = {redis.exceptions.ChildDeadlockedError, redis.exceptions.IncorrectPolicyType}
ERRORS = [
    error
    for error in vars(redis.exceptions).values()
    if isinstance(error, type) and issubclass(error, Exception) and error not in {NoScriptError, *FOREIGN}
]
CLUSTERS = [error for error in ERRORS if issubclass(error, redis.exceptions.RedisClusterException)]


@dataclass
class FakeRedis:
    """Knows no script until it was sent whole; `error` is what every command meets."""

    error: Exception | None = None
    known: set[str] = field(default_factory=set)
    commands: list[tuple[Any, ...]] = field(default_factory=list)

    async def execute_command(self, *args: Any) -> Any:
        self.commands.append(args)
        if self.error is not None:
            raise self.error
        if args[0] == "EVAL":
            self.known.add(hashlib.sha1(args[1].encode(), usedforsecurity=False).hexdigest())
        elif args[0] == "EVALSHA" and args[1] not in self.known:
            raise NoScriptError
        return b"answer"


def failing(error: type[Exception]) -> Commands:
    """Made without the error's arguments, which differ from class to class."""
    bare: Exception = type(error.__name__, (error,), {"__init__": lambda _: None, "__str__": lambda _: "why"})()
    fake = FakeRedis(bare)
    return Commands(lambda: fake)


@pytest.mark.parametrize(
    "error",
    [
        *ERRORS,
        OSError,
        TimeoutError,
        ConnectionResetError,
    ],
)
async def test_whatever_goes_wrong_is_state_that_cant_be_reached(error: type[Exception]) -> None:
    with pytest.raises(StateUnavailableError, match=error.__name__):
        await failing(error).execute_command("PING")


async def test_a_missing_script_is_told_as_such() -> None:
    with pytest.raises(NoScriptError):
        await failing(NoScriptError).execute_command("EVALSHA")


@pytest.mark.parametrize("wrap", [lambda fake: fake, lambda fake: Commands(lambda: fake)])
async def test_a_script_is_sent_whole_once_and_then_by_its_hash(wrap: Any) -> None:
    fake = FakeRedis()
    client: RunsCommands = wrap(fake)

    for _ in range(2):
        assert await SCRIPT(client, ["{1}:a", "{1}:b"], [1, "x"]) == b"answer"

    rest = (2, "{1}:a", "{1}:b", 1, "x")
    by_hash = ("EVALSHA", SCRIPT.sha, *rest)
    assert fake.commands == [by_hash, ("EVAL", SCRIPT.source, *rest), by_hash]


async def test_nothing_that_is_going_is_used() -> None:
    connect("rediss://cache.example.org", IAM)


async def test_iam_opens_a_cluster_with_tls() -> None:
    client = connect("rediss://cache.example.org:6380", IAM)

    assert isinstance(client, RedisCluster)
    (node,) = client.nodes_manager.startup_nodes.values()
    assert (node.host, node.port) == ("cache.example.org", 6380)
    assert client.connection_kwargs["credential_provider"] is IAM
    assert client.connection_kwargs["socket_timeout"] == client.connection_kwargs["socket_connect_timeout"] == 2.0
    assert "SSL" in client.nodes_manager.connection_kwargs["connection_class"].__name__


@pytest.mark.parametrize(
    "url",
    [
        "rediss://cache.example.org",
        *[f"rediss://cache.example.org{end}" for end in ("/", ":6379/", ":6379/0")],
    ],
)
async def test_a_clusters_url_may_leave_the_port_out_and_name_a_database(url: str) -> None:
    client = connect(url, IAM)

    assert isinstance(client, RedisCluster)
    (node,) = client.nodes_manager.startup_nodes.values()
    assert (node.host, node.port) == ("cache.example.org", 6379)


@pytest.mark.parametrize(("url", "is_encrypted"), [("redis://h:1/2", False), ("rediss://:password@h:1/2", True)])
def test_a_plain_url_is_one_node(url: str, *, is_encrypted: bool) -> None:
    client = connect(url)

    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert (pool.connection_kwargs["host"], pool.connection_kwargs["port"], pool.connection_kwargs["db"]) == ("h", 1, 2)
    assert ("SSL" in pool.connection_class.__name__) == is_encrypted
