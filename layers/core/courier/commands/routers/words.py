"""What several handlers say: dates, durations, how somebody stands."""

from datetime import UTC, datetime

from courier.access.durations import spoken
from courier.access.quotas import Quota
from courier.access.standing import Access, Standing
from courier.commands.ports import Asker

#: How to come in, for somebody who isn't.
_ASK = (
    "Ask an admin of mine: <code>.grace</code> opens this chat, and <code>.bless {id}</code> is for you alone, "
    "wherever you are."
)
_STANDINGS = {
    Standing.ADMIN: "you are one of my admins",
    Standing.BANNED: "you are banned",
    Standing.BLOCKED: "this chat is blocked",
    Standing.BLESSED: "you may use me, wherever you are",
    Standing.GRACED: "everybody in this chat may use me",
    Standing.OPEN: "everybody may use me",
    Standing.CLOSED: "you may not use me here yet",
}


def moment(seconds: int) -> str:
    """A time as people read it.

    >>> moment(1798121100)
    '24 Dec 2026, 14:05 UTC'
    """
    return f"{datetime.fromtimestamp(seconds, UTC):%-d %b %Y, %H:%M} UTC"


def until(seconds: int | None) -> str:
    """The end of something that may have none."""
    return "for ever" if seconds is None else f"until {moment(seconds)}"


def lasting(seconds: int | None, now: int) -> str:
    """A time that begins now.

    >>> lasting(None, 0)
    'for ever'
    """
    return "for ever" if seconds is None else f"for {spoken(seconds)}, until {moment(now + seconds)}"


def standing(access: Access) -> str:
    """How somebody stands, and until when."""
    has_end = access.until is not None or access.standing in (Standing.BLESSED, Standing.GRACED, Standing.BLOCKED)
    return f"{_STANDINGS[access.standing]}{', ' + until(access.until) if has_end else ''}"


def refusal(asker: Asker) -> str:
    """Why somebody may not, and what they can do about it."""
    told = standing(asker.access)
    if asker.access.standing is Standing.BANNED:
        return f"Sorry, {told}. Only an admin of mine can lift that before, by <code>.forgive {asker.user_id}</code>."
    if asker.access.standing is Standing.BLOCKED:
        return (
            f"Sorry, {told}. Only an admin of mine can open it again, by <code>.grace</code> or <code>.forgive</code>."
        )
    return f"Sorry, {told}. {_ASK.format(id=asker.user_id)}"


def used_up(quota: Quota) -> str:
    """Why somebody has to wait, and how long."""
    whose = "This chat has used all its" if quota.scope == "chat" else "You have used all your"
    again = f" Try again in {spoken(quota.resets_in_s)}." if quota.resets_in_s > 0 else ""
    return f"{whose} {_downloads(quota.limit)}.{again}"


def remaining(quota: Quota) -> str:
    """What somebody has left, and when it begins anew."""
    whose = " for this chat" if quota.scope == "chat" else ""
    anew = f", anew in {spoken(quota.resets_in_s)}" if quota.used and quota.resets_in_s > 0 else ""
    return f"{max(0, quota.limit - quota.used)} of {_downloads(quota.limit)} left{whose}{anew}"


def _downloads(count: int) -> str:
    return f"{count} download{'s' * (count != 1)}"
