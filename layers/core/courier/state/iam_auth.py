"""ElastiCache's IAM authentication: a signed URL is the password.

The form is AWS's own: a presigned `connect` request of the cache, without its scheme, valid for 15 minutes. A
connection that was opened with one lives on for up to 12 hours.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError
from redis.credentials import CredentialProvider

from courier.aws.signing import signed_url
from courier.errors import StateUnavailableError

#: ElastiCache: seconds for which a token opens connections.
TOKEN_LIFE_S = 900


class IamCredentials(CredentialProvider):
    """User and token for a serverless cache; a fresh token for each connection, which costs no call to AWS.

    Args:
        environment: Gives the role's credentials and the region, as they are at each connect.
        user: The ElastiCache user, whose id and name are the same.
        cache: The cache's name, in lower case as ElastiCache has it.
    """

    def __init__(self, environment: Mapping[str, str], user: str, cache: str) -> None:
        self._environment = environment
        self._user = user
        self._cache = cache.lower()

    def get_credentials(self) -> tuple[str, str]:
        """The user and a token, as redis-py asks for them at each connect."""
        return self._user, self._token()

    def _token(self) -> str:
        query = urlencode({"Action": "connect", "User": self._user, "ResourceType": "ServerlessCache"})
        try:
            url = signed_url("elasticache", f"https://{self._cache}/?{query}", TOKEN_LIFE_S, self._environment)
        except BotoCoreError as error:
            raise StateUnavailableError(f"Redis's token can't be signed: {error}") from error
        return url.removeprefix("https://")
