"""The services that are called, and at which addresses.

>>> DYNAMODB.url("eu-west-1", {})
'https://dynamodb.eu-west-1.amazonaws.com'
>>> SQS.url("cn-north-1", {})
'https://sqs.cn-north-1.amazonaws.com.cn'
>>> SQS.url("eu-west-1", {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
'http://127.0.0.1:4566'
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: Domains of the partitions whose regions don't answer under `amazonaws.com`, by the beginning of their regions' names.
_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
}


@dataclass(frozen=True, slots=True)
class Service:
    """A service with AWS's JSON protocol.

    Attributes:
        name: In addresses and signatures.
        target: What stands before an operation's name in `X-Amz-Target`.
        version: Of the protocol.
        operations: Those that may be called.
        errors: Codes that callers tell from others; each is a class of `JsonClient.exceptions`.
        times: Fields of answers that are times.
        sdk_name: By which SDKs know it where that isn't `name`; a part of a variable's name.
    """

    name: str
    target: str
    version: str
    operations: frozenset[str]
    errors: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    sdk_name: str = ""

    def url(self, region: str, environment: Mapping[str, str]) -> str:
        """Its address in a region, unless the environment names another, as for every SDK."""
        own = f"AWS_ENDPOINT_URL_{(self.sdk_name or self.name).upper()}"
        named = environment.get(own) or environment.get("AWS_ENDPOINT_URL")
        if named:
            return named.rstrip("/")
        domain = next((domain for start, domain in _DOMAINS.items() if region.startswith(start)), "amazonaws.com")
        return f"https://{self.name}.{region}.{domain}"


DYNAMODB = Service(
    name="dynamodb",
    target="DynamoDB_20120810",
    version="1.0",
    operations=frozenset(
        {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"}
    ),
    errors=frozenset(
        {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}
    ),
)
EVENTS = Service(
    name="events",
    target="AWSEvents",
    version="1.1",
    operations=frozenset({"PutEvents"}),
    sdk_name="eventbridge",
)
#: Objects are signed for, and nothing of it is called in JSON.
S3 = Service(name="s3", target="", version="", operations=frozenset())
SQS = Service(
    name="sqs",
    target="AmazonSQS",
    version="1.0",
    operations=frozenset(
        {
            *("GetQueueUrl", "GetQueueAttributes", "SendMessage", "SendMessageBatch"),
            *("ChangeMessageVisibilityBatch", "DeleteMessageBatch"),
        }
    ),
)
SSM = Service(
    name="ssm",
    target="AmazonSSM",
    version="1.1",
    operations=frozenset({"GetParameter"}),
    errors=frozenset({"ParameterNotFound"}),
    times=frozenset({"LastModifiedDate"}),
)
