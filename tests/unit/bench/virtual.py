"""Tests in virtual time: they wait for hours in no time."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

from bench.model.clock import run_virtual


def virtual[**P](test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test on a virtual loop."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtual(test(*args, **kwargs))

    return run
