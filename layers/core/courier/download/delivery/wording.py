"""What users read of a download, as HTML: titles come from sites and may hold anything."""

from html import escape

from courier.contracts.fields import MAX_CAPTION_UNITS, utf16_units
from courier.download.errors import WORDS, Failure

_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def caption(title: str) -> str:
    """A file's title as its caption.

    >>> caption("Cats & <b>dogs</b>")
    'Cats &amp; &lt;b&gt;dogs&lt;/b&gt;'
    """
    return _html(cut(title.strip(), MAX_CAPTION_UNITS))


def apology(failure: str) -> str:
    """Why there is no file. A word that this code doesn't know says that it may work later.

    >>> apology("too_long")
    'This is too long for me. Try a shorter one.'
    """
    known = failure in Failure.__members__.values()
    return _html(WORDS[Failure(failure) if known else Failure.TEMPORARY])


def link_words(title: str, size: int, url: str, hours: int, *, is_too_large: bool) -> str:
    """The link in the place of a file that can't be sent.

    >>> print(link_words("A & B", 1_500_000_000, "https://bot.example/m/x", 72, is_too_large=True))
    A &amp; B
    <BLANKLINE>
    This is too large to be sent here (1.5 GB). It can be fetched for 72 hours:
    https://bot.example/m/x
    """
    head = f"{_html(cut(title.strip(), MAX_CAPTION_UNITS))}\n\n" if title.strip() else ""
    why = "This is too large to be sent here" if is_too_large else "Telegram doesn't take this file here"
    return f"{head}{why} ({_size(size)}). It can be fetched for {hours} hours:\n{_html(url)}"


def no_link_words(*, is_too_large: bool) -> str:
    """The same where there are no links.

    >>> no_link_words(is_too_large=False)
    "Telegram doesn't take this file here. Try another quality, or only its sound."
    """
    if is_too_large:
        return apology(Failure.TOO_LARGE)
    return _html("Telegram doesn't take this file here. Try another quality, or only its sound.")


def progress(stage: str, fraction: float | None) -> str:
    """How far a download is, in steps of five per cent: a finer number would be an edit more for nothing.

    >>> progress("Downloading", 0.428), progress("Converting", None), progress("Downloading", 3)
    ('Downloading… 40 %', 'Converting…', 'Downloading… 100 %')
    """
    words = _html(cut(stage.strip() or "Working", 200))
    if fraction is None:
        return f"{words}…"
    return f"{words}… {int(min(max(fraction, 0.0), 1.0) * 20) * 5} %"


def cut(text: str, units: int) -> str:
    """A text of so many UTF-16 units at most, with a sign that something is missing.

    >>> cut("abcdef", 4), cut("🙂🙂🙂", 4), cut("abcd", 4)
    ('abc…', '🙂…', 'abcd')
    """
    if utf16_units(text) <= units:
        return text
    text = text[:units]
    while utf16_units(text) > units - 1:
        text = text[:-1]
    return text + "…"


def _html(text: str) -> str:
    # Halves of characters, which JSON can bring from a site, are nothing that Telegram takes.
    return escape(text.encode(errors="replace").decode(), quote=False)


def _size(size: int) -> str:
    """For people.

    >>> _size(61_234_567), _size(999)
    ('61 MB', '999 bytes')
    """
    for unit, name in _BYTES:
        if size >= unit:
            value = size / unit
            return f"{value:.1f} {name}" if value < 10 else f"{value:.0f} {name}"  # noqa: PLR2004 - two digits
    return f"{size} bytes"
