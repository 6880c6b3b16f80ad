"""Short links: what they lead to, when they are over, and what a stranger learns."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from courier.api.health import Health
from courier.api.links import GONE, SIGNED_S, UNKNOWN, Links
from courier.api.routes import resolver
from courier.aws.objects import SignedObjects
from courier.errors import StateUnavailableError
from courier.state.links import Link

TOKEN = "abcdefghijklmnopqrstuv"
ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_SESSION_TOKEN": "session",
}


@dataclass
class FakeLinks:
    rows: dict[str, Link] = field(default_factory=dict)
    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    def find(self, token: str) -> Link | None:
        self.asked.append(token)
        if self.is_down:
            raise StateUnavailableError("table: not there")
        return self.rows.get(token)

    def is_open(self, link: Link) -> bool:
        return link.open_until > 1000


def opened(table: FakeLinks | None, token: str = TOKEN, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    event = {
        "version": "2.0",
        "rawPath": f"/m/{token}",
        "headers": {},
        "requestContext": {"http": {"method": method, "path": f"/m/{token}"}, "stage": "$default"},
    }
    links = Links(table, SignedObjects("media", ENVIRONMENT)) if table else None
    answer = resolver(lambda: Health({}), links.open if links else None).resolve(event, LambdaContext())
    headers = answer["headers"]
    return answer["statusCode"], str(answer["body"]), headers


def test_an_open_link_leads_to_an_address_that_is_signed_now() -> None:
    table = FakeLinks({TOKEN: Link(key="video/0f.mp4", title="Кино: 1/2", open_until=2000)})

    status, body, headers = opened(table)

    assert (status, body) == (302, "")
    url = urlsplit(headers["Location"])
    query = parse_qs(url.query)
    assert (url.netloc, url.path) == ("s3.eu-west-1.amazonaws.com", "/media/video/0f.mp4")
    assert query["X-Amz-Expires"] == [str(SIGNED_S)]
    assert query["X-Amz-Security-Token"] == ["session"]
    assert query["response-content-disposition"] == [
        "attachment; filename*=UTF-8''%D0%9A%D0%B8%D0%BD%D0%BE%201%202.mp4"
    ]
    assert headers["Cache-Control"] == "no-store"


def test_a_link_whose_time_is_over_says_so() -> None:
    table = FakeLinks({TOKEN: Link(key="video/0f.mp4", open_until=1000)})

    status, body, headers = opened(table)

    assert (status, body) == (410, GONE)
    assert "Location" not in headers


@pytest.mark.parametrize("token", [TOKEN, "x", "x" * 400])
def test_what_is_no_link_says_so(token: str) -> None:
    table = FakeLinks()

    assert opened(table, token)[:2] == (404, UNKNOWN)
    assert table.asked == ([TOKEN] if token == TOKEN else []), "the table is asked for what may be a link alone"


def test_without_a_bucket_there_are_no_links() -> None:
    assert opened(None)[:2] == (404, UNKNOWN)


def test_a_table_that_cant_be_read_is_no_missing_link() -> None:
    assert opened(FakeLinks(is_down=True))[0] == 503


def test_nobody_posts_to_a_link() -> None:
    assert opened(FakeLinks(), method="POST")[0] == 404
