"""Correlation ids under `asyncio.gather`, masked lines, and figures."""

import asyncio
import contextlib
import contextvars
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from courier.errors import CourierError, UncorrelatedError
from courier.telemetry import correlated, count, current_correlation_id, ensure_correlated, log

SECRET = "Secret-" * 5
type Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def shared_by_the_process(correlation_id: str) -> Iterator[None]:
    """Powertools' ordinary way."""
    log().append_keys(correlation_id=correlation_id)
    yield
    log().remove_keys(["correlation_id"])


async def story(of: str, keeping: Callable[[str], Any]) -> None:
    with keeping(of):
        for _ in range(3):
            log().info("a step", of=of)
            await asyncio.sleep(0)


def mixed_up(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines() if line.get("correlation_id") != line["of"]]


async def test_ids_of_tasks_side_by_side_dont_mix(lines: Lines) -> None:
    await asyncio.gather(*(story(of, correlated) for of in "abc"))

    assert len(lines()) == 9
    assert mixed_up(lines) == []


async def test_ids_that_the_process_shares_would_mix(lines: Lines) -> None:
    """What the test above would find."""
    await asyncio.gather(*(story(of, shared_by_the_process) for of in "abc"))

    assert mixed_up(lines) != []


async def test_an_id_reaches_the_tasks_and_threads_that_are_started_under_it(lines: Lines) -> None:
    with correlated("a"):
        await asyncio.create_task(story("a", lambda _: correlated("a")))
        await asyncio.to_thread(log().info, "on a thread", of="a")

    assert mixed_up(lines) == []


def test_an_id_and_what_stands_beside_it_end_with_their_block(lines: Lines) -> None:
    with correlated("a", bot_id=1):
        log().info("inside")
    with pytest.raises(ValueError, match="x"), correlated("b"):
        raise ValueError("x")
    log().info("outside")

    inside, outside = lines()
    assert (inside["correlation_id"], inside["bot_id"]) == ("a", 1)
    assert "correlation_id" not in outside
    assert "bot_id" not in outside


def test_a_block_inside_another_gives_the_outer_id_back(lines: Lines) -> None:
    with correlated("a", bot_id=1):
        with correlated("b", chat_id=2):
            log().info("inside")
        log().info("outside")

    inside, outside = lines()
    assert (inside["correlation_id"], inside["bot_id"], inside["chat_id"]) == ("b", 1, 2)
    assert (outside["correlation_id"], outside["bot_id"]) == ("a", 1)
    assert "chat_id" not in outside


def test_the_id_of_here() -> None:
    assert current_correlation_id() is None
    with correlated("a"):
        assert current_correlation_id() == "a"
        ensure_correlated("a")
    assert current_correlation_id() is None


@pytest.mark.parametrize("around", [None, "b"])
def test_work_under_another_id_or_under_none_is_stopped(around: str | None) -> None:
    with contextlib.ExitStack() as stack:
        if around is not None:
            stack.enter_context(correlated(around))
        with pytest.raises(UncorrelatedError) as caught:
            ensure_correlated("a")

    assert (caught.value.expected, caught.value.found) == ("a", around)
    assert isinstance(caught.value, CourierError)


async def checked(of: str, keeping: Callable[[str], Any]) -> int:
    """How many of a story's steps are told as another's."""
    faults = 0
    with keeping(of):
        for _ in range(5):
            await asyncio.sleep(0)
            try:
                ensure_correlated(of)
            except UncorrelatedError:
                faults += 1
            await asyncio.to_thread(ensure_correlated, current_correlation_id() or "")
    return faults


async def test_tasks_side_by_side_are_each_in_their_own_name() -> None:
    assert await asyncio.gather(*(checked(of, correlated) for of in "abcdef")) == [0] * 6


async def test_a_task_that_begins_in_anothers_name_and_takes_its_own_leaves_the_other_alone() -> None:
    with correlated("a"):
        assert await asyncio.gather(*(checked(of, correlated) for of in "bc")) == [0, 0]
        ensure_correlated("a")


async def test_an_id_that_tasks_share_is_found_out() -> None:
    """One that is set where it isn't its task's own: what the tests above would find."""

    @contextmanager
    def in_one_context(correlation_id: str) -> Iterator[None]:
        shared.run(log().thread_safe_append_keys, correlation_id=correlation_id)
        yield

    async def step(of: str) -> bool:
        with in_one_context(of):
            await asyncio.sleep(0)
            try:
                shared.run(ensure_correlated, of)
            except UncorrelatedError:
                return False
        return True

    shared = contextvars.copy_context()

    assert await asyncio.gather(*(step(of) for of in "abc")) == [False, False, True]


@pytest.mark.parametrize(
    "write",
    [
        lambda token: log().info(token),
        lambda token: log().info("x", url=f"https://api.telegram.org/bot{token}/getMe"),
        lambda token: log().info("x", body={"token": token, "data": json.dumps({"token": token})}),
        lambda token: log().warning("x", error=ValueError(token)),
    ],
)
def test_no_line_tells_a_token(write: Callable[[str], None], lines: Lines) -> None:
    write(f"1234567890:{SECRET}")

    assert SECRET not in json.dumps(lines())
    assert "***" in json.dumps(lines())


def test_no_traceback_tells_a_token(lines: Lines) -> None:
    try:
        int(f"no URL: /bot123:{SECRET}/getMe")
    except ValueError:
        log().exception("unforeseen")

    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert SECRET not in json.dumps(line)


def test_figures_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    count({"Delivered": 3, "Held": 0, "Latency": 12}, {"Latency": MetricUnit.Milliseconds}, lane="regular")

    (line,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    (metrics,) = line["_aws"]["CloudWatchMetrics"]
    assert (line["Delivered"], line["Latency"], line["lane"]) == ([3.0], [12.0], "regular")
    assert "Held" not in line
    assert metrics["Namespace"] == "tg-courier"
    assert {metric["Name"]: metric["Unit"] for metric in metrics["Metrics"]} == {
        "Delivered": "Count",
        "Latency": "Milliseconds",
    }


def test_without_figures_there_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    count({"Delivered": 0})

    assert capsys.readouterr().out == ""


def test_libraries_that_would_log_signed_headers_are_quiet() -> None:
    """The template leaves the root logger of Lambda at DEBUG."""
    for name in ("botocore.auth", "urllib3.connectionpool", "boto3"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
