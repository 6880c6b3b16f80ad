"""How somebody wants a download."""

from collections.abc import Sequence

from courier.commands.reading.unclear import Unclear, quoted
from courier.contracts.media import HEIGHTS, QUALITIES, Kind

__all__ = ["Kind", "quality_of"]

#: Other ways to write them.
_ALIASES = {"4k": "2160p", "8k": "4320p"} | {name[:-1]: name for name in HEIGHTS}


def quality_of(kind: Kind, words: Sequence[str]) -> str | Unclear:
    """The quality that words are, as it is written everywhere else; the default where there are none.

    >>> quality_of("video", ["4K"]), quality_of("audio", [])
    ('2160p', 'best')
    """
    known = QUALITIES[kind]
    found: dict[str, None] = {}
    for word in words:
        name = word.lower()
        option = name if name in known else _ALIASES.get(name)
        if option not in known:
            return Unclear(f"I don't know the option {quoted(word)}. For {kind} there is: {', '.join(known)}.")
        found[option] = None
    if len(found) > 1:
        return Unclear(f"One quality at a time, please: {' or '.join(found)}?")
    return next(iter(found), known[0])
