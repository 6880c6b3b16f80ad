"""Whether the stack is well, in the open and in the log."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from courier import __version__
from courier.api.health import Health, check
from courier.api.routes import resolver
from courier.errors import StateUnavailableError


async def well() -> None:
    """It answers."""


async def ill() -> None:
    raise StateUnavailableError("Redis: ConnectionError at 10.0.0.7:6379")


def get(path: str, health: Health, method: str = "GET") -> tuple[int, dict[str, Any]]:
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
    }
    answer = resolver(lambda: health).resolve(event, LambdaContext())
    assert answer["headers"]["Content-Type"] == "application/json"
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize(
    ("parts", "status", "word"),
    [
        ({"redis": "ok", "table": "ok"}, 200, "ok"),
        ({"redis": "unavailable", "table": "ok"}, 503, "unavailable"),
        ({"redis": "unavailable", "table": "unavailable"}, 503, "unavailable"),
    ],
)
def test_the_answer_says_how_each_part_is(parts: dict[str, str], status: int, word: str) -> None:
    assert get("/v1/health", Health(parts)) == (status, {"status": word, "version": __version__, "parts": parts})


@pytest.mark.parametrize(("path", "method"), [("/v1/other", "GET"), ("/", "GET"), ("/v1/health", "POST")])
def test_no_other_route_is_there(path: str, method: str) -> None:
    assert get(path, Health({}), method)[0] == 404


async def test_every_part_is_asked_and_the_reason_stands_in_the_log_alone(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    health = await check({"redis": ill, "table": well})

    assert health == Health({"redis": "unavailable", "table": "ok"})
    assert not health.is_well
    (line,) = lines()
    assert (line["part"], line["reason"]) == ("redis", "Redis: ConnectionError at 10.0.0.7:6379")
