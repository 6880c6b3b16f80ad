"""What all commands share: the global options, and how errors end a command."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.errors import explained
from cli.render import Output
from cli.target import Target, Wanted, find_target

#: What to do where nothing answers and not even the target is known yet.
_NOWHERE = "Start the local stack with `make up`, or name an AWS account with --profile."
_NEGATIVE = re.compile(r"-\d+")
#: Marks a number that isn't an option. No argument of a process can hold it.
_MARK = "\0"


@dataclass
class State:
    """The global options of one command line."""

    wanted: Wanted = field(default_factory=Wanted)
    output: Output = field(default_factory=Output)

    @cached_property
    def target(self) -> Target:
        """The platform, looked for when a command first needs it."""
        return find_target(self.wanted)


def state_of(context: typer.Context) -> State:
    """The state that the root command left."""
    state = context.find_object(State)
    return state if state is not None else State()


class Root(TyperGroup):
    """The root command: takes global options anywhere, and ends on errors in words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Bring the global options to the front, so that `courier dead list --json` works as well."""
        return super().parse_args(ctx, self._ordered(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error that a person can do something about becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            state = ctx.find_object(State) or State()
            known = "target" in state.__dict__
            words = explained(error, state.target.hint if known else _NOWHERE)
            if words is None:
                raise
            state.output.failure(str(words), words.hint, words.exit_code)
            raise typer.Exit(words.exit_code) from None

    def _ordered(self, args: list[str]) -> list[str]:
        """The arguments with those of the root first. What stands behind `--` is nobody's option."""
        flags = {name: bool(getattr(param, "is_flag", False)) for param in self.params for name in param.opts}
        front: list[str] = []
        rest: list[str] = []
        left = iter(args)
        for arg in left:
            if arg == "--":
                rest += [arg, *left]
            elif flags.get(arg) is False:
                value = next(left, None)
                if value is None:
                    # Alone, so that the parser misses the value, and takes no command for it.
                    return [arg]
                front += [arg, value]
            elif arg.partition("=")[0] in flags:
                front.append(arg)
            else:
                rest.append(arg)
        return front + rest


class TakesNegatives(TyperCommand):
    """A command whose arguments may be negative numbers, as groups' ids are: `-100123` would pass for an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Hide the signs from the parser, and put them back behind it."""
        end = args.index("--") if "--" in args else len(args)
        hidden = [_MARK + arg if _NEGATIVE.fullmatch(arg) else arg for arg in args[:end]]
        rest = super().parse_args(ctx, hidden + args[end:])
        ctx.params = {name: _shown(value) for name, value in ctx.params.items()}
        return rest


def _shown(value: Any) -> Any:
    return value.removeprefix(_MARK) if isinstance(value, str) else value
