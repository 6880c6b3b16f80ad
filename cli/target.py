"""Where the platform is: the local stack by its endpoints file, or an AWS account by a profile."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, ValidationError

from cli.errors import NotFoundError, UnreachableError, UsageError, is_missing_queue
from courier.queues.names import QueueNames

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_logs.client import CloudWatchLogsClient
    from mypy_boto3_sqs.client import SQSClient

#: Where `make up` writes what it started, seen from the checkout.
DEFAULT_ENDPOINTS = Path(".local/endpoints.json")
#: Names another endpoints file, as it does for the end-to-end tests.
ENDPOINTS_VARIABLE = "COURIER_ENDPOINTS"
DEFAULT_STACK = "courier"
#: The emulator takes any key, and no other place takes this one.
_FAKE_KEY = "test"
#: A person waits: seconds are few, and what isn't there is said soon.
_AWS = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})
#: No proxy stands between a machine and itself.
_LOCAL = Config(proxies={}, connect_timeout=2, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 2})
#: The developer's own profile has nothing to say about the local stack, and a broken one must not stop it.
_NO_PROFILE = {"profile": (None, None, None, None)}


class Endpoints(BaseModel):
    """The part of the endpoints file that is used here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    aws_endpoint: str
    region: str
    stack: str
    api_url: str
    telegram_url: str

    @classmethod
    def load(cls, path: Path) -> "Endpoints":
        """Read the file of a running stack.

        Raises:
            UnreachableError: if it isn't there, or isn't such a file.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise UnreachableError(f"{path}: {error.strerror}", "Start the local stack with `make up`.") from None
        except ValidationError as error:
            fields = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}))
            raise UnreachableError(
                f"{path} doesn't describe a local stack" + (f": look at {fields}" if fields else ""),
                "Stop the local stack and start it again with `make up`.",
            ) from None


@dataclass(frozen=True)
class Wanted:
    """What the command line says about where.

    Attributes:
        ambient: AWS with whatever credentials the environment holds, as in CI.
    """

    endpoints: Path | None = None
    profile: str | None = None
    ambient: bool = False
    region: str | None = None
    stack: str | None = None


@dataclass(frozen=True)
class Target:
    """The platform that commands talk to.

    Attributes:
        where: For people.
        hint: What to do when nothing answers there.
        local: The local stack's endpoints; None on AWS.
    """

    where: str
    hint: str
    stack: str
    session: boto3.Session
    local: Endpoints | None = None

    @property
    def names(self) -> QueueNames:
        """What the stack's queues are called."""
        return QueueNames(self.stack)

    @property
    def table(self) -> str:
        """What the state table is called."""
        return f"{self.stack}-state"

    def queue_url(self, name: str) -> str:
        """Where one of the stack's own queues is.

        Raises:
            NotFoundError: if there is no such stack.
        """
        try:
            return self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except ClientError as error:
            if is_missing_queue(error):
                raise NotFoundError(
                    f"there is no queue {name} here: {self.where}",
                    "Is the stack deployed under this name (--stack), in this region and account?",
                ) from None
            raise

    @cached_property
    def sqs(self) -> "SQSClient":
        return self._client("sqs")  # type: ignore[no-any-return]

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self._client("dynamodb")  # type: ignore[no-any-return]

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._client("logs")  # type: ignore[no-any-return]

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self._client("cloudformation")  # type: ignore[no-any-return]

    @cached_property
    def cloudwatch(self) -> Any:
        return self._client("cloudwatch")

    def _client(self, service: str) -> Any:
        endpoint = self.local.aws_endpoint if self.local else None
        config = _LOCAL if self.local else _AWS
        return self.session.client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]


def find_target(wanted: Wanted) -> Target:
    """The platform that is meant. AWS only where it is asked for: a forgotten `make up` must not reach an account.

    Raises:
        UsageError: if the options contradict each other.
        UnreachableError: if they lead nowhere.
    """
    on_aws = wanted.profile is not None or wanted.ambient
    if on_aws and wanted.endpoints is not None:
        raise UsageError("--endpoints means a local stack, --profile and --aws an AWS account: give one of them")
    if on_aws:
        return _on_aws(wanted)
    named = os.environ.get(ENDPOINTS_VARIABLE)
    path = wanted.endpoints or Path(named or DEFAULT_ENDPOINTS)
    if not path.exists() and path == DEFAULT_ENDPOINTS:
        raise UnreachableError(
            f"no platform to talk to: {DEFAULT_ENDPOINTS} isn't there, and no --profile was given",
            "Start the local stack with `make up`, name its file with --endpoints, or an AWS account with --profile.",
        )
    return _on_local_stack(wanted, path)


def _on_aws(wanted: Wanted) -> Target:
    session = boto3.Session(profile_name=wanted.profile, region_name=wanted.region)
    account = f"profile {wanted.profile}" if wanted.profile else "the environment's credentials"
    return Target(
        where=f"AWS, {account}, {session.region_name or 'no region'}",
        hint="Is there a network, and is the region right?",
        stack=wanted.stack or DEFAULT_STACK,
        session=session,
    )


def _on_local_stack(wanted: Wanted, path: Path) -> Target:
    endpoints = Endpoints.load(path)
    session = boto3.Session(
        aws_access_key_id=_FAKE_KEY,
        aws_secret_access_key=_FAKE_KEY,
        region_name=wanted.region or endpoints.region,
        botocore_session=botocore.session.Session(session_vars=_NO_PROFILE),
    )
    return Target(
        where=f"local stack at {endpoints.aws_endpoint} ({path})",
        hint="Is the local stack running? Start it with `make up`.",
        stack=wanted.stack or endpoints.stack,
        session=session,
        local=endpoints,
    )
