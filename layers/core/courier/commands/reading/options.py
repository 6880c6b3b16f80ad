"""How somebody wants a download."""

from collections.abc import Mapping, Sequence
from typing import Literal

from courier.commands.reading.unclear import Unclear, quoted

Kind = Literal["video", "audio"]

#: Lines of a picture, as sites name their sizes.
_HEIGHTS = ("144p", "240p", "360p", "480p", "720p", "1080p", "1440p", "2160p", "4320p")
#: Kilobits a second.
_RATES = ("64k", "96k", "128k", "192k", "256k", "320k")
_ENDS = ("best", "worst")
OPTIONS: Mapping[Kind, tuple[str, ...]] = {"video": (*_HEIGHTS, *_ENDS), "audio": (*_RATES, *_ENDS)}
#: Other ways to write them.
_ALIASES = {"4k": "2160p", "8k": "4320p"} | {name[:-1]: name for name in (*_HEIGHTS, *_RATES)}


def options_of(kind: Kind, words: Sequence[str]) -> tuple[str, ...] | Unclear:
    """The options that words are, as they are written everywhere else: one quality at most.

    >>> options_of("video", ["4K"]), options_of("audio", [])
    (('2160p',), ())
    """
    known = OPTIONS[kind]
    found: dict[str, None] = {}
    for word in words:
        name = word.lower()
        option = name if name in known else _ALIASES.get(name)
        if option not in known:
            return Unclear(f"I don't know the option {quoted(word)}. For {kind} there are: {', '.join(known)}.")
        found[option] = None
    if len(found) > 1:
        return Unclear(f"One quality at a time, please: {' or '.join(found)}?")
    return tuple(found)
