"""What a player shows of an mp3. mutagen belongs to the media layer and is imported on call only."""

from pathlib import Path


def tag(file: Path, *, title: str, performer: str | None, cover: Path | None) -> None:
    """Write ID3 tags in the form that all players read (2.3, UTF-16), in place of those that are there."""
    from mutagen.id3 import APIC, ID3, TIT2, TPE1, Encoding, PictureType  # noqa: PLC0415 - the media layer's

    tags = ID3()
    tags.add(TIT2(encoding=Encoding.UTF16, text=[title]))
    if performer:
        tags.add(TPE1(encoding=Encoding.UTF16, text=[performer]))
    if cover is not None:
        picture = {"mime": "image/jpeg", "type": PictureType.COVER_FRONT, "data": cover.read_bytes()}
        tags.add(APIC(encoding=Encoding.LATIN1, desc="", **picture))
    tags.save(file, v2_version=3)
