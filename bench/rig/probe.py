"""A function's process: imports a handler, gives it the events that come in, and says what that took.

It is run as a file by the interpreter that stands for Lambda's, with the layer and the function's folder on
PYTHONPATH, so it imports nothing but the standard library. Commands are lines of JSON on standard input: lists of
events. Answers are lines on the descriptor that the first argument names; standard output is the function's own log.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

_PAGES_TO_MB = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
_INVOCATION_MS = 15_000


class _Context:
    """The part of Lambda's context that handlers use."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:bench"
    aws_request_id = "11111111-2222-3333-4444-555555555555"

    def get_remaining_time_in_millis(self) -> int:
        return _INVOCATION_MS


def _measured(work: Callable[[], Any]) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "result": result}


def _rss_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - pathlib would be measured too
        return int(statm.read().split()[1]) * _PAGES_TO_MB


def _handler() -> Callable[[Any, Any], Any]:
    import handler  # type: ignore[import-not-found]  # noqa: PLC0415 - it is what is measured

    found: Callable[[Any, Any], Any] = handler.handler
    return found


def _answer(answers: int, told: dict[str, Any]) -> None:
    os.write(answers, json.dumps(told | {"rss_mb": _rss_mb()}).encode() + b"\n")


def main() -> None:
    answers = int(sys.argv[1])
    imported = _measured(_handler)
    handler = imported.pop("result")
    _answer(answers, imported | {"result": None})
    for line in sys.stdin:
        each = [_measured(partial(handler, event, _Context())) for event in json.loads(line)]
        total = {name: sum(one[name] for one in each) for name in ("wall_s", "cpu_s")}
        _answer(answers, total | {"result": [one["result"] for one in each]})
    # Lambda ends a process without a word too: there is nobody to close a session.
    os._exit(0)


if __name__ == "__main__":
    main()
