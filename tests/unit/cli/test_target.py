"""Which platform is meant, and that nothing leads to an account by accident."""

import json
from pathlib import Path

import pytest

from cli.errors import UnreachableError, UsageError
from cli.target import DEFAULT_ENDPOINTS, DEFAULT_STACK, ENDPOINTS_VARIABLE, Wanted, find_target

ENDPOINTS = {
    "aws_endpoint": "http://127.0.0.1:4566",
    "region": "eu-west-1",
    "stack": "mine",
    "api_url": "http://127.0.0.1:4566/api",
    "api_key": "key",
    "telegram_url": "http://127.0.0.1:8081",
    "redis_url": "redis://127.0.0.1:6379/0",
}


def written(path: Path, **changed: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ENDPOINTS | changed))
    return path


def test_the_default_file_is_taken_where_it_is() -> None:
    written(DEFAULT_ENDPOINTS)

    target = find_target(Wanted())

    assert target.stack == "mine"
    assert target.names.control == "mine-control.fifo"
    assert target.table == "mine-state"
    assert target.sqs.meta.endpoint_url == ENDPOINTS["aws_endpoint"]
    assert target.logs.meta.region_name == "eu-west-1"


def test_a_named_file_goes_before_the_variable_and_that_before_the_default(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(DEFAULT_ENDPOINTS)
    monkeypatch.setenv(ENDPOINTS_VARIABLE, str(written(here / "variable.json", stack="variable")))

    assert find_target(Wanted()).stack == "variable"
    assert find_target(Wanted(endpoints=written(here / "named.json", stack="named"))).stack == "named"


def test_the_local_stack_never_sees_the_developers_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "one-that-does-not-exist")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    written(DEFAULT_ENDPOINTS)

    target = find_target(Wanted())

    assert target.sqs.meta.endpoint_url == ENDPOINTS["aws_endpoint"]
    credentials = target.session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "test"


def test_nothing_at_all_is_said_in_words() -> None:
    with pytest.raises(UnreachableError, match=r"endpoints\.json isn't there, and no --profile was given") as caught:
        find_target(Wanted())
    assert "make up" in caught.value.hint


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_ACCESS_KEY_ID"])
def test_credentials_in_the_environment_alone_lead_nowhere(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "production")

    with pytest.raises(UnreachableError):
        find_target(Wanted())


def test_a_profile_means_aws_also_beside_a_local_stack(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(DEFAULT_ENDPOINTS)
    config = here / "config"
    config.write_text("[profile prod]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    target = find_target(Wanted(profile="prod"))

    assert (target.stack, target.local) == (DEFAULT_STACK, None)
    assert target.session.region_name == "eu-north-1"
    assert find_target(Wanted(profile="prod", region="us-west-2", stack="b")).session.region_name == "us-west-2"


@pytest.mark.parametrize("wanted", [Wanted(Path("x"), profile="p"), Wanted(Path("x"), ambient=True)])
def test_two_places_are_refused(wanted: Wanted) -> None:
    with pytest.raises(UsageError):
        find_target(wanted)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no json", "doesn't describe a local stack"),
        ("{}", "aws_endpoint, region, stack"),
        ('{"aws_endpoint": 5}', "aws_endpoint"),
    ],
)
def test_a_file_that_is_something_else(here: Path, text: str, says: str) -> None:
    path = here / "endpoints.json"
    path.write_text(text)

    with pytest.raises(UnreachableError) as caught:
        find_target(Wanted(endpoints=path))
    # Its fields in alphabetical order, whatever else is missing.
    assert all(word in str(caught.value) for word in says.split(", "))


def test_a_named_file_that_is_not_there(here: Path) -> None:
    with pytest.raises(UnreachableError, match="No such file"):
        find_target(Wanted(endpoints=here / "nothing.json"))
