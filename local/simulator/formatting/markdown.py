"""MarkdownV2, as far as a sender can get it wrong: reserved characters unescaped, entities that don't end."""

import re

from local.simulator.formatting.formatted import Formatted, cant_parse

#: Longest first, since `__` is no two italics.
_MARKERS = {"||": "Spoiler", "__": "Underline", "_": "Italic", "*": "Bold", "~": "Strikethrough"}
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_MARK = re.compile(r"\\[\x01-\x7e]|```|`|\|\||__|!?\[|[_*~\]()>#+\-=|{}.!]|[^\\`|_!\[*~\]()>#+\-={}.]+|.", re.DOTALL)
_CODE = {
    "`": re.compile(r"((?:\\.|[^\\`])*)`", re.DOTALL),
    "```": re.compile(r"((?:\\.|[^\\`]|`(?!``))*)```", re.DOTALL),
}
_TARGET = re.compile(r"\(((?:\\.|[^\\)])*)\)", re.DOTALL)


def parse_markdown(source: str) -> Formatted:
    """The text without its markup. Entities aren't returned: what matters here is whether Telegram would take it.

    Raises:
        ApiError: 400 "can't parse entities: ...".
    """
    parts: list[str] = []
    stack: list[tuple[str, int]] = []
    position = 0
    while match := _MARK.match(source, position):
        mark, start, position = match[0], match.start(), match.end()
        if mark[0] == "\\" and len(mark) > 1:
            parts.append(mark[1:])
        elif mark in {"`", "```"}:
            position = _code(source, mark, position, parts)
        elif mark in _MARKERS:
            _toggle(stack, mark, start)
        elif mark.endswith("["):
            stack.append(("[", start))
        elif mark == "]" and stack and stack[-1][0] == "[":
            stack.pop()
            position = target.end() if (target := _TARGET.match(source, position)) else position
        elif mark == ">" and (start == 0 or source[start - 1] == "\n"):
            continue
        elif mark in _RESERVED:
            problem = f"Character '{mark}' is reserved and must be escaped with the preceding '\\'"
            raise cant_parse(problem)
        else:
            parts.append(mark)
    if stack:
        raise _unclosed(source, *stack[-1])
    return Formatted("".join(parts))


def _toggle(stack: list[tuple[str, int]], mark: str, start: int) -> None:
    if stack and stack[-1][0] == mark:
        stack.pop()
    else:
        stack.append((mark, start))


def _code(source: str, mark: str, position: int, parts: list[str]) -> int:
    match = _CODE[mark].match(source, position)
    if match is None:
        raise _unclosed(source, mark, position - len(mark))
    parts.append(re.sub(r"\\([\\`])", r"\1", match[1]))
    return match.end()


def _unclosed(source: str, mark: str, start: int) -> Exception:
    name = {**_MARKERS, "`": "Code", "```": "PreCode", "[": "TextUrl"}[mark]
    offset = len(source[:start].encode("utf-8", "surrogatepass"))
    return cant_parse(f"Can't find end of {name} entity at byte offset {offset}")
