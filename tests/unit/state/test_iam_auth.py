"""The token that opens ElastiCache, recomputed by hand from AWS's description of Signature Version 4."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from courier.errors import StateUnavailableError
from courier.state.iam_auth import IamCredentials

REGION, ACCESS, SIGNING_KEY, SESSION = "eu-west-1", "AKIDEXAMPLE", "not-so-secret", "session+token/with=signs"


def environment_of(token: str | None = SESSION) -> dict[str, str]:
    environment = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SIGNING_KEY}
    return environment | ({"AWS_SESSION_TOKEN": token} if token else {})


def signature(host: str, query: dict[str, str]) -> str:
    """Signature Version 4 of a presigned GET of `/` without a body."""
    stamp, scope = query["X-Amz-Date"], f"{query['X-Amz-Date'][:8]}/{REGION}/elasticache/aws4_request"
    pairs = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
    request = f"GET\n/\n{pairs}\nhost:{host}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{SIGNING_KEY}".encode()
    for part in (stamp[:8], REGION, "elasticache", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


@pytest.mark.parametrize("session_token", [SESSION, None])
def test_the_token_has_the_documented_form_and_signature(session_token: str | None) -> None:
    user, token = IamCredentials(environment_of(session_token), "courier-sender", "Courier-Cache").get_credentials()

    url = urlsplit(f"//{token}")
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    signed = query.pop("X-Amz-Signature")
    date = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert user == "courier-sender"
    assert (url.netloc, url.path) == ("courier-cache", "/")
    assert query == {
        "Action": "connect",
        "User": "courier-sender",
        "ResourceType": "ServerlessCache",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{ACCESS}/{date:%Y%m%d}/{REGION}/elasticache/aws4_request",
        "X-Amz-Date": query["X-Amz-Date"],
        "X-Amz-Expires": "900",
        "X-Amz-SignedHeaders": "host",
    } | ({"X-Amz-Security-Token": session_token} if session_token else {})
    assert signed == signature("courier-cache", query)
    assert abs(datetime.now(UTC) - date) < timedelta(seconds=10)


def test_without_credentials_state_cant_be_reached() -> None:
    with pytest.raises(StateUnavailableError, match="locate credentials"):
        IamCredentials({"AWS_REGION": REGION}, "user", "cache").get_credentials()


def test_credentials_that_lambda_renewed_are_used_at_the_next_connect() -> None:
    environment = environment_of()
    iam = IamCredentials(environment, "user", "cache")
    before = iam.get_credentials()[1]
    environment["AWS_SESSION_TOKEN"] = "renewed"

    assert "Security-Token=renewed" in iam.get_credentials()[1]
    assert "Security-Token=renewed" not in before
