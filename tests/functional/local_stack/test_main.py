"""`python -m local`, as `make` calls it."""

from pathlib import Path

import pytest

from local.__main__ import main
from local.demo.demo import demo
from local.stack import StackSettings


def test_status_of_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--state-dir", str(tmp_path)]) == 1
    assert f"No stack is running in {tmp_path}" in capsys.readouterr().out


def test_a_bad_port_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PORT", "http")
    assert main(["up", "--state-dir", str(tmp_path)]) == 1
    assert "AWS_PORT=http is no port" in capsys.readouterr().err


def test_an_option_is_a_port_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--state-dir", str(tmp_path), "--redis-port", "70000"]) == 1
    assert "REDIS_PORT=70000 is no port" in capsys.readouterr().err


def test_the_demo_writes_to_no_real_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = StackSettings(state_dir=tmp_path, telegram_api_base="https://api.telegram.org")
    assert demo(settings) == 1
    assert "TELEGRAM_API_BASE is set to https://api.telegram.org" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
