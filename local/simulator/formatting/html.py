"""Telegram's HTML: the tags it knows, well nested, else the error that it gives."""

import html
import re
from dataclasses import dataclass

from local.simulator.formatting.formatted import Entity, Formatted, cant_parse, utf16_length

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTES = re.compile(r"""((?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*>""")
_ATTRIBUTE = re.compile(r"""([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")


@dataclass(slots=True)
class _Open:
    number: int
    name: str
    offset: int
    attributes: dict[str, str]


def parse_html(source: str) -> Formatted:
    """The text without its tags, and its entities.

    Raises:
        ApiError: 400 "can't parse entities: ..." with the offset in bytes, as Telegram counts.
    """
    return _Parser(source).run()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._parts: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._opened = 0
        #: By the order in which they were opened, which is the order of their places.
        self._entities: dict[int, Entity] = {}

    def run(self) -> Formatted:
        source, position = self._source, 0
        while (start := source.find("<", position)) >= 0:
            self._text(source[position:start])
            position = self._end_tag(start) if source.startswith("</", start) else self._start_tag(start)
        self._text(source[position:])
        if self._open:
            raise cant_parse(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        entities = [self._entities[number] for number in sorted(self._entities)]
        return Formatted("".join(self._parts), entities)

    def _text(self, raw: str) -> None:
        text = _REFERENCE.sub(lambda match: html.unescape(match[0]), raw) if "&" in raw else raw
        self._parts.append(text)
        self._length += utf16_length(text)

    def _start_tag(self, start: int) -> int:
        found = _NAME.match(self._source, start + 1)
        name = found[0].lower() if found else ""
        at = self._byte(start)
        if start + 1 + len(name) >= len(self._source):
            raise cant_parse(f"Unclosed start tag at byte offset {at}")
        if name not in _TYPES:
            raise cant_parse(f'Unsupported start tag "{name}" at byte offset {at}')
        rest = _ATTRIBUTES.match(self._source, start + 1 + len(name))
        if rest is None:
            raise cant_parse(f'Unclosed start tag "{name}" at byte offset {at}')
        attributes = {
            match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(rest[1])
        }
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise cant_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self._opened += 1
        self._open.append(_Open(self._opened, name, self._length, attributes))
        return rest.end()

    def _end_tag(self, start: int) -> int:
        at = self._byte(start)
        if not self._open:
            raise cant_parse(f"Unexpected end tag at byte offset {at}")
        end = self._source.find(">", start)
        if end < 0:
            raise cant_parse(f"Unclosed end tag at byte offset {at}")
        tag, name = self._open.pop(), self._source[start + 2 : end].strip().lower()
        if name not in {"", tag.name}:
            problem = f'expected "</{tag.name}>", found "</{name}>"'
            raise cant_parse(f"Unmatched end tag at byte offset {at}, {problem}")
        self._close(tag)
        return end + 1

    def _close(self, tag: _Open) -> None:
        length = self._length - tag.offset
        kind, extra = _TYPES[tag.name], {}
        if kind == "text_link":
            if not (url := html.unescape(tag.attributes.get("href", ""))):
                return
            extra = {"url": url}
        elif kind == "blockquote" and "expandable" in tag.attributes:
            kind = "expandable_blockquote"
        elif kind == "custom_emoji":
            extra = {"custom_emoji_id": tag.attributes.get("emoji-id", "")}
        if length:
            self._entities[tag.number] = {"type": kind, "offset": tag.offset, "length": length, **extra}

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode("utf-8", "surrogatepass"))
