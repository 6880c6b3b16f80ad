"""Text as Telegram takes it: parsed by its mode, trimmed, and measured in UTF-16 code units."""

from local.simulator.errors import bad_request
from local.simulator.formatting.formatted import Formatted, utf16_length
from local.simulator.formatting.html import parse_html
from local.simulator.formatting.markdown import parse_markdown

__all__ = ["Formatted", "format_text", "utf16_length"]


def format_text(source: str, parse_mode: str | None) -> Formatted:
    """The text a chat would show.

    >>> format_text(" <b>Hi</b> ", "HTML").text
    'Hi'

    Raises:
        ApiError: 400 if the markup can't be parsed, or the mode is unknown.
    """
    match (parse_mode or "").lower():
        case "" | "none" | "markdown":
            return Formatted(source).trimmed()
        case "html":
            return parse_html(source).trimmed()
        case "markdownv2":
            return parse_markdown(source).trimmed()
        case _:
            raise bad_request("unsupported parse_mode")
