"""Short links to files in the store, for what is too large to be sent: a random word each that opens for some days."""

import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from courier.state.conditional import Writer
from courier.state.items import fields_of, item_of
from courier.state.job_rows import number
from courier.state.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: Random bytes of a link: nobody finds one by trying.
TOKEN_BYTES = 16
#: Characters that they come to.
TOKEN_LENGTH = 22
#: Seconds for which a link that is over is still known to have been one.
REMEMBERED_S = 30 * 24 * 3600


class Link(BaseModel):
    """A link to a file.

    Attributes:
        key: The object's.
        title: For the name under which it is saved.
        open_until: Seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    title: str = ""
    open_until: int = 0


class LinkTable:
    """Links in the state table.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._reader = Reader(client, table)
        self._writer = Writer(client, table)
        self._clock = clock

    def make(self, key: str, title: str, life_s: int) -> str:
        """Make a link to an object.

        Returns:
            Its token.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        token, until = secrets.token_urlsafe(TOKEN_BYTES), int(self._clock()) + life_s
        link = Link(key=key, title=title, open_until=until)
        self._writer.put({"Item": {**_key(token), **item_of(link), "expires_at": number(until + REMEMBERED_S)}})
        return token

    def find(self, token: str) -> Link | None:
        """What a token opens, or opened.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        item = self._reader.row(_key(token))
        return Link.model_validate(fields_of(item, Link)) if item else None

    def is_open(self, link: Link) -> bool:
        """Whether a link's time isn't over."""
        return self._clock() < link.open_until


def _key(token: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"link#{token}"}, "sk": {"S": "link"}}
