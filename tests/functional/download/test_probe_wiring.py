"""The probe function put together from its environment."""

from collections.abc import Iterator

import pytest

from courier.settings import ProbeSettings
from courier.wiring.download_probe import download_probe

ENVIRONMENT = {
    "STACK": "courier",
    "TABLE_NAME": "courier-state",
    "REDIS_URL": "redis://127.0.0.1:1",
    "MEDIA_BUCKET": "courier-media",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    download_probe.cache_clear()
    yield
    download_probe.cache_clear()


@pytest.mark.usefixtures("_environment")
def test_it_takes_two_steps() -> None:
    assert download_probe().steps.keys() == {"probe", "find"}


@pytest.mark.usefixtures("_environment")
def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        download_probe().run({"step": "fetch", "job": {}}, 60.0)


def test_what_the_environment_leaves_open() -> None:
    settings = ProbeSettings.of(ENVIRONMENT | {"MEDIA_MAX_AGE": "", "MEDIA_ALLOWED_HOSTS": "127.0.0.1:1, [::1]:2"})
    assert (settings.media_max_age, settings.media_site_per_minute) == (None, 30)
    assert settings.media_allowed_hosts == {"127.0.0.1:1", "[::1]:2"}
    assert ProbeSettings.of(ENVIRONMENT | {"MEDIA_MAX_AGE": "16"}).media_max_age == 16
    assert ProbeSettings.of(ENVIRONMENT | {"MEDIA_MAX_AGE": "0"}).media_max_age == 0
