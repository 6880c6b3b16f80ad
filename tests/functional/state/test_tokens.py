"""Tokens: SecureStrings by bot, with versions that only grow."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courier.errors import StateUnavailableError
from courier.state.tokens import TokenStore

FIRST, SECOND = "1:first", "1:second"


def test_a_token_is_read_as_it_was_written(aws: boto3.Session) -> None:
    store = TokenStore(aws.client("ssm"), "courier")

    assert store.get(1) is None
    version = store.put(1, FIRST)
    assert store.get(1) == (FIRST, version)
    assert store.get(2) is None


def test_its_version_grows_with_changes_alone(aws: boto3.Session) -> None:
    store = TokenStore(aws.client("ssm"), "courier")

    first, same, second, again, back = (store.put(1, token) for token in (FIRST, FIRST, SECOND, SECOND, FIRST))

    assert first == same < second == again < back
    assert store.get(1) == (FIRST, back)


def test_its_version_grows_through_a_removal(aws: boto3.Session) -> None:
    """Whoever remembers the old token must not take it for the new one, whose count begins again."""
    client = aws.client("ssm")
    store, versions = TokenStore(client, "courier"), []
    written = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with Stubber(client) as stub:
        for later_s, count in ((0, 1), (0, 2), (1, 3), (62, 1)):
            at = written + timedelta(seconds=later_s)
            parameter: Any = {"Value": FIRST, "Version": count, "LastModifiedDate": at}
            stub.add_response("get_parameter", {"Parameter": parameter})
            versions.append((store.get(1) or ("", 0))[1])

    assert versions == sorted(set(versions))


def test_a_token_is_forgotten_however_often(aws: boto3.Session) -> None:
    store = TokenStore(aws.client("ssm"), "courier")
    store.put(1, FIRST)

    store.delete(1)
    store.delete(1)

    assert store.get(1) is None


def test_what_ssm_doesnt_show_yet_isnt_stored_yet(aws: boto3.Session) -> None:
    client = aws.client("ssm")
    stub = Stubber(client)
    stub.add_client_error("get_parameter", "ParameterNotFound")
    stub.add_response("put_parameter", {"Version": 1})
    stub.add_client_error("get_parameter", "ParameterNotFound")

    with stub, pytest.raises(StateUnavailableError, match="can't be read yet"):
        TokenStore(client, "courier").put(1, FIRST)


def test_it_is_encrypted_under_the_stacks_prefix(aws: boto3.Session) -> None:
    client = aws.client("ssm")
    TokenStore(client, "courier").put(1, FIRST)

    (parameter,) = client.describe_parameters()["Parameters"]

    assert (parameter["Name"], parameter["Type"]) == ("/courier/bots/1/token", "SecureString")
    assert client.get_parameter(Name="/courier/bots/1/token")["Parameter"]["Value"] != FIRST


def test_stacks_dont_share_tokens(aws: boto3.Session) -> None:
    client = aws.client("ssm")
    TokenStore(client, "courier").put(1, FIRST)

    assert TokenStore(client, "courier-staging").get(1) is None


def test_ssm_that_cant_be_read_is_one_error(aws: boto3.Session) -> None:
    client = aws.client("ssm")
    stub = Stubber(client)
    stub.add_client_error("get_parameter", "ThrottlingException")

    with stub, pytest.raises(StateUnavailableError, match="/courier/bots/1/token"):
        TokenStore(client, "courier").get(1)


def test_ssm_that_cant_be_written_is_one_error_that_tells_no_token(aws: boto3.Session) -> None:
    client = aws.client("ssm")
    stub = Stubber(client)
    stub.add_client_error("get_parameter", "ParameterNotFound")
    stub.add_client_error("put_parameter", "InternalServerError")

    with stub, pytest.raises(StateUnavailableError, match="/courier/bots/1/token") as caught:
        TokenStore(client, "courier").put(1, FIRST)
    assert FIRST not in str(caught.value)
