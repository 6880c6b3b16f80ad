"""Objects in S3: put once, never replaced, and each says of itself what it is."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

#: S3: bytes of all metadata, names and values; of one text, so that all of ours fit.
METADATA_BYTES, TEXT_BYTES = 2048, 320
#: Codes of "there already", "somebody else puts it right now", and "there is none".
_THERE, _MEANWHILE, _ABSENT = "PreconditionFailed", "ConditionalRequestConflict", frozenset({"404", "NoSuchKey"})
#: Times that a put is tried which meets another.
_TRIES = 3


class ObjectStore:
    """One bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, file: Path, sha256: str, key: str, content_type: str, texts: Mapping[str, str]) -> bool:
        """Put a file, unless the key has one: two racing executions store one object.

        Args:
            sha256: Of the file's bytes, in hex: S3 refuses others.
            texts: Metadata; see `encoded`.

        Returns:
            False where there is one, which is another's, with other bytes perhaps.

        Raises:
            StateUnavailableError: S3 can't be reached; so in all methods.
        """
        digest = base64.b64encode(bytes.fromhex(sha256)).decode()
        for tried in range(1, _TRIES + 1):
            try:
                with self._one_error(), file.open("rb") as body:
                    self._client.put_object(
                        Bucket=self._bucket,
                        Key=key,
                        Body=body,
                        ContentType=content_type,
                        ChecksumSHA256=digest,
                        IfNoneMatch="*",
                        Metadata=encoded(texts),
                    )
            except ClientError as error:
                if _code(error) == _THERE:
                    return False
                if tried == _TRIES:
                    raise StateUnavailableError(f"bucket {self._bucket}: {error}") from error
            else:
                return True
        raise AssertionError("the last try returns or raises")

    def described(self, key: str) -> dict[str, str] | None:
        """An object's metadata, and its `bytes`; None where there is none."""
        try:
            with self._one_error():
                head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError:
            return None
        texts = {name: unquote(text) for name, text in head["Metadata"].items()}
        return texts | {"bytes": str(head["ContentLength"])}

    def has(self, key: str) -> bool:
        """Whether there is an object."""
        return self.described(key) is not None

    def get(self, key: str, file: Path) -> bool:
        """Copy an object into a file; False where there is none."""
        try:
            with self._one_error():
                self._client.download_file(self._bucket, key, str(file))
        except ClientError:
            return False
        return True

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        """Lets through what callers tell from others."""
        try:
            yield
        except ClientError as error:
            if _code(error) in {_THERE, _MEANWHILE, *_ABSENT}:
                raise
            raise StateUnavailableError(f"bucket {self._bucket}: {error}") from error
        except BotoCoreError as error:
            raise StateUnavailableError(f"bucket {self._bucket}: {error}") from error


def encoded(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts as S3's metadata takes them: ASCII, by percent-encoding, and none too long; empty ones are left out.

    A cut goes between characters, so that what is left can be read.

    >>> encoded({"title": "Größe 1%", "performer": ""})
    {'title': 'Gr%C3%B6%C3%9Fe 1%25'}
    """
    return {name: _fitting(text) for name, text in texts.items() if text}


def _fitting(text: str) -> str:
    found = ""
    for part in (quote(character, safe=" /:?&=+#,;@!$'()*~") for character in text):
        if len(found) + len(part) > TEXT_BYTES:
            break
        found += part
    return found.strip()


def sha256_of(file: Path) -> str:
    """Of a file's bytes, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
