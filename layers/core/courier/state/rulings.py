"""What admins have ruled about users and chats: grants and bans, which no loss of Redis touches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError
from courier.telemetry import log

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class RulingKind(StrEnum):
    """What is ruled: of a user `bless` or `hammer`, of a chat `grace` or `smite`."""

    BLESS = "bless"
    HAMMER = "hammer"
    GRACE = "grace"
    SMITE = "smite"

    @property
    def opens(self) -> bool:
        """Whether it is a grant; else it is a ban."""
        return self in (RulingKind.BLESS, RulingKind.GRACE)


_OF_USERS = frozenset({RulingKind.BLESS, RulingKind.HAMMER})
_OF_CHATS = frozenset({RulingKind.GRACE, RulingKind.SMITE})


@dataclass(frozen=True, slots=True)
class Ruling:
    """One ruling.

    Attributes:
        until: When it ends, in seconds since 1970; None for ever.
        by: The admin's Telegram id; 0 where it can't be read.
        at: When it was made, in seconds since 1970.
    """

    kind: RulingKind
    until: int | None
    by: int
    at: int

    def counts(self, now: float) -> bool:
        """Whether it hasn't ended.

        >>> ruling = Ruling(RulingKind.BLESS, until=9, by=1, at=0)
        >>> ruling.counts(8), ruling.counts(9)
        (True, False)
        """
        return self.until is None or now < self.until


class RulingTable:
    """Rulings in the state table, beside their bot's row: one a subject, the last one.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def of(self, bot_id: int, user_id: int | None, chat_id: int | None) -> tuple[Ruling | None, Ruling | None]:
        """The rulings about a user and a chat, ended ones among them, in one consistent read.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        keys = [_key(bot_id, *whom) for whom in (("user", user_id), ("chat", chat_id)) if whom[1] is not None]
        if not keys:
            return None, None
        request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        with self._one_error():
            answer = self._client.batch_get_item(RequestItems=request)
        if answer.get("UnprocessedKeys"):
            raise StateUnavailableError(f"table {self._table}: it is asked for too much")
        rows = {item["sk"]["S"]: item for item in answer["Responses"].get(self._table, [])}
        user, chat = (rows.get(_sk("user", user_id)), rows.get(_sk("chat", chat_id)))
        return _ruling(user, _OF_USERS), _ruling(chat, _OF_CHATS)

    def rule_user(self, bot_id: int, user_id: int, ruling: Ruling) -> None:
        """Rule about a user; what was ruled before is over.

        Raises:
            ValueError: if the ruling is one about chats.
            StateUnavailableError: if the table can't be written.
        """
        self._rule(_key(bot_id, "user", user_id), ruling, _OF_USERS)

    def rule_chat(self, bot_id: int, chat_id: int, ruling: Ruling) -> None:
        """Rule about a chat; what was ruled before is over.

        Raises:
            ValueError: if the ruling is one about users.
            StateUnavailableError: if the table can't be written.
        """
        self._rule(_key(bot_id, "chat", chat_id), ruling, _OF_CHATS)

    def forgive_user(self, bot_id: int, user_id: int) -> Ruling | None:
        """Take back what was ruled about a user.

        Returns:
            What was lifted: None if nothing was ruled, or it had ended.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        return self._forgive(_key(bot_id, "user", user_id), _OF_USERS)

    def forgive_chat(self, bot_id: int, chat_id: int) -> Ruling | None:
        """Take back what was ruled about a chat; see `forgive_user`."""
        return self._forgive(_key(bot_id, "chat", chat_id), _OF_CHATS)

    def _rule(self, key: dict[str, Any], ruling: Ruling, fitting: frozenset[RulingKind]) -> None:
        if ruling.kind not in fitting:
            raise ValueError(f"{ruling.kind} can't be ruled about {key['sk']['S']}")
        with self._one_error():
            self._client.put_item(TableName=self._table, Item=key | _attributes(ruling))

    def _forgive(self, key: dict[str, Any], fitting: frozenset[RulingKind]) -> Ruling | None:
        with self._one_error():
            answer = self._client.delete_item(TableName=self._table, Key=key, ReturnValues="ALL_OLD")
        lifted = _ruling(answer.get("Attributes"), fitting)
        return lifted if lifted and lifted.counts(self._clock()) else None

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error


def _sk(subject: str, subject_id: int | None) -> str:
    return f"ruling#{subject}#{subject_id}"


def _key(bot_id: int, subject: str, subject_id: int | None) -> dict[str, Any]:
    return {"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": _sk(subject, subject_id)}}


def _attributes(ruling: Ruling) -> dict[str, Any]:
    """A row but its key. `opens` is for code that doesn't know the ruling; `kind` would put it into the index."""
    ends = {} if ruling.until is None else {"until": {"N": str(ruling.until)}, "expires_at": {"N": str(ruling.until)}}
    return {
        "ruling": {"S": ruling.kind},
        "opens": {"BOOL": ruling.kind.opens},
        "ruled_by": {"N": str(ruling.by)},
        "ruled_at": {"N": str(ruling.at)},
        **ends,
    }


def _ruling(item: dict[str, Any] | None, fitting: frozenset[RulingKind]) -> Ruling | None:
    """A row's ruling.

    What newer code wrote, or nobody can read, opens nothing: a grant counts as none, all else as a ban for ever.
    """
    if item is None:
        return None
    try:
        kind = {one.value: one for one in fitting}[item["ruling"]["S"]]
        return Ruling(kind, _number(item["until"]) if "until" in item else None, *_origin(item))
    except (KeyError, TypeError, ValueError):
        is_grant = item.get("opens") == {"BOOL": True}
        log().warning("ruling can't be read", row=item["sk"]["S"], taken_for="none" if is_grant else "ban")
        if is_grant:
            return None
        return Ruling(next(kind for kind in fitting if not kind.opens), None, 0, 0)


def _origin(item: dict[str, Any]) -> tuple[int, int]:
    """Who ruled and when. Nothing depends on it, so a row without it counts all the same."""
    try:
        return _number(item["ruled_by"]), _number(item["ruled_at"])
    except (KeyError, TypeError, ValueError):
        return 0, 0


def _number(attribute: dict[str, Any]) -> int:
    return int(attribute["N"])
