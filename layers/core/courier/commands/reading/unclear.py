"""What wasn't understood, in words for whoever wrote it."""

import html
from dataclasses import dataclass

#: Characters of what somebody wrote that are said back: enough to know it again.
_SHOWN = 64


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a command isn't carried out.

    Attributes:
        html: What its writer is told.
    """

    html: str


def escaped(text: str, most: int = _SHOWN) -> str:
    """Somebody else's text, cut and made harmless.

    >>> escaped("<b>"), escaped("abcdef", 3)
    ('&lt;b&gt;', 'abc…')
    """
    return html.escape(text if len(text) <= most else text[:most] + "…", quote=False)


def quoted(text: str) -> str:
    """The same as code, in which Telegram finds no names and no links."""
    return f"<code>{escaped(text)}</code>"
