"""Times as people write them in commands, and as replies say them."""

import re

#: Ten years: what is to last longer lasts for ever.
MAX_S = 10 * 365 * 24 * 3600
_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile("".join(f"(?:(?P<{unit}>[0-9]{{1,9}}){unit})?" for unit in _UNITS), re.IGNORECASE)
_WORDS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_MINUTE_S, _HOUR_S = 60, 3_600


def seconds_of(text: str) -> int | None:
    """How long a text says, in seconds; None of what is no duration, is none at all, or more than ten years.

    >>> seconds_of("30d"), seconds_of("1h30m"), seconds_of("2W")
    (2592000, 5400, 1209600)
    >>> seconds_of("soon"), seconds_of("30"), seconds_of("0d"), seconds_of("30m1h"), seconds_of("11000w")
    (None, None, None, None, None)
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    total = sum(int(count) * _UNITS[unit] for unit, count in found.groupdict().items() if count)
    return total if 0 < total <= MAX_S else None


def spoken(seconds: float) -> str:
    """A time in words; from an hour on in whole minutes, rounded up.

    >>> spoken(2_592_000), spoken(5_400), spoken(61), spoken(86_399)
    ('30 days', '1 hour 30 minutes', '1 minute 1 second', '1 day')
    """
    unit = _MINUTE_S if seconds >= _HOUR_S else 1
    left = max(0, -int(-seconds // unit) * unit)
    parts = []
    for word, size in _WORDS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {word}{'' if count == 1 else 's'}")
    return " ".join(parts) or "0 seconds"
