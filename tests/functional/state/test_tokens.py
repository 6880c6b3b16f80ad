"""Tokens: SecureStrings by bot, with versions that count changes."""

import boto3
import pytest
from botocore.stub import Stubber

from courier.errors import StateUnavailableError
from courier.state.tokens import TokenStore

FIRST, SECOND = "1:first", "1:second"


def test_a_token_is_read_as_it_was_written(aws: boto3.Session) -> None:
    store = TokenStore(aws.client("ssm"), "courier")

    assert store.get(1) is None
    assert store.put(1, FIRST) == 1
    assert store.get(1) == (FIRST, 1)
    assert store.get(2) is None


def test_its_version_counts_changes_alone(aws: boto3.Session) -> None:
    store = TokenStore(aws.client("ssm"), "courier")

    assert [store.put(1, token) for token in (FIRST, FIRST, SECOND, SECOND, FIRST)] == [1, 1, 2, 2, 3]
    assert store.get(1) == (FIRST, 3)


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
