"""Bot tokens: SecureStrings in SSM, each with the version that Parameter Store counts."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient


class TokenStore:
    """Tokens by bot.

    Args:
        stack: Whose bots they are; part of the parameters' names.
    """

    def __init__(self, client: "SSMClient", stack: str) -> None:
        self._client = client
        self._stack = stack

    def name(self, bot_id: int) -> str:
        """The parameter that holds a bot's token."""
        return f"/{self._stack}/bots/{bot_id}/token"

    def get(self, bot_id: int) -> tuple[str, int] | None:
        """The token and its version.

        Raises:
            StateUnavailableError: if SSM can't be read.
        """
        try:
            answer = self._client.get_parameter(Name=self.name(bot_id), WithDecryption=True)
        except self._client.exceptions.ParameterNotFound:
            return None
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"parameter {self.name(bot_id)}: {error}") from error
        return answer["Parameter"]["Value"], answer["Parameter"]["Version"]

    def put(self, bot_id: int, token: str) -> int:
        """Store a token, unless it is there already.

        Returns:
            The parameter's version that holds it.

        Raises:
            StateUnavailableError: if SSM can't be written.
        """
        stored = self.get(bot_id)
        if stored is not None and stored[0] == token:
            return stored[1]
        try:
            answer = self._client.put_parameter(
                Name=self.name(bot_id), Value=token, Type="SecureString", Overwrite=True
            )
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"parameter {self.name(bot_id)}: {error}") from error
        return answer["Version"]
