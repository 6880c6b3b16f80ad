"""Long texts in parts that Telegram takes, cut where a person would cut, with their HTML whole on both sides.

>>> split("one two", 4)
['one', 'two']
>>> split("<b>one <i>two</i></b>", 4, html=True)
['<b>one</b>', '<b><i>two</i></b>']
"""

import html as html_entities
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courier.contracts.fields import utf16_units

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^<>]*)>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
#: Where a person cuts, best first: after a paragraph, a line, a sentence, a word.
_SEAMS = ("\n\n", "\n", "sentence", "word")
_SENTENCE_ENDS = ".!?…。！？"  # noqa: RUF001 - full-width ends are ends
#: A part is at least so much of the limit, unless nothing but a hard cut is left.
_LEAST_SHARE = 0.5
_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never cut: one character as a person sees it, with the tags that stand before it.

    Attributes:
        source: As it stands in the text.
        shown: What is seen of it.
        opened: Tags that are open around it, as they stand in the text, the outermost first.
    """

    source: str
    shown: str
    opened: tuple[str, ...]

    @property
    def units(self) -> int:
        """Its length as Telegram counts."""
        return utf16_units(self.shown)


def split(text: str, limit: int, *, html: bool = False, first_limit: int | None = None) -> list[str]:
    """A text in parts of at most `limit` UTF-16 units each, after entity parsing.

    Args:
        html: Whether the text is Telegram's HTML; tags across a cut are closed before and opened again behind it.
        first_limit: Of the first part, where that is another one: a caption.
    """
    pieces = _pieces(text, html=html)
    parts: list[str] = []
    start = 0
    while start < len(pieces):
        end = _cut(pieces, start, limit if parts or first_limit is None else first_limit)
        part = _render(_trimmed(pieces[start:end]))
        if part:
            parts.append(part)
        start = end
    return parts or [text]


def shown_units(text: str) -> int:
    """The UTF-16 units that Telegram counts of an HTML text.

    >>> shown_units('<a href="https://example.org">A &amp; B</a>')
    5
    """
    return sum(piece.units for piece in _pieces(text, html=True))


def _cut(pieces: Sequence[Piece], start: int, limit: int) -> int:
    """Behind which piece the part that begins at `start` ends."""
    units, end = 0, start
    while end < len(pieces) and units + pieces[end].units <= limit:
        units += pieces[end].units
        end += 1
    if end == len(pieces):
        return end
    end = max(end, start + 1)
    least = start + max(1, int((end - start) * _LEAST_SHARE))
    for seam in _SEAMS:
        for at in range(end, least - 1, -1):
            if _is_seam(pieces, at, seam):
                return at
    return end


def _is_seam(pieces: Sequence[Piece], at: int, seam: str) -> bool:
    """Whether a cut before piece `at` is of this kind."""
    before, behind = pieces[at - 1].shown, pieces[at].shown if at < len(pieces) else ""
    if seam == "\n\n":
        return before == "\n" and at >= 2 and pieces[at - 2].shown == "\n"  # noqa: PLR2004
    if seam == "\n":
        return before == "\n" or behind == "\n"
    if seam == "sentence":
        return before in _SENTENCE_ENDS and behind.isspace()
    return before.isspace() or behind.isspace()


def _trimmed(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Without the white space at its ends, which Telegram drops anyway."""
    first, last = 0, len(pieces)
    while first < last and pieces[first].shown.isspace():
        first += 1
    while last > first and pieces[last - 1].shown.isspace():
        last -= 1
    return pieces[first:last]


def _render(pieces: Sequence[Piece]) -> str:
    out: list[str] = []
    opened: tuple[str, ...] = ()
    for piece in pieces:
        out.append(_change(opened, piece.opened))
        out.append(piece.source)
        opened = piece.opened
    out.append(_change(opened, ()))
    return "".join(out)


def _change(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """The tags that lead from one nesting to another."""
    common = 0
    while common < min(len(before), len(after)) and before[common] is after[common]:
        common += 1
    closing = "".join(f"</{_name(tag)}>" for tag in reversed(before[common:]))
    return closing + "".join(after[common:])


def _name(tag: str) -> str:
    match = _TAG.match(tag)
    assert match is not None
    return match["name"]


def _pieces(text: str, *, html: bool) -> list[Piece]:
    pieces: list[Piece] = []
    opened: list[str] = []
    for token in _tokens(text, html=html):
        tag = _TAG.fullmatch(token) if html else None
        if tag is None:
            shown = html_entities.unescape(token) if html and token.startswith("&") else token
            _append(pieces, Piece(token, shown, tuple(opened)))
        elif not tag["end"]:
            opened.append(token)
        elif opened and _name(opened[-1]).lower() == tag["name"].lower():
            opened.pop()
    return pieces


def _tokens(text: str, *, html: bool) -> Iterator[str]:
    position = 0
    while position < len(text):
        match = (_TAG.match(text, position) or _ENTITY.match(text, position)) if html else None
        token = match[0] if match else text[position]
        yield token
        position += len(token)


def _append(pieces: list[Piece], piece: Piece) -> None:
    """A character that belongs to the one before it joins it."""
    last = pieces[-1] if pieces else None
    if last is None or last.opened != piece.opened or not _belongs(last.shown, piece.shown):
        pieces.append(piece)
        return
    pieces[-1] = Piece(last.source + piece.source, last.shown + piece.shown, last.opened)


def _belongs(before: str, char: str) -> bool:
    code = ord(char[0])
    if before.endswith(_JOINER) or char == _JOINER or unicodedata.category(char[0]) in ("Mn", "Me"):
        return True
    if before == "\r" and char == "\n":
        return True
    if code in _SKIN_TONES:
        return True
    # A flag is two regional letters; a third begins the next flag.
    return code in _REGIONAL and len(before) == 1 and ord(before) in _REGIONAL
