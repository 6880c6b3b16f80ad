"""ElastiCache's IAM authentication: a signed URL is the password.

The form is AWS's own: a presigned `connect` request of the cache, without its scheme, valid for 15 minutes. A
connection that was opened with one lives on for up to 12 hours.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from botocore.model import ServiceId
from botocore.signers import RequestSigner
from redis.credentials import CredentialProvider

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from botocore.session import Session

#: ElastiCache: seconds for which a token opens connections.
TOKEN_LIFE_S = 900


class IamCredentials(CredentialProvider):
    """User and token for a serverless cache; a fresh token for each connection, which costs no call to AWS.

    Args:
        session: Gives the role's credentials and the region.
        user: The ElastiCache user, whose id and name are the same.
        cache: The cache's name, in lower case as ElastiCache has it.
    """

    def __init__(self, session: "Session", user: str, cache: str) -> None:
        self._session = session
        self._user = user
        self._cache = cache.lower()

    def get_credentials(self) -> tuple[str, str]:
        """The user and a token, as redis-py asks for them at each connect."""
        return self._user, self._token()

    def _token(self) -> str:
        region = self._session.get_config_variable("region")
        credentials = self._session.get_credentials()
        if credentials is None:
            raise StateUnavailableError("no AWS credentials to sign Redis's token with")
        signer = RequestSigner(
            ServiceId("elasticache"),
            region,
            "elasticache",
            "v4",
            credentials,
            self._session.get_component("event_emitter"),
        )
        query = urlencode({"Action": "connect", "User": self._user, "ResourceType": "ServerlessCache"})
        request = {
            "method": "GET",
            "url": f"https://{self._cache}/?{query}",
            "body": {},
            "headers": {},
            "context": {},
        }
        signed = signer.generate_presigned_url(
            request, operation_name="connect", expires_in=TOKEN_LIFE_S, region_name=region
        )
        return str(signed).removeprefix("https://")
