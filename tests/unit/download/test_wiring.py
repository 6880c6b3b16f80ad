"""What answers and tells is put together from the environment, without a call to anything."""

import asyncio
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from courier.download.delivery.progress import ProgressMessages
from courier.settings import Common, DeliverSettings
from courier.telemetry import correlated, current_correlation_id
from courier.wiring.download_answers import file_answers, progress_messages
from courier.wiring.download_deliver import deliver
from courier.wiring.process import run, runner, wait_for

ENVIRONMENT = {
    "STACK": "courier",
    "TABLE_NAME": "courier-state",
    "REDIS_URL": "redis://127.0.0.1:1",
    "TELEGRAM_API_BASE": "https://api.telegram.org",
    "MEDIA_BUCKET": "media",
    "EVENT_BUS": "courier",
    "PUBLIC_URL": "https://bot.example/",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    yield dict(ENVIRONMENT)
    deliver.cache_clear()


@pytest.mark.usefixtures("environment")
def test_the_deliver_step_has_the_figures_of_its_environment() -> None:
    manners = deliver().answers.direct.manners

    assert (manners.upload_bytes, manners.file_id_s) == (50_000_000, 30 * 86_400)
    assert (manners.public_url, manners.link_hours) == ("https://bot.example", 72)


def test_a_server_of_ones_own_takes_more(environment: dict[str, str]) -> None:
    settings = DeliverSettings.of(environment | {"MEDIA_UPLOAD_BYTES": "2000000000"})

    all_of_it, some = file_answers(settings), file_answers(settings, most_bytes=50_000_000)

    assert (all_of_it.direct.manners.upload_bytes, some.direct.manners.upload_bytes) == (2_000_000_000, 50_000_000)


def test_progress_needs_no_more_than_every_function_has(environment: dict[str, str]) -> None:
    assert isinstance(progress_messages(Common.of(environment)), ProgressMessages)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MEDIA_UPLOAD_BYTES", "2000000001"), ("MEDIA_LINK_HOURS", "0"), ("PUBLIC_URL", "nowhere"), ("MEDIA_BUCKET", "")],
)
def test_a_wrong_figure_is_named(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.lower()):
        DeliverSettings.of(environment | {name: value})


async def _id() -> str | None:
    return current_correlation_id()


@pytest.mark.parametrize("is_running", [False, True])
def test_the_loops_work_is_done_under_the_correlation_id_of_whoever_waits(*, is_running: bool) -> None:
    def in_turn() -> list[str | None]:
        found = []
        for correlation_id in ("c-1", "c-2"):
            with correlated(correlation_id):
                found.append(wait_for(_id()))
        return found

    try:
        assert (run(asyncio.to_thread(in_turn)) if is_running else in_turn()) == ["c-1", "c-2"]
    finally:
        runner().close()
        runner.cache_clear()
