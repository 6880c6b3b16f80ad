"""What a short link to a file leads to, when it is opened."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Protocol

from courier.state.links import TOKEN_LENGTH, Link

#: Seconds in which a download that was begun from a link must have started.
SIGNED_S = 3600

GONE = "The time of this link is over. Send the bot your link again, and it will make a new one."
UNKNOWN = "There is nothing at this link. Please check that it is complete."


class FindsLinks(Protocol):
    """See `courier.state.links.LinkTable`."""

    def find(self, token: str) -> Link | None: ...
    def is_open(self, link: Link) -> bool: ...


class SignsObjects(Protocol):
    """See `courier.aws.objects.SignedObjects`."""

    def url(self, key: str, filename: str, life_s: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What comes of opening a link: an address, or words."""

    status: HTTPStatus
    url: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Links to files."""

    table: FindsLinks
    objects: SignsObjects

    def open(self, token: str) -> Opened:
        """Open a link.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        link = self.table.find(token) if len(token) == TOKEN_LENGTH else None
        if link is None:
            return Opened(HTTPStatus.NOT_FOUND, words=UNKNOWN)
        if not self.table.is_open(link):
            return Opened(HTTPStatus.GONE, words=GONE)
        return Opened(HTTPStatus.FOUND, url=self.objects.url(link.key, _name_of(link), SIGNED_S))


def _name_of(link: Link) -> str:
    """A file's name for whoever saves it.

    >>> _name_of(Link(key="video/0f.mp4", title="a/b: Кино")), _name_of(Link(key="audio/0f.mp3"))
    ('a b Кино.mp4', 'audio.mp3')
    """
    path = PurePosixPath(link.key)
    kept = "".join(char if char.isalnum() or char in "-_.()'" else " " for char in link.title)
    return (" ".join(kept.split())[:100].strip(" .") or path.parts[0]) + path.suffix
