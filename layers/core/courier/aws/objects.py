"""Addresses of objects in S3 that open for a while to whoever has them.

Credentials sign them, and with these they die: on Lambda within hours. So one is made when it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from courier.aws.services import S3
from courier.aws.signing import region_of, signed_object_url


@dataclass(frozen=True, slots=True)
class SignedObjects:
    """Objects of one bucket.

    Attributes:
        environment: Gives region, address and credentials, read at each call.
    """

    bucket: str
    environment: Mapping[str, str]

    def url(self, key: str, filename: str, life_s: int) -> str:
        """An object's address, under which it is saved by a name.

        Raises:
            NoCredentialsError: if there are no credentials.
            NoRegionError: if there is no region.
        """
        base = S3.url(region_of(self.environment), self.environment)
        saved_as = quote(f"attachment; filename*=UTF-8''{quote(filename, safe='', errors='replace')}", safe="")
        url = f"{base}/{self.bucket}/{quote(key)}?response-content-disposition={saved_as}"
        return signed_object_url(url, life_s, self.environment)
