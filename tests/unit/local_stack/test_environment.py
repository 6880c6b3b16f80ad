"""A developer's real account, interpreter and containers are out of reach of what the stack starts."""

import os
from pathlib import Path

from local.stack import StackSettings
from local.stack.environment import emulator_environment, sam_environment, service_environment

SETTINGS = StackSettings(state_dir=Path("/state"), root=Path("/project"))

DEVELOPER = {
    "PATH": "/usr/bin",
    "HOME": "/home/me",
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_S3": "https://s3.example",
    "AWS_CA_BUNDLE": "/etc/ca.pem",
    "SAM_CLI_POLL_DELAY": "9",
    "PYTHONPATH": "/elsewhere",
    "PYTHONDONTWRITEBYTECODE": "1",
    "VIRTUAL_ENV": "/venv",
    "PIP_INDEX_URL": "https://index.example/simple",
    "HTTPS_PROXY": "http://proxy:3128",
    "no_proxy": "intranet",
}


def test_the_sam_cli_keeps_the_way_to_the_index() -> None:
    environment = sam_environment(SETTINGS, DEVELOPER)
    kept = {"HOME", "PIP_INDEX_URL", "HTTPS_PROXY"}
    assert {name: environment[name] for name in kept} == {name: DEVELOPER[name] for name in kept}


def test_the_sam_cli_meets_no_real_account() -> None:
    environment = sam_environment(SETTINGS, DEVELOPER, "http://127.0.0.1:1")
    aws = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    assert aws == {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }


def test_the_sam_cli_finds_its_own_python_first_and_keeps_its_caches() -> None:
    environment = sam_environment(SETTINGS, DEVELOPER)
    assert environment["PATH"] == "/project/.local/venvs/sam/bin:/usr/bin"
    assert not {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"} & environment.keys()


def test_loopback_goes_through_no_proxy() -> None:
    assert sam_environment(SETTINGS, DEVELOPER)["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_lambda_workers_inherit_nothing_of_the_developer() -> None:
    environment = emulator_environment(SETTINGS, 4566)
    assert not {name for name in environment if name.startswith(("AWS_", "PIP_", "HTTP"))}
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert environment["DOCKER_HOST"].endswith("/nonexistent/docker.sock")


def test_everything_that_is_written_lies_in_the_run_directory() -> None:
    environment = emulator_environment(SETTINGS, 4566)
    for name in ("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"):
        assert Path(environment[name]).is_relative_to(SETTINGS.run_dir)
    assert service_environment(SETTINGS).items() <= environment.items()
