"""Precedence, as a full table: every combination of admin, ruling about the user, about the chat, and default."""

from itertools import product

import pytest

from courier.access.standing import Access, Standing, access_of
from courier.state.rulings import Ruling, RulingKind

NOW = 1_800_000_000
#: Ends of rulings, as seconds from now; None is for ever. The last two are over.
LASTING, OVER = (None, 1, 86_400), (0, -1)
RULES = {
    "bless": RulingKind.BLESS,
    "hammer": RulingKind.HAMMER,
    "grace": RulingKind.GRACE,
    "smite": RulingKind.SMITE,
}
#: Whether they are an admin, what counts about the user, what counts about the chat, whether the bot is open: standing,
#: and whose ruling gives the end.
TABLE = """
admin  -       -      closed  admin    -
admin  -       -      open    admin    -
admin  -       grace  closed  admin    -
admin  -       grace  open    admin    -
admin  -       smite  closed  admin    -
admin  -       smite  open    admin    -
admin  bless   -      closed  admin    -
admin  bless   -      open    admin    -
admin  bless   grace  closed  admin    -
admin  bless   grace  open    admin    -
admin  bless   smite  closed  admin    -
admin  bless   smite  open    admin    -
admin  hammer  -      closed  admin    -
admin  hammer  -      open    admin    -
admin  hammer  grace  closed  admin    -
admin  hammer  grace  open    admin    -
admin  hammer  smite  closed  admin    -
admin  hammer  smite  open    admin    -
user   -       -      closed  closed   -
user   -       -      open    open     -
user   -       grace  closed  graced   chat
user   -       grace  open    graced   chat
user   -       smite  closed  blocked  chat
user   -       smite  open    blocked  chat
user   bless   -      closed  blessed  user
user   bless   -      open    blessed  user
user   bless   grace  closed  blessed  user
user   bless   grace  open    blessed  user
user   bless   smite  closed  blocked  chat
user   bless   smite  open    blocked  chat
user   hammer  -      closed  banned   user
user   hammer  -      open    banned   user
user   hammer  grace  closed  banned   user
user   hammer  grace  open    banned   user
user   hammer  smite  closed  banned   user
user   hammer  smite  open    banned   user
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]
MAY = {"admin": True, "banned": False, "blocked": False, "blessed": True, "graced": True, "open": True, "closed": False}


def ruling(name: str, after_s: int | None) -> Ruling | None:
    until = None if after_s is None else NOW + after_s
    return None if name == "-" else Ruling(RULES[name], until, by=1, at=NOW - 9)


def ways(counts: str, kinds: tuple[str, str]) -> list[Ruling | None]:
    """Every ruling that comes to the same: those that last, or none, or any that is over."""
    if counts != "-":
        return [ruling(counts, after_s) for after_s in LASTING]
    return [None, *(ruling(kind, after_s) for kind, after_s in product(kinds, OVER))]


def test_the_table_is_complete() -> None:
    every = product(("admin", "user"), ("-", "bless", "hammer"), ("-", "grace", "smite"), ("closed", "open"))

    assert [row[:4] for row in ROWS] == list(every)
    assert {row[4] for row in ROWS} == set(Standing) == MAY.keys()


@pytest.mark.parametrize("row", ROWS, ids="-".join)
def test_what_decides(row: tuple[str, ...]) -> None:
    who, user, chat, default, standing, whose = row

    for of_user, of_chat in product(ways(user, ("bless", "hammer")), ways(chat, ("grace", "smite"))):
        found = access_of(is_admin=who == "admin", user=of_user, chat=of_chat, is_open=default == "open", now=NOW)

        decides = {"user": of_user, "chat": of_chat, "-": None}[whose]
        assert found == Access(Standing(standing), decides.until if decides else None)
        assert found.may is MAY[standing]


@pytest.mark.parametrize("kind", RulingKind)
def test_a_ruling_about_the_wrong_subject_opens_nothing(kind: RulingKind) -> None:
    """Tables give none; should one come all the same, it is no grant."""
    wrong = Ruling(kind, None, by=1, at=0)
    of_users = kind in (RulingKind.BLESS, RulingKind.HAMMER)

    found = access_of(
        is_admin=False, user=None if of_users else wrong, chat=wrong if of_users else None, is_open=False, now=NOW
    )

    assert not found.may
