"""Which calls should have known better: those that were started during a penalty that a worker had heard of.

A 429 holds the scope that Telegram gave it for: its chat or group, or the bot. That of a bot looks like a chat's to who
hears it, so it is known once three chats were told so within five seconds. Calls that were under way by then, and
those by which the sender finds out, are counted apart: nobody can call them back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.model.telegram import Arrival

#: Seconds after which a 429 that one worker has heard must be known to all.
KNOWN_S = 0.05
#: Chats whose 429s within so many seconds are the bot's.
SEVERAL, WITHIN_S = 3, 5.0


@dataclass(frozen=True, slots=True)
class Span:
    """A penalty that is known: calls that are started in it, both ends excluded, are wrong.

    Attributes:
        chat: Whose; None for the whole bot.
    """

    chat: int | None
    begin: float
    end: float

    def covers(self, arrival: Arrival) -> bool:
        """Whether the call was started in it."""
        return self.chat in (None, arrival.chat) and self.begin < arrival.started < self.end


@dataclass(frozen=True, slots=True)
class Judged:
    """Calls that met penalties.

    Attributes:
        known: Started although it was known: what must be 0.
        undecided: Refused during the bot's penalty, started when the first 429 was known, but not yet whose it was.
        in_flight: Refused during a penalty, but under way before that, or so shortly after that it couldn't be known.
    """

    known: int
    undecided: int
    in_flight: int

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.known + other.known, self.undecided + other.undecided, self.in_flight + other.in_flight)


def judged(arrivals: Sequence[Arrival]) -> Judged:
    """Judge one bot's calls by when each was started, and when each refusal was heard."""
    spans = list(known_spans(arrivals))
    wrong = [arrival for arrival in arrivals if any(span.covers(arrival) for span in spans)]
    known = {id(arrival) for arrival in wrong}
    bot_heard = sorted(each.heard for each in arrivals if each.refusal and each.refusal.scope == "bot")
    undecided = in_flight = 0
    for arrival in arrivals:
        refusal = arrival.refusal
        if refusal is None or refusal.during is None or id(arrival) in known:
            continue
        began = arrival.at - refusal.during
        heard = next((at for at in bot_heard if at >= began), None)
        if refusal.scope == "bot" and heard is not None and arrival.started > heard + KNOWN_S:
            undecided += 1
        else:
            in_flight += 1
    return Judged(len(wrong), undecided, in_flight)


def known_spans(arrivals: Iterable[Arrival]) -> Iterator[Span]:
    """Each penalty from when it was known to all until its end, as the refusal's `retry_after` has it."""
    told: dict[int | None, float] = defaultdict(float)
    for arrival in sorted((each for each in arrivals if each.refusal), key=lambda each: each.heard):
        assert arrival.refusal is not None
        begin, end = arrival.heard + KNOWN_S, arrival.at + arrival.refusal.retry_after
        yield Span(arrival.chat, begin, end)
        if arrival.refusal.scope == "bot":
            told[arrival.chat] = arrival.heard
            if sum(at > arrival.heard - WITHIN_S for at in told.values()) >= SEVERAL:
                yield Span(None, begin, end)
