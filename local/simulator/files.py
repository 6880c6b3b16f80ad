"""Files by their `file_id`, which carries all there is to know: a restarted simulator still knows its files."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulator.errors import bad_request
from local.simulator.params import Params, Upload, invalid

#: Names of media kinds in Telegram's messages.
KINDS = {
    "photo": "Photo",
    "video": "Video",
    "audio": "Audio",
    "document": "Document",
    "animation": "Animation",
    "voice": "VoiceNote",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file that one bot knows. `size` is 0 for what a URL names, since nothing is fetched.

    `told` is what the call said of it: measures, title, thumbnail.
    """

    kind: str
    bot_id: int
    size: int
    unique_id: str
    source: str = "file_id"
    sha256: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def file_id(self) -> str:
        body = f"{self.kind}:{self.bot_id}:{self.size}:{self.unique_id}"
        return base64.urlsafe_b64encode(f"{body}:{_check(body)}".encode()).decode().rstrip("=")

    def to_json(self) -> dict[str, object]:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}

    def summary(self) -> dict[str, object]:
        """What the journal keeps of it."""
        return {
            "kind": self.kind,
            "file_id": self.file_id,
            "size": self.size,
            "source": self.source,
            "sha256": self.sha256,
            **self.told,
        }


def known_file(file_id: str, bot_id: int) -> File | None:
    """The file that an id of this bot names; None for another bot's ids and for what never was one."""
    try:
        padded = file_id + "=" * (-len(file_id) % 4)
        body, _, check = base64.b64decode(padded, altchars=b"-_", validate=True).decode().rpartition(":")
        kind, owner, size, unique_id = body.split(":")
    except (binascii.Error, ValueError):
        return None
    if check != _check(body) or int(owner) != bot_id:
        return None
    return File(kind, bot_id, int(size), unique_id)


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode()):x}"


def find_file(params: Params, name: str, kind: str, bot_id: int) -> File:
    """The file that the parameter `name` means: an upload, a URL, or a `file_id` of this bot.

    Raises:
        ApiError: 400 if it is none of these, or a file of another kind.
    """
    if name in params.uploads:
        return _uploaded(params.uploads[name], kind, bot_id)
    value = params.text(name)
    if value is None:
        raise bad_request(f"there is no {kind} in the request")
    return file_of(value, params, kind, bot_id)


def file_of(value: str, params: Params, kind: str, bot_id: int) -> File:
    """As `find_file`, of a value that may also name an upload by `attach://`."""
    if value.startswith("attach://"):
        upload = params.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise invalid("media")
        return _uploaded(upload, kind, bot_id)
    if value.startswith(("http://", "https://")):
        return File(kind, bot_id, 0, hashlib.sha256(value.encode()).hexdigest()[:16], source="url")
    file = known_file(value, bot_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {KINDS.get(file.kind, 'Unknown')} as {KINDS[kind]}")
    return file


def _uploaded(upload: Upload, kind: str, bot_id: int) -> File:
    return File(kind, bot_id, upload.size, upload.sha256[:16], source="upload", sha256=upload.sha256)
