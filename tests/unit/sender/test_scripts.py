"""Every Lua script does what its header says of keys and arguments, and makes no key up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import pytest

from courier.state.redis_client import LuaScript

PACKAGES = {
    path.name: package
    for package in ("courier.access", "courier.download.probing", "courier.pacing", "courier.sender")
    for path in files(package).iterdir()
    if path.name.endswith(".lua")
}
NAMES = sorted(PACKAGES)
#: What stands before others: it has no output of its own.
SHARED = "shared.lua"
HEADER = re.compile(r"--\[\[\n(?P<header>.*?)\n\]\]\n(?P<code>.*)", re.DOTALL)
#: What a header declares: `KEYS[2]`, or `KEYS[3..]` for that and all behind it.
DECLARED = re.compile(r"^ {4}(KEYS|ARGV)\[(\d+)(\.\.)?\]", re.MULTILINE)
USED = re.compile(r"(KEYS|ARGV)\[([^\]]+)\]")
LOOP = re.compile(r"for (\w+) = (\d+), #(KEYS|ARGV)")
LOCAL = re.compile(r"^\s*local (\w+) = (.+)$", re.MULTILINE)
CALL = re.compile(r"redis\.call\('(\w+)'(?:, ([^,)]+))?")


@dataclass
class Script:
    header: str
    code: str

    def declared(self, table: str) -> set[str]:
        return {number + dots for name, number, dots in DECLARED.findall(self.header) if name == table}

    def used(self, table: str) -> set[str]:
        """Literal indices, and `n..` where indices are computed, n being the first of them."""
        indices = [index for name, index in USED.findall(self.code) if name == table]
        literal = {index for index in indices if index.isdigit()}
        computed = [self._first(index, table) for index in indices if not index.isdigit()]
        return literal | ({f"{min(computed)}.."} if computed else set())

    def _first(self, expression: str, table: str) -> int:
        """What an index is in the first round of its loop, whose variable begins with 1 if it counts something else."""
        starts = {name: int(start) for name, start, of in LOOP.findall(self.code) if of == table}
        locals_ = {name: value for name, value in LOCAL.findall(self.code) if re.fullmatch(r"[\w\s+*/()-]+", value)}
        while True:
            expanded = re.sub(
                r"[a-z_]\w*",
                lambda name: f"({starts[name[0]]})" if name[0] in starts else f"({locals_.get(name[0], '1')})",
                expression,
            )
            if expanded == expression:
                return int(eval(expression))  # noqa: S307 - sums of our own scripts
            expression = expanded

    def keys_called(self) -> Iterator[tuple[str, str]]:
        """Commands with the expression of their key."""
        for command, key in CALL.findall(self.code):
            if command != "TIME":
                yield command, key


def script(name: str) -> Script:
    match = HEADER.fullmatch(LuaScript(PACKAGES[name], name).source)
    assert match is not None, "a script opens with its header"
    return Script(match["header"], re.sub(r"--.*", "", match["code"]))


@pytest.mark.parametrize("table", ["KEYS", "ARGV"])
@pytest.mark.parametrize("name", NAMES)
def test_what_the_header_declares_is_what_the_code_uses(name: str, table: str) -> None:
    assert script(name).used(table) == script(name).declared(table)


@pytest.mark.parametrize("name", NAMES)
def test_the_header_says_what_for_and_what_comes_out(name: str) -> None:
    header = script(name).header

    assert re.match(r"  [A-Z].+\.\n", header), "its purpose comes first"
    assert name == SHARED or re.search(r"^ {4}Output {2,}\S", header, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_no_script_builds_the_name_of_a_key(name: str) -> None:
    found = script(name)
    for command, key in found.keys_called():
        assert re.fullmatch(r"KEYS\[[^\]]+\]|[a-z_.]+", key), f"{command} {key}"
        variable = key.rpartition(".")[2]
        for value in re.findall(rf"\b{variable} = ([^,\n]+)", found.code):
            assert ".." not in value, f"{variable} = {value}"
            assert "'" not in value, f"{variable} = {value}"


@pytest.mark.parametrize("name", NAMES)
def test_the_only_clock_is_rediss(name: str) -> None:
    assert not re.search(r"\bos\.|math\.random|redis\.pcall|'KEYS'|'SCAN'", script(name).code)
