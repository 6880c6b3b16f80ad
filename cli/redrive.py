"""Dead letters put back on the queues they came from, or dropped.

SQS shows ten letters of a group at most, and the next when those are gone: so each batch is put back and deleted before
the next look. A letter that stays holds back those behind it in its group, since their order is what redriving keeps.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cli.letters import Letter
from cli.selection import Selection, bot_of
from courier.contracts.envelope import CORRELATION_ID
from courier.errors import NoSuchQueueError
from courier.queues.sqs import BATCH, Outbound

#: Seconds for which letters are held: less than the 5 minutes in which SQS takes a letter put back twice for one, so
#: that one whose deletion was interrupted is back in time.
HELD_S = 60
#: Seconds after which what is held is held anew.
RENEW_S = 20.0
#: What stands where a token was.
_MASKED = "***"
#: Messages whose token can be asked for again.
_WITH_TOKEN = ("add_bot", "update_bot")


class HoldsLetters(Protocol):
    """The dead-letter queue."""

    def receive(self, count: int, held_s: int) -> list[Letter]: ...
    def hold(self, letters: Any, seconds: int) -> None: ...
    def delete(self, letters: list[Letter]) -> list[Letter]: ...


class PutsBack(Protocol):
    """Queues by name."""

    def put(self, queue: str, messages: Sequence[Outbound], taken: dict[int, str]) -> None: ...


@dataclass(slots=True)
class Outcome:
    """What became of the letters that were meant.

    Attributes:
        done: Put back, or dropped.
        stayed: Those that couldn't be, and why.
    """

    done: list[Letter] = field(default_factory=list)
    stayed: list[tuple[Letter, str]] = field(default_factory=list)


class Work:
    """One way through the dead-letter queue. What isn't dealt with is held until the end, then given back."""

    def __init__(self, box: HoldsLetters, selection: Selection, clock: Callable[[], float] = time.monotonic) -> None:
        self._box = box
        self._selection = selection
        self._clock = clock
        self._held: dict[str, Letter] = {}
        self._renewed = clock()
        #: SQS's ids of what was put back: a letter about one of those failed again, and isn't tried again now.
        self._put: set[str] = set()
        self.outcome = Outcome()

    def drop(self) -> Outcome:
        """Delete the letters."""
        for letters in self._batches():
            for group in _by_group(letters):
                meant = [letter for letter in group if self._is_meant(letter)]
                self._remove(meant)
        return self.outcome

    def redrive(self, queues: PutsBack, tokens: Mapping[int, str]) -> Outcome:
        """Put the letters back.

        Args:
            tokens: For bots whose token is masked in a letter.

        Raises:
            StateUnavailableError: if SQS doesn't take one; what was put back is deleted all the same.
        """
        for letters in self._batches():
            for group in _by_group(letters):
                self._group(group, queues, tokens)
        return self.outcome

    def _group(self, letters: list[Letter], queues: PutsBack, tokens: Mapping[int, str]) -> None:
        """One group's letters of a batch, in their order."""
        for letter in letters:
            if not self._is_meant(letter):
                continue
            blocked = self._before(letter)
            if blocked is not None:
                self.outcome.stayed.append((letter, f"stands behind {blocked.message_id} of its chat, which stays"))
                continue
            why = obstacle(letter, tokens)
            if why is None:
                why = self._put_back(letter, queues, tokens)
            if why is not None:
                self.outcome.stayed.append((letter, why))

    def _put_back(self, letter: Letter, queues: PutsBack, tokens: Mapping[int, str]) -> str | None:
        """Put one back and delete it; why it stays, if it does."""
        taken: dict[int, str] = {}
        try:
            queues.put(letter.source, [outbound(letter, tokens)], taken)
        except NoSuchQueueError:
            return f"its queue {letter.source} doesn't exist any more"
        finally:
            # Also where somebody presses Ctrl-C just behind the answer.
            if taken:
                self._put.update(taken.values())
                self._remove([letter])
        return None

    def _before(self, letter: Letter) -> Letter | None:
        """A letter of the same group that stays."""
        return next((stayed for stayed, _ in self.outcome.stayed if stayed.group == letter.group), None)

    def _is_meant(self, letter: Letter) -> bool:
        failed_again = letter.deduplication_id in self._put or letter.message_id in self._put
        return self._selection.takes(letter) and not failed_again

    def _remove(self, letters: list[Letter]) -> None:
        if not letters:
            return
        kept = {letter.message_id for letter in self._box.delete(letters)}
        for letter in letters:
            if letter.message_id in kept:
                self.outcome.stayed.append((letter, "is done with, but SQS didn't delete it: drop it"))
            else:
                self._held.pop(letter.message_id, None)
                self.outcome.done.append(letter)

    def _batches(self) -> Iterator[list[Letter]]:
        """What wasn't seen before, until nothing is left that can be seen or is meant."""
        left = set(self._selection.ids)
        try:
            while True:
                received = self._box.receive(BATCH, HELD_S)
                fresh = [letter for letter in received if letter.message_id not in self._held]
                self._held |= {letter.message_id: letter for letter in received}
                if not fresh:
                    return
                yield fresh
                left -= {letter.message_id for letter in fresh}
                if self._selection.ids and not left:
                    return
                self._renew()
        finally:
            self._box.hold(list(self._held.values()), 0)

    def _renew(self) -> None:
        if self._clock() - self._renewed >= RENEW_S:
            self._box.hold(list(self._held.values()), HELD_S)
            self._renewed = self._clock()


