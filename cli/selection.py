"""Which dead letters a command means."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.errors import NotFoundError, UsageError
from cli.letters import Letter
from courier.queues.names import source_of

#: Characters of an id that are enough to name a letter.
_SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class Selection:
    """What all of these say, taken together.

    Attributes:
        ids: Letters' whole ids; empty for any.
        reason: What stands in the reason, in any case of letters.
    """

    ids: frozenset[str] = frozenset()
    bot_id: int | None = None
    reason: str | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether a letter is meant."""
        if self.ids and letter.message_id not in self.ids:
            return False
        if self.bot_id is not None and bot_of(letter) != self.bot_id:
            return False
        return self.reason is None or self.reason.casefold() in letter.reason.casefold()


def selected(
    ids: Sequence[str], bot_id: int | None, reason: str | None, *, all_letters: bool, seen: Sequence[Letter]
) -> Selection:
    """What the command line means, its ids completed from the letters that can be seen.

    Raises:
        UsageError: if it names nothing, or both some and all.
        NotFoundError: if an id is none of theirs, or of several.
    """
    narrowed = bool(ids) or bot_id is not None or reason is not None
    if narrowed == all_letters:
        raise UsageError("name letters by ID, or with --bot or --reason, or take --all")
    return Selection(frozenset(found(name, seen).message_id for name in ids), bot_id, reason)


def found(name: str, seen: Sequence[Letter]) -> Letter:
    """The letter of an id, or of its beginning.

    Raises:
        NotFoundError: if there is none, or several.
    """
    exact = [letter for letter in seen if letter.message_id == name]
    some = exact or [letter for letter in seen if len(name) >= _SHORTEST_ID and letter.message_id.startswith(name)]
    if len(some) == 1:
        return some[0]
    if some:
        raise NotFoundError(f"{name} is the beginning of {len(some)} letters' ids: give more of it")
    raise NotFoundError(
        f"there is no dead letter {name} to be seen",
        "`courier dead list` shows the ids. SQS shows ten letters of one chat at most; others stand behind those.",
    )


def bot_of(letter: Letter) -> int | None:
    """The bot that a letter is about: whose queue it was on, else whom it names."""
    try:
        return source_of(letter.source).bot_id
    except ValueError:
        named = letter.content.get("bot_id")
        return named if isinstance(named, int) else None
