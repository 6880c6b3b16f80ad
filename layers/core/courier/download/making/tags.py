"""What a player shows of an mp3. mutagen belongs to the media layer and is imported on call only."""

from importlib import import_module
from pathlib import Path
from typing import Any


def tag(file: Path, *, title: str, performer: str | None, cover: Path | None) -> None:
    """Write ID3 tags in the form that all players read (2.3, UTF-16), in place of those that are there."""
    id3: Any = import_module("mutagen.id3")
    tags = id3.ID3()
    tags.add(id3.TIT2(encoding=id3.Encoding.UTF16, text=[title]))
    if performer:
        tags.add(id3.TPE1(encoding=id3.Encoding.UTF16, text=[performer]))
    if cover is not None:
        picture = {"mime": "image/jpeg", "type": id3.PictureType.COVER_FRONT, "data": cover.read_bytes()}
        tags.add(id3.APIC(encoding=id3.Encoding.LATIN1, desc="", **picture))
    tags.save(file, v2_version=3)
