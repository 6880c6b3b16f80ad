"""Users by their @names, as far as bots have seen them: Telegram tells nobody whose name it is."""

import re
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: Seconds for which a name is remembered after its user was seen last.
LIFE_S = 400 * 24 * 3600
#: Seconds for which a process doesn't write again what it has written: a name that changes hands twice within them may
#: stay with the wrong one for as long.
FRESH_S = 3600
#: Names that a process remembers having written.
_MOST = 10_000
#: Telegram: letters, digits, underscores, 32 at most. Looser: names are Telegram's business.
_NAME = re.compile(r"\w{1,64}", re.ASCII)


class PeopleTable:
    """Names of users in the state table, beside their bot's row.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._written: dict[tuple[int, str], tuple[int, float]] = {}
        self._lock = Lock()

    def seen(self, bot_id: int, user_id: int, username: str | None) -> None:
        """Remember whose name it is: the last one's who was seen with it. Without a name there is nothing to remember.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        name, now = _name(username or ""), self._clock()
        if name is None or self._is_known(bot_id, name, user_id, now):
            return
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": f"bot#{bot_id}"},
                    "sk": {"S": f"name#{name}"},
                    "user_id": {"N": str(user_id)},
                    "seen_at": {"N": str(int(now))},
                    "expires_at": {"N": str(int(now) + LIFE_S)},
                },
            )
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
        self._know(bot_id, name, user_id, now)

    def find(self, bot_id: int, name: str) -> int | None:
        """The user of a name, with or without its `@`, in any case; None if nobody was seen with it.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        found = _name(name.removeprefix("@"))
        if found is None:
            return None
        try:
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": f"name#{found}"}},
                ConsistentRead=True,
            )
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
        number = answer.get("Item", {}).get("user_id", {}).get("N")
        return int(number) if number else None

    def _is_known(self, bot_id: int, name: str, user_id: int, now: float) -> bool:
        with self._lock:
            written = self._written.get((bot_id, name))
        return written is not None and written[0] == user_id and now - written[1] < FRESH_S

    def _know(self, bot_id: int, name: str, user_id: int, now: float) -> None:
        with self._lock:
            # Behind all others: the first is the one that was written longest ago.
            self._written.pop((bot_id, name), None)
            self._written[bot_id, name] = (user_id, now)
            if len(self._written) > _MOST:
                del self._written[next(iter(self._written))]


def _name(text: str) -> str | None:
    """A name as rows have it; None of what can't be one."""
    return text.lower() if _NAME.fullmatch(text) else None
