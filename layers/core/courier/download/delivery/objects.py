"""Files out of the store, piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import CourierError, StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

#: Bytes of a piece: all that is in memory of a file.
PIECE = 1024 * 1024
#: Bytes that are held back until a call may start: few, so that they are through at once.
TAIL = 1024
#: S3's codes for an object that isn't there, or that nobody may know of.
_NOT_THERE = ("NoSuchKey", "404", "NotFound")


class NoSuchObjectError(CourierError):
    """The store doesn't have a file any more."""


class ObjectReader:
    """One bucket.

    Args:
        client: boto3's.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    async def pieces(self, key: str) -> AsyncIterator[bytes]:
        """An object's content, which ends with a piece of `TAIL` bytes at most.

        Raises:
            NoSuchObjectError: if it isn't there.
            StateUnavailableError: if S3 can't be read.
        """
        try:
            answer = await asyncio.to_thread(self._client.get_object, Bucket=self._bucket, Key=key)
            body = answer["Body"]
            try:
                tail = b""
                while piece := await asyncio.to_thread(body.read, PIECE):
                    held = tail + piece
                    if len(held) > TAIL:
                        yield held[:-TAIL]
                    tail = held[-TAIL:]
                yield tail
            finally:
                body.close()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _NOT_THERE:
                raise NoSuchObjectError(f"{key} isn't in the store") from error
            raise StateUnavailableError(f"bucket {self._bucket}: {error}") from error
        except (BotoCoreError, OSError) as error:
            raise StateUnavailableError(f"bucket {self._bucket}: {error}") from error

    async def small(self, key: str, most: int) -> bytes | None:
        """A small object whole; None of one that is larger, or isn't there.

        Raises:
            StateUnavailableError: if S3 can't be read.
        """
        content = b""
        try:
            async for piece in self.pieces(key):
                content += piece
                if len(content) > most:
                    return None
        except NoSuchObjectError:
            return None
        return content
