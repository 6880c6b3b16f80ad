"""AWS in process, and a workshop before it."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from courier.state.files import FileTable
from tests.functional.download.making.bench import BUCKET, Bench
from tests.support.guarded import Run
from tests.support.media_server import MediaServer

TABLE = "courier-state"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """A session of an account that is empty."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield boto3.Session("test", "test", region_name="eu-west-1")


@pytest.fixture
def bench(aws: boto3.Session, site: MediaServer, tmp_path: Path, run: Run) -> Bench:
    """See `Bench`."""
    table, s3 = aws.client("dynamodb"), aws.client("s3")
    table.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return Bench(tmp_path / "jobs", s3, FileTable(table, TABLE), site, run)
