"""Bot tokens: SecureStrings in SSM, each with a version that only grows.

Parameter Store's own count begins again with a parameter that was deleted and made anew, and whoever remembers a token
by it would take the old one for the new. So a version has the time of the write before the count.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient
    from mypy_boto3_ssm.type_defs import ParameterTypeDef


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
        return answer["Parameter"]["Value"], _version(answer["Parameter"])

    def put(self, bot_id: int, token: str) -> int:
        """Store a token, unless it is there already.

        Returns:
            Its version.

        Raises:
            StateUnavailableError: if SSM can't be written, or doesn't show yet what was.
        """
        stored = self.get(bot_id)
        if stored is None or stored[0] != token:
            try:
                self._client.put_parameter(Name=self.name(bot_id), Value=token, Type="SecureString", Overwrite=True)
            except (ClientError, BotoCoreError) as error:
                raise StateUnavailableError(f"parameter {self.name(bot_id)}: {error}") from error
            stored = self.get(bot_id)
        if stored is None or stored[0] != token:
            raise StateUnavailableError(f"parameter {self.name(bot_id)}: what was written can't be read yet")
        return stored[1]

    def delete(self, bot_id: int) -> None:
        """Forget a token; it may be forgotten already.

        Raises:
            StateUnavailableError: if SSM can't be written.
        """
        try:
            self._client.delete_parameter(Name=self.name(bot_id))
        except self._client.exceptions.ParameterNotFound:
            return
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"parameter {self.name(bot_id)}: {error}") from error


def _version(parameter: "ParameterTypeDef") -> int:
    return int(parameter["LastModifiedDate"].timestamp()) * 1000 + parameter["Version"]
