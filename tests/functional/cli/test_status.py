"""`courier status`, and what every command says where nothing answers."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.target import Target
from tests.functional.cli.conftest import Platform

WELL = {"status": "ok", "version": "0.1.0", "parts": {"redis": "ok", "table": "ok"}}


@pytest.fixture
def nobody() -> str:
    """An address of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


class Api(HTTPServer):
    """Answers every request the same."""

    answer: str = json.dumps(WELL)
    paths: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answer.encode())

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def api() -> Iterator[Api]:
    """An HTTP API that is well."""
    server = Api(("127.0.0.1", 0), Handler)
    server.paths = []
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Outputs:
    """CloudFormation, as far as a stack's outputs go; moto's wants more than is installed here."""

    api_url: str

    def describe_stacks(self, **asked: str) -> dict[str, Any]:
        assert asked == {"StackName": "courier"}
        outputs = {"ApiId": "x", "ApiUrl": self.api_url}
        named = [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]
        return {"Stacks": [{"Outputs": named}]}


@pytest.fixture
def deployed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Platform]:
    """A platform whose outputs say where its API is."""

    def at(api_url: str) -> Platform:
        monkeypatch.setattr(Target, "cloudformation", Outputs(api_url))
        return platform

    return at


def test_a_platform_that_is_well(deployed: Callable[[str], Platform], api: Api) -> None:
    at = deployed(f"http://127.0.0.1:{api.server_port}/stage")
    at.bury("a", "r", "c")

    result = at.courier("status")

    assert result.exit_code == 0, result.output
    assert "ok (redis ok, table ok)" in result.stdout
    assert "1 waiting, 0 in work" in result.stdout
    assert api.paths == ["/stage/v1/health"]
    assert json.loads(at.courier("status", "--json").stdout)["queues"]["dead"] == {"waiting": 1, "held": 0}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (json.dumps(WELL | {"status": "unavailable"}), "unavailable"),
        ("<html>", "answers something else"),
        ("[]", "answers something else"),
    ],
)
def test_an_api_that_is_not_well(deployed: Callable[[str], Platform], api: Api, answer: str, says: str) -> None:
    at = deployed(f"http://127.0.0.1:{api.server_port}")
    api.answer = answer

    result = at.courier("status")

    assert result.exit_code == 3
    assert says in result.stdout
    assert "courier logs api" in result.stderr


def test_an_api_that_does_not_answer(deployed: Callable[[str], Platform], nobody: str) -> None:
    assert deployed(nobody).courier("status").exit_code == 3


@pytest.mark.parametrize(
    "args",
    [
        ("send", "7", "5", "hi"),
        ("bots", "add", "7", "--token-stdin"),
        ("dead", "list"),
        ("logs",),
        ("trace", "x"),
        ("status",),
    ],
)
def test_a_local_stack_that_stopped(clean_environment: Path, nobody: str, args: tuple[str, ...]) -> None:
    path = clean_environment / "endpoints.json"
    endpoints = {"aws_endpoint": nobody, "region": "us-east-1", "stack": "courier"}
    path.write_text(json.dumps(endpoints | {"api_url": nobody, "telegram_url": nobody}))

    result = CliRunner().invoke(app, ["--endpoints", str(path), *args], input="1:fake-token")

    assert result.exit_code == 3
    assert "Is the local stack running? Start it with `make up`." in result.stderr
    assert "Traceback" not in result.output
    assert "fake-token" not in result.output


def test_no_platform_at_all(clean_environment: Path) -> None:
    assert clean_environment
    result = CliRunner().invoke(app, ["status"])

    assert result.exit_code == 3
    assert "no --profile was given" in result.stderr
    assert "make up" in result.stderr


def test_an_unknown_profile(clean_environment: Path) -> None:
    assert clean_environment
    result = CliRunner().invoke(app, ["--profile", "nobody", "status"])

    assert (result.exit_code, "nobody" in result.stderr) == (3, True)
