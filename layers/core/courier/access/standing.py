"""What somebody may do in a chat: the precedence of admins, bans, blocks, grants and the default.

The table stands in `docs/decisions.md`.
"""

from dataclasses import dataclass
from enum import StrEnum

from courier.state.rulings import Ruling, RulingKind


class Standing(StrEnum):
    """What decides for somebody.

    Attributes:
        BANNED: The user, by `.hammer`.
        BLOCKED: The chat, by `.smite`.
        BLESSED: The user, by `.bless`.
        GRACED: The chat, by `.grace`.
        OPEN: Nothing; and the bot is for everybody.
        CLOSED: Nothing; and the bot isn't.
    """

    ADMIN = "admin"
    BANNED = "banned"
    BLOCKED = "blocked"
    BLESSED = "blessed"
    GRACED = "graced"
    OPEN = "open"
    CLOSED = "closed"


_MAY = frozenset({Standing.ADMIN, Standing.BLESSED, Standing.GRACED, Standing.OPEN})


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody's access.

    Attributes:
        until: When what decides ends, in seconds since 1970; None: never.
    """

    standing: Standing
    until: int | None = None

    @property
    def may(self) -> bool:
        """Whether they may use the bot."""
        return self.standing in _MAY


def access_of(*, is_admin: bool, user: Ruling | None, chat: Ruling | None, is_open: bool, now: int) -> Access:
    """Somebody's access in a chat.

    The first that applies decides: admin, ban of the user, block of the chat, grant to the user, to the chat, default.

    Args:
        user: What is ruled about the user, if anything; ended rulings don't count.
        chat: What is ruled about the chat.
        is_open: The bot's default.
        now: Seconds since 1970.

    >>> smite = Ruling(RulingKind.SMITE, until=None, by=1, at=0)
    >>> bless = Ruling(RulingKind.BLESS, until=9, by=1, at=0)
    >>> access_of(is_admin=False, user=bless, chat=smite, is_open=True, now=8).standing
    <Standing.BLOCKED: 'blocked'>
    """
    if is_admin:
        return Access(Standing.ADMIN)
    order = (
        (user, RulingKind.HAMMER, Standing.BANNED),
        (chat, RulingKind.SMITE, Standing.BLOCKED),
        (user, RulingKind.BLESS, Standing.BLESSED),
        (chat, RulingKind.GRACE, Standing.GRACED),
    )
    for ruling, kind, standing in order:
        if ruling is not None and ruling.kind is kind and ruling.counts(now):
            return Access(standing, ruling.until)
    return Access(Standing.OPEN if is_open else Standing.CLOSED)
