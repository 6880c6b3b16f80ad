"""Files that are there: in the store, and with Telegram under each bot's `file_id`."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from courier.state.conditional import Writer
from courier.state.items import fields_of, item_of
from courier.state.job_rows import key, number
from courier.state.media import FileId, StoredFile
from courier.state.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: Seconds for which a `file_id` is remembered; whoever wants younger ones says so.
FILE_ID_S = 400 * 24 * 3600
#: Seconds for which a file that Telegram refused isn't uploaded again: its limits may change, and its words deceive.
UNSENDABLE_S = 6 * 3600


class FileTable:
    """Files in the state table, beside their job's row.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._reader = Reader(client, table)
        self._writer = Writer(client, table)
        self._clock = clock

    def stored(self, content: str) -> StoredFile | None:
        """The file of a hash, if it was stored and nobody missed it since.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        item = self._reader.row(key(content, "stored"))
        return StoredFile.model_validate(fields_of(item, StoredFile)) if item else None

    def keep(self, content: str, file: StoredFile) -> StoredFile:
        """Remember a file that is in the store now, before its job is closed. Two racing executions store one object.

        Returns:
            The same, with its time.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        kept = file.model_copy(update={"stored_at": int(self._clock())})
        self._writer.put({"Item": {**key(content, "stored"), **item_of(kept)}})
        return kept

    def missing(self, content: str, file: StoredFile) -> None:
        """The store doesn't have a file any more. One that was stored since stays.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._writer.delete(
            {
                "Key": key(content, "stored"),
                "ConditionExpression": "stored_at = :seen",
                "ExpressionAttributeValues": {":seen": number(file.stored_at)},
            }
        )

    def file_id(self, content: str, bot_id: int, max_age_s: int = FILE_ID_S) -> FileId | None:
        """What Telegram calls the file for a bot, unless that is too old to be believed.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        item = self._reader.row(key(content, f"file#{bot_id}"))
        found = FileId.model_validate(fields_of(item, FileId)) if item else None
        return found if found and self._clock() - found.saved_at <= max_age_s else None

    def save_file_id(self, content: str, bot_id: int, file: FileId) -> None:
        """Remember what Telegram called a file that a bot has uploaded now, or sent by that name.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        now = int(self._clock())
        saved = item_of(file.model_copy(update={"saved_at": now}))
        row = {**key(content, f"file#{bot_id}"), **saved, "expires_at": number(now + FILE_ID_S)}
        self._writer.put({"Item": row})

    def refused(self, content: str, bot_id: int, file: FileId) -> None:
        """Telegram doesn't take a `file_id` any more. One that was saved since stays.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._writer.delete(
            {
                "Key": key(content, f"file#{bot_id}"),
                "ConditionExpression": "file_id = :refused",
                "ExpressionAttributeValues": {":refused": {"S": file.file_id}},
            }
        )

    def is_unsendable(self, content: str, bot_id: int, file: StoredFile) -> bool:
        """Whether Telegram refused the upload of just these bytes to a bot.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        item = self._reader.row(key(content, f"unsendable#{bot_id}"))
        return bool(item and item["sha256"]["S"] == file.sha256 and self._clock() < int(item["expires_at"]["N"]))

    def note_unsendable(self, content: str, bot_id: int, file: StoredFile) -> None:
        """Remember that.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        until = {"expires_at": number(int(self._clock()) + UNSENDABLE_S)}
        row = {**key(content, f"unsendable#{bot_id}"), "sha256": {"S": file.sha256}, **until}
        self._writer.put({"Item": row})

    def lease(self, content: str, bot_id: int, owner: str, seconds: int) -> bool:
        """Be the one who uploads a file for a bot, until `release` or for so long; False if somebody else is.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        now = int(self._clock())
        item = {"lease_owner": {"S": owner}, "leased_until": number(now + seconds), "expires_at": number(now + seconds)}
        return self._writer.put(
            {
                "Item": {**key(content, f"upload#{bot_id}"), **item},
                "ConditionExpression": "attribute_not_exists(pk) OR leased_until < :now OR lease_owner = :owner",
                "ExpressionAttributeValues": {":now": number(now), ":owner": {"S": owner}},
            }
        )

    def release(self, content: str, bot_id: int, owner: str) -> None:
        """Let others upload.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._writer.delete(
            {
                "Key": key(content, f"upload#{bot_id}"),
                "ConditionExpression": "lease_owner = :owner",
                "ExpressionAttributeValues": {":owner": {"S": owner}},
            }
        )
