"""Secrets that an operator has put into SSM, under names that the stack's parameters say."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient


class Parameters:
    """SSM's SecureStrings."""

    def __init__(self, client: "SSMClient") -> None:
        self._client = client

    def secret(self, name: str) -> str:
        """The text of one.

        Raises:
            StateUnavailableError: It can't be read, or isn't there.
        """
        try:
            answer = self._client.get_parameter(Name=name, WithDecryption=True)
        except (ClientError, BotoCoreError, self._client.exceptions.ParameterNotFound) as error:
            raise StateUnavailableError(f"parameter {name}: {error}") from error
        return answer["Parameter"]["Value"]
