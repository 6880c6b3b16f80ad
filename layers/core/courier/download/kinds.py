"""What can be wished for: a video up to some height, or its sound alone."""

from dataclasses import dataclass
from enum import StrEnum

from courier.contracts.media import BEST, QUALITIES, WORST

__all__ = ["BEST", "ENDINGS", "QUALITIES", "WORST", "Kind", "Wish"]


class Kind(StrEnum):
    """What becomes of a link.

    Attributes:
        VIDEO: An mp4 with picture and sound.
        AUDIO: An mp3.
    """

    VIDEO = "video"
    AUDIO = "audio"


#: File endings by kind, which are those of our keys in S3.
ENDINGS = {Kind.VIDEO: "mp4", Kind.AUDIO: "mp3"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a link.

    Raises:
        ValueError: The kind has no such quality.

    >>> Wish(Kind.VIDEO, "720p").height, Wish(Kind.AUDIO).height
    (720, None)
    """

    kind: Kind
    quality: str = BEST

    def __post_init__(self) -> None:
        if self.quality not in QUALITIES[self.kind]:
            raise ValueError(f"{self.kind} comes as {', '.join(QUALITIES[self.kind])}, not as {self.quality!r}")

    @property
    def height(self) -> int | None:
        """Lines of picture at most; None: as many as there are, or as few."""
        return int(self.quality.removesuffix("p")) if self.quality.endswith("p") else None
