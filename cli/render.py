"""What is written to the terminal: for people in colours, for programs as JSON; never a token, never a control code."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from courier.masking import mask

#: What a terminal would obey. Texts come from chats, so they may hold anything.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Output:
    """Where a command's results go.

    Args:
        as_json: JSON on standard output instead of words; what accompanies it is left out.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        # Lines stay lines, however narrow the terminal: one copies them, and pipes count them.
        self._out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        self._err = Console(soft_wrap=True, highlight=False, markup=False, emoji=False, stderr=True)

    def result(self, data: Any, words: Text | str) -> None:
        """A command's result, or one of several, in the form that was asked for."""
        if self.as_json:
            # Straight to the stream: rich would wrap and colour what a program reads.
            self._out.file.write(mask(json.dumps(data, default=str, ensure_ascii=True)) + "\n")
            self._out.file.flush()
        else:
            self._out.print(words)

    def aside(self, words: Text | str) -> None:
        """What helps a person and is no result: standard error, and not with JSON."""
        if not self.as_json:
            self._err.print(words if isinstance(words, Text) else Text(words, style="dim"))

    def failure(self, message: str, hint: str, code: int) -> None:
        """What went wrong, and what to do."""
        if self.as_json:
            words = json.dumps({"error": mask(message), "hint": hint, "exit_code": code})
            self._err.file.write(words + "\n")
            return
        self._err.print(Text.assemble(("Error: ", "bold red"), plain(message)))
        if hint:
            self._err.print(Text(plain(hint)))


def plain(text: str) -> str:
    r"""A text as a terminal may have it: no tokens, and control codes as what they are.

    >>> plain("red \x1b[31m")
    'red \\x1b[31m'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), mask(text))


def one_line(text: str, most: int) -> str:
    r"""The beginning of a text, on one line.

    >>> one_line("a\nb" * 9, 6)
    'a\\nba…'
    """
    shown = plain(text).replace("\n", "\\n").replace("\t", " ")
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def moment(seconds: float) -> str:
    """A time as logs show it.

    >>> moment(0.5)
    '1970-01-01 00:00:00.500Z'
    """
    return datetime.fromtimestamp(seconds, UTC).isoformat(" ", "milliseconds").replace("+00:00", "Z")
