"""How calls are signed: botocore's Signature Version 4, with the credentials that Lambda has in the environment."""

from collections.abc import Mapping
from typing import NamedTuple

from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError, NoRegionError


class Credentials(NamedTuple):
    """What botocore's signers ask of credentials; its own class comes with all the ways to find some."""

    access_key: str
    secret_key: str
    token: str | None


def region_of(environment: Mapping[str, str]) -> str:
    """The function's region.

    Raises:
        NoRegionError: if the environment names none.
    """
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if not region:
        raise NoRegionError
    return region


def credentials_of(environment: Mapping[str, str]) -> Credentials:
    """The function's credentials as they are now: what is kept may have expired.

    Raises:
        NoCredentialsError: if there are none.
    """
    access, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        raise NoCredentialsError
    return Credentials(access, secret, environment.get("AWS_SESSION_TOKEN") or None)


def signed_headers(
    service: str, url: str, headers: Mapping[str, str], body: bytes, environment: Mapping[str, str]
) -> dict[str, str]:
    """The headers of a POST with its signature among them.

    Raises:
        NoCredentialsError: if there are no credentials.
        NoRegionError: if there is no region.
    """
    request = AWSRequest(method="POST", url=url, data=body, headers=dict(headers))
    signer = SigV4Auth(credentials_of(environment), service, region_of(environment))  # type: ignore[arg-type]
    signer.add_auth(request)
    return dict(request.headers.items())


def signed_url(service: str, url: str, life_s: int, environment: Mapping[str, str]) -> str:
    """A GET's address that opens for so many seconds to whoever has it.

    Raises:
        NoCredentialsError: if there are no credentials.
        NoRegionError: if there is no region.
    """
    request = AWSRequest(method="GET", url=url)
    credentials, region = credentials_of(environment), region_of(environment)
    SigV4QueryAuth(credentials, service, region, expires=life_s).add_auth(request)  # type: ignore[arg-type]
    return str(request.url)


def signed_object_url(url: str, life_s: int, environment: Mapping[str, str]) -> str:
    """The same of an object in S3, which signs no bodies and escapes a path once.

    Raises:
        NoCredentialsError: if there are no credentials.
        NoRegionError: if there is no region.
    """
    request = AWSRequest(method="GET", url=url)
    credentials, region = credentials_of(environment), region_of(environment)
    S3SigV4QueryAuth(credentials, "s3", region, expires=life_s).add_auth(request)  # type: ignore[arg-type]
    return str(request.url)
