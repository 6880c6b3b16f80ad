"""A text and where its formatting lies."""

from dataclasses import dataclass, field
from typing import Any

from local.simulator.errors import ApiError, bad_request

#: A MessageEntity: `type`, `offset` and `length` in UTF-16 code units, and what its type adds.
type Entity = dict[str, Any]


def utf16_length(text: str) -> int:
    """Telegram's measure of a text.

    >>> utf16_length("a😀")
    3
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cant_parse(problem: str) -> ApiError:
    return bad_request(f"can't parse entities: {problem}")


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    entities: list[Entity] = field(default_factory=list)

    @property
    def length(self) -> int:
        return utf16_length(self.text)

    def trimmed(self) -> "Formatted":
        """Without the white space around it, which Telegram drops."""
        text = self.text.strip()
        if len(text) == len(self.text) or not self.entities:
            return Formatted(text, self.entities)
        cut = utf16_length(self.text[: len(self.text) - len(self.text.lstrip())])
        size = utf16_length(text)
        moved = []
        for entity in self.entities:
            start = max(0, entity["offset"] - cut)
            end = min(size, entity["offset"] + entity["length"] - cut)
            if end > start:
                moved.append({**entity, "offset": start, "length": end - start})
        return Formatted(text, moved)
