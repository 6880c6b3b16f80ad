"""The fetch function is put together out of its environment, and asks nobody for that."""

import pytest

from courier.settings import FetchSettings
from courier.wiring.download_fetch import download_fetch

ENVIRONMENT = {"STACK": "courier", "TABLE_NAME": "state", "MEDIA_BUCKET": "media"}


def test_both_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in {**ENVIRONMENT, **own}.items():
        monkeypatch.setenv(name, value)
    download_fetch.cache_clear()
    assert set(download_fetch().steps) == {"fetch", "extract"}


def test_hosts() -> None:
    settings = FetchSettings.of({**ENVIRONMENT, "MEDIA_ALLOWED_HOSTS": "127.0.0.1:80, [::1]:80"})
    assert settings.media_allowed_hosts == {"127.0.0.1:80", "[::1]:80"}
    assert FetchSettings.of({**ENVIRONMENT, "MEDIA_ALLOWED_HOSTS": ""}).media_allowed_hosts == frozenset()
