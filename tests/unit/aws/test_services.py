"""Addresses: whatever botocore says of a region, ours says too."""

from typing import Any

import boto3
import pytest
from botocore.config import Config

from courier.aws.services import DYNAMODB, EVENTS, SQS, SSM, STATES, Service

SESSION = boto3.Session("test", "test")
#: What boto3 calls those that it doesn't call by the name in their address.
CLIENTS = {"states": "stepfunctions"}
SERVICES = {service.name: service for service in (DYNAMODB, EVENTS, SQS, SSM, STATES)}


def partitions() -> list[str]:
    return SESSION.get_available_partitions()


def a_region(partition: str) -> str:
    """The newest that botocore knows: one that is newer still is formed alike."""
    return SESSION.get_available_regions("dynamodb", partition_name=partition)[-1]


@pytest.mark.parametrize("partition", [name for name in partitions() if name != "aws-iso-f"])
@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_each_partition_has_the_host_that_botocore_knows(
    service: Service, partition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    region = a_region(partition)
    make: Any = SESSION.client
    client = make(CLIENTS.get(service.name, service.name), region, config=Config(use_dualstack_endpoint=False))

    assert service.url(region, {}) == client.meta.endpoint_url


def test_every_partition_is_known() -> None:
    assert set(partitions()) == {
        *("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")
    }


def test_a_region_that_nobody_knows_yet_is_one_of_aws() -> None:
    assert SQS.url("eu-east-9", {}) == "https://sqs.eu-east-9.amazonaws.com"
    assert SQS.url("us-isof-east-9", {}) == "https://sqs.us-isof-east-9.csp.hci.ic.gov"


def test_the_environment_names_addresses_for_all_services_and_for_one() -> None:
    named = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1/", "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:2"}

    assert (SSM.url("eu-west-1", named), SQS.url("eu-west-1", named)) == ("http://127.0.0.1:1", "http://127.0.0.1:2")


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_the_variable_of_one_service_is_that_of_boto3(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    make: Any = SESSION.client
    name = (
        make(CLIENTS.get(service.name, service.name), "eu-west-1")
        .meta.service_model.service_id.upper()
        .replace(" ", "_")
    )
    monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", "http://127.0.0.1:3")

    assert service.url("eu-west-1", {f"AWS_ENDPOINT_URL_{name}": "http://127.0.0.1:3"}) == "http://127.0.0.1:3"
    assert make(CLIENTS.get(service.name, service.name), "eu-west-1").meta.endpoint_url == "http://127.0.0.1:3"
