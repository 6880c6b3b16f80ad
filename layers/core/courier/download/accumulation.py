"""One answer for each: those who wait for an attempt that is over. Who joins and leaves before is in `interest`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from courier.download.interest import TEMPORARY
from courier.errors import CourierError
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import Outcome, StoredFile, Waiter
from courier.telemetry import log

#: Seconds after which nobody tries any more to answer somebody who can't be: the sender's own memory of ids ends.
GIVE_UP_S = 24 * 3600
#: Times that a call looks for those who came while it answered others.
MOST_ROUNDS = 100


class Answers(Protocol):
    """Answers for users."""

    def answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        """Give somebody the file, or an apology; the message's `external_id` is the waiter's id.

        What can never be answered (the bot is gone) is success too. An error means that it may work later.
        """


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of an attempt's waiters.

    Attributes:
        answered: How many were answered by this call.
        is_done: Whether nobody is left. If not, the same call is to be made again.
    """

    answered: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Accumulation:
    """Those who wait.

    Attributes:
        clock: Seconds since 1970.
    """

    jobs: JobTable
    files: FileTable
    answers: Answers
    clock: Callable[[], float] = field(default=time.time)

    def finish(self, content: str, attempt: int, outcome: Outcome, *, until: float | None = None) -> Finished:
        """An attempt is over: answer everyone who waits for it. Made again, it goes on where it was.

        Args:
            outcome: Of the attempt. One that was closed before has its own, and keeps it.
            until: When to stop, in seconds since 1970.

        Raises:
            CourierError: if somebody couldn't be answered now; all others were.
        """
        answered = 0
        for _ in range(MOST_ROUNDS):
            closed = self.jobs.close(content, attempt, outcome)
            if closed is None:
                # Cancelled, or another attempt has taken its place, and answers whoever is left.
                return Finished(answered, is_done=True)
            some = self._answer(content, attempt, closed, until)
            answered += some.answered
            if not some.is_done or self.jobs.settle(content, attempt):
                return Finished(answered, is_done=some.is_done)
        return Finished(answered, is_done=False)

    def _answer(self, content: str, attempt: int, outcome: Outcome, until: float | None) -> Finished:
        """Answer everyone who waits for an attempt that is closed; one who can't be answered holds nobody back."""
        file = self.files.stored(content) if outcome.failure is None else None
        if outcome.failure is None and file is None:
            outcome = Outcome(TEMPORARY, "the file isn't there any more")
        answered, last_error = 0, None
        for waiter in self.jobs.waiters(content, attempt):
            if until is not None and self.clock() >= until:
                return Finished(answered, is_done=False)
            try:
                # Others' uploads may have taken minutes: who took it back meanwhile was told that nothing comes.
                if not self.jobs.waits(content, waiter):
                    continue
                self.answers.answer(waiter, outcome, file)
            except CourierError as error:
                if self.clock() - waiter.joined_at < GIVE_UP_S:
                    last_error = error
                    continue
                log().error("waiter can't be answered", waiter=waiter.waiter_id, error=str(error))
                self._apologise(waiter)
            answered += self.jobs.answered(content, waiter)
        if last_error:
            raise last_error
        return Finished(answered, is_done=True)

    def _apologise(self, waiter: Waiter) -> None:
        """Say at least that it didn't work: words need no upload, and a bot's queue keeps them while the bot rests."""
        try:
            self.answers.answer(waiter, Outcome(TEMPORARY, "given up"), None)
        except CourierError as error:
            log().error("waiter gets no answer at all", waiter=waiter.waiter_id, error=str(error))
