"""Ordinary blocking code, run one call at a time.

An actor is code that depends on nothing but what its calls return. So what it does next follows from what it was told
before: it is run again from its start, given those answers, and cut off at the first call that has none. That way any
number of actors can be interleaved in every possible way, and situations that are alike are recognised, without
threads.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

#: A call: what is asked (`get_item`, `start`, …), and with what.
type Call = tuple[str, str]


class Cut(BaseException):
    """The actor is at a call that nobody has answered yet."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.call = call


class Script:
    """Answers, in the order of the calls."""

    def __init__(self, answers: tuple[str, ...]) -> None:
        self._answers = list(reversed(answers))

    def ask(self, what: str, **given: Any) -> Any:
        if not self._answers:
            raise Cut((what, json.dumps(given, sort_keys=True)))
        return json.loads(self._answers.pop())


class ScriptedClient:
    """DynamoDB's client as boto3 has it, answered by a script."""

    class exceptions:  # noqa: N801 - as boto3 names it
        ConditionalCheckFailedException = type("ConditionalCheckFailedException", (ClientError,), {})
        TransactionCanceledException = type("TransactionCanceledException", (ClientError,), {})
        TransactionConflictException = type("TransactionConflictException", (ClientError,), {})

    def __init__(self, script: Script) -> None:
        self._script = script

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(ClientRequestToken: str = "", **given: Any) -> Any:  # noqa: N803 - as boto3 names it
            assert bool(ClientRequestToken) is (method == "transact_write_items")
            answer = self._script.ask(method, **given)
            if "error" not in answer:
                return answer
            response: Any = {
                "Error": {"Code": answer["error"], "Message": ""},
                "CancellationReasons": [{"Code": code} for code in answer.get("reasons", [])],
            }
            raise getattr(self.exceptions, answer["error"])(response, method)

        return call


@dataclass(frozen=True)
class End:
    """The actor has come to its end."""

    result: Any


type Program = Callable[[Script], Any]


class Actors:
    """Programs, and how far each may have come. A place is a number: the same answers lead to the same place."""

    def __init__(self) -> None:
        self.programs: list[Program] = []
        self._answers: list[tuple[int, tuple[str, ...]]] = []
        self._places: dict[tuple[int, str], int] = {}
        self._next: dict[int, Call | End] = {}

    def begin(self, program: Program) -> int:
        """The place before a program's first call."""
        self.programs.append(program)
        self._answers.append((len(self.programs) - 1, ()))
        return len(self._answers) - 1

    def next(self, place: int) -> Call | End:
        """What happens at a place."""
        if place not in self._next:
            program, answers = self._answers[place]
            try:
                self._next[place] = End(self.programs[program](Script(answers)))
            except Cut as cut:
                self._next[place] = cut.call
        return self._next[place]

    def after(self, place: int, answer: str) -> int:
        """The place behind a call, by what it was told."""
        if (place, answer) not in self._places:
            program, answers = self._answers[place]
            self._answers.append((program, (*answers, answer)))
            self._places[place, answer] = len(self._answers) - 1
        return self._places[place, answer]
