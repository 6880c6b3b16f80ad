"""Links in the table, and an address that S3's own way of signing agrees with."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config

from courier.aws.objects import SignedObjects
from courier.state.links import REMEMBERED_S, TOKEN_LENGTH, LinkTable
from tests.functional.state.conftest import TABLE, aws, client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["aws", "client"]

ENVIRONMENT: Mapping[str, str] = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def test_a_link_opens_until_its_time_is_over_and_is_remembered_then(client: "DynamoDBClient") -> None:
    now = [1_800_000_000.0]
    table = LinkTable(client, TABLE, lambda: now[0])

    token = table.make("video/0f.mp4", "Cats", 60)
    link = table.find(token)

    assert len(token) == TOKEN_LENGTH
    assert link is not None
    assert (link.key, link.title, table.is_open(link)) == ("video/0f.mp4", "Cats", True)
    now[0] += 60
    assert not table.is_open(link)
    (row,) = client.scan(TableName=TABLE)["Items"]
    assert int(row["expires_at"]["N"]) == 1_800_000_060 + REMEMBERED_S
    assert table.find("x" * TOKEN_LENGTH) is None
    assert table.make("video/0f.mp4", "Cats", 60) != token


def test_an_address_is_signed_as_the_sdk_signs_it() -> None:
    wanted = {"Bucket": "media", "Key": "video/0f é.mp4"}
    wanted["ResponseContentDisposition"] = "attachment; filename*=UTF-8''a%20b.mp4"
    sdk = boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="secret",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    for _ in range(5):
        ours = SignedObjects("media", ENVIRONMENT).url("video/0f é.mp4", "a b.mp4", 60)
        theirs = sdk.generate_presigned_url("get_object", Params=wanted, ExpiresIn=60)
        if _query(ours)["X-Amz-Date"] == _query(theirs)["X-Amz-Date"]:
            break

    assert urlsplit(ours)[:3] == urlsplit(theirs)[:3]
    assert _query(ours) == _query(theirs)


def _query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)
