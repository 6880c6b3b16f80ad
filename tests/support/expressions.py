"""DynamoDB's condition and update expressions, as far as the project uses them, over rows that nothing changes."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

#: A row: attributes as DynamoDB types them, `("N", "5")`.
type Item = dict[str, tuple[str, Any]]
type Values = dict[str, tuple[str, Any]]
type Condition = Callable[[Item | None, Values], bool]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|[#:]?\w+)")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


class Tokens:
    """An expression in pieces."""

    def __init__(self, text: str, names: tuple[tuple[str, str], ...]) -> None:
        aliases = dict(names)
        pieces = _TOKEN.findall(text)
        assert "".join(pieces) == re.sub(r"\s", "", text), f"not understood: {text}"
        assert set(aliases) <= set(pieces), f"DynamoDB refuses names that nothing uses: {aliases}"
        self._pieces = [aliases[piece] if piece.startswith("#") else piece for piece in pieces]

    @property
    def next(self) -> str:
        return self._pieces[0] if self._pieces else ""

    def take(self, wanted: str | None = None) -> str:
        assert wanted in (None, self.next), f"{wanted} isn't {self.next}"
        return self._pieces.pop(0)

    def takes(self, wanted: str) -> bool:
        if self.next != wanted:
            return False
        self.take()
        return True


@cache
def condition(text: str, names: tuple[tuple[str, str], ...]) -> Condition:
    """A condition read. What isn't there compares with nothing, but for `<>`."""
    tokens = Tokens(text, names)
    found = _either(tokens)
    assert not tokens.next, text
    return found


@cache
def update(text: str, names: tuple[tuple[str, str], ...]) -> Callable[[Item, Values], Item]:
    """An update read: `SET` with sums and `if_not_exists`, and `REMOVE`."""
    tokens = Tokens(text, names)
    sets: list[tuple[str, Callable[[Item, Values], tuple[str, Any]]]] = []
    removed: list[str] = []
    while tokens.next:
        what = tokens.take()
        while True:
            name = tokens.take()
            if what == "SET":
                tokens.take("=")
                sets.append((name, _sum(tokens)))
            else:
                assert what == "REMOVE", what
                removed.append(name)
            if not tokens.takes(","):
                break

    def changed(item: Item, values: Values) -> Item:
        kept = {name: value for name, value in item.items() if name not in removed}
        return kept | {name: value(item, values) for name, value in sets}

    return changed


def _either(tokens: Tokens) -> Condition:
    parts = [_both(tokens)]
    while tokens.takes("OR"):
        parts.append(_both(tokens))
    return parts[0] if len(parts) == 1 else lambda item, values: any(part(item, values) for part in parts)


def _both(tokens: Tokens) -> Condition:
    parts = [_single(tokens)]
    while tokens.takes("AND"):
        parts.append(_single(tokens))
    return parts[0] if len(parts) == 1 else lambda item, values: all(part(item, values) for part in parts)


def _single(tokens: Tokens) -> Condition:
    if tokens.takes("("):
        inner = _either(tokens)
        tokens.take(")")
        return inner
    word = tokens.take()
    if word in ("attribute_exists", "attribute_not_exists"):
        tokens.take("(")
        name = tokens.take()
        tokens.take(")")
        return lambda item, _: (name in (item or {})) is (word == "attribute_exists")
    sign, right = tokens.take(), tokens.take()
    return lambda item, values: _compares((item or {}).get(word), sign, values[right])


def _compares(left: tuple[str, Any] | None, sign: str, right: tuple[str, Any]) -> bool:
    if left is None or left[0] != right[0]:
        return sign == "<>"
    return _COMPARED[sign](_plain(left), _plain(right))


def _plain(value: tuple[str, Any]) -> Any:
    return int(value[1]) if value[0] == "N" else value[1]


def _sum(tokens: Tokens) -> Callable[[Item, Values], tuple[str, Any]]:
    first = _operand(tokens)
    if tokens.next not in ("+", "-"):
        return first
    sign = 1 if tokens.take() == "+" else -1
    second = _operand(tokens)
    return lambda item, values: ("N", str(_plain(first(item, values)) + sign * _plain(second(item, values))))


def _operand(tokens: Tokens) -> Callable[[Item, Values], tuple[str, Any]]:
    word = tokens.take()
    if word.startswith(":"):
        return lambda _, values: values[word]
    if word != "if_not_exists":
        return lambda item, _: item[word]
    tokens.take("(")
    name = tokens.take()
    tokens.take(",")
    other = _operand(tokens)
    tokens.take(")")
    return lambda item, values: item.get(name) or other(item, values)