def _by_group(letters: Sequence[Letter]) -> list[list[Letter]]:
    """The letters of each group in their order, which is the one that SQS hands them out in."""
    groups: dict[str, list[Letter]] = {}
    for letter in letters:
        groups.setdefault(letter.group, []).append(letter)
    return list(groups.values())


def needs_token(letter: Letter) -> bool:
    """Whether a letter is of a kind whose token can be asked for, and has it masked."""
    return letter.envelope.get("type") in _WITH_TOKEN and letter.content.get("token") == _MASKED


def obstacle(letter: Letter, tokens: Mapping[int, str]) -> str | None:
    """Why a letter can't be put back; None if it can."""
    if not letter.source:
        return "nobody wrote down which queue it was on"
    if letter.reason.endswith("bytes)") and "(its body is cut to" in letter.reason:
        return "its body was cut, since it was too long: drop it, and send the message anew"
    if needs_token(letter):
        return None if bot_of(letter) in tokens else "its token is masked: give it with --token-env or --token-stdin"
    if _has_masked_token(letter.envelope) or _has_masked_token(letter.content):
        return "it holds a masked token that can't be asked for: drop it, and send the message anew"
    return None


def _has_masked_token(value: Any) -> bool:
    match value:
        case dict():
            return value.get("token") == _MASKED or any(_has_masked_token(one) for one in value.values())
        case list():
            return any(_has_masked_token(one) for one in value)
    return False


def outbound(letter: Letter, tokens: Mapping[int, str]) -> Outbound:
    """A letter as it goes back: once within 5 minutes, in its chat's group, with its correlation id."""
    body = letter.raw
    bot_id = bot_of(letter)
    if needs_token(letter) and bot_id is not None:
        body = json.dumps(letter.envelope | {"data": letter.content | {"token": tokens[bot_id]}})
    return Outbound(
        body=body,
        group=_group_on_source(letter),
        deduplication_id=f"redrive-{letter.message_id}",
        attributes={CORRELATION_ID: letter.correlation_id},
    )


def _group_on_source(letter: Letter) -> str:
    """The message group that it had: dead letters of the platform have the bot before it."""
    return letter.group if letter.is_moved else letter.group.partition(":")[2] or letter.group
