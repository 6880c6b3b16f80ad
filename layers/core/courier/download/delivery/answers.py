"""An answer for each who waits: the file by what Telegram calls it, by one upload, or by a link; or an apology.

Whoever answers may die at any instruction, and is called again: messages have the waiter's id for their name, and what
Telegram calls a file is remembered together with those who got it by a call.
"""

from dataclasses import dataclass, replace

from courier.download.delivery import wording
from courier.download.delivery.bots import Bots
from courier.download.delivery.direct import Direct, Given, Wanted
from courier.download.delivery.mail import Mail
from courier.download.delivery.progress import ProgressEnds
from courier.download.errors import Failure
from courier.download.identity import content_of
from courier.errors import CourierError, RefusedMessageError, TryLaterError
from courier.state.bot import Bot
from courier.state.files import FileTable
from courier.state.links import LinkTable
from courier.state.media import Outcome, StoredFile, Waiter
from courier.state.progress import ProgressTable
from courier.telemetry import correlated, log


@dataclass(frozen=True, slots=True)
class FileAnswers:
    """See `courier.download.accumulation.Answers`. Calls block: not for the event loop's own thread.

    Attributes:
        until: When a call must have ended, in seconds since 1970.
    """

    bots: Bots
    files: FileTable
    links: LinkTable
    progress: ProgressTable
    mail: Mail
    direct: Direct
    until: float = float("inf")

    def within(self, until: float) -> "FileAnswers":
        """The same, for a function that ends then."""
        return replace(self, until=until)

    def answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        """See `courier.download.accumulation.Answers`."""
        with correlated(waiter.correlation_id, bot_id=waiter.bot_id, waiter=waiter.waiter_id):
            try:
                self._answer(waiter, outcome, file)
            except RefusedMessageError as error:
                log().error("an answer that no queue takes", reason=str(error))
            except CourierError:
                raise
            except Exception as error:
                # A fault of ours with one must not cost the others their answers.
                log().exception("unforeseen")
                raise TryLaterError(f"tg-courier failed on it: {type(error).__name__} {error}", after_s=60) from error

    def _answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        bot = self.bots.get(waiter.bot_id)
        if bot is None:
            log().info("nobody is left to answer", reason="the bot is gone")
            return
        if outcome.failure is not None or file is None:
            self.mail.text(waiter, wording.apology(outcome.failure or Failure.TEMPORARY))
        else:
            self._give(bot, waiter, file)
        self.forget(waiter)

    def forget(self, waiter: Waiter) -> None:
        """Take away the message that told how far it was, if there is one: also for one who wants it no more.

        Raises:
            StateUnavailableError: if table or queue can't be reached.
        """
        ProgressEnds(self.progress, self.mail).forget(waiter)

    def _give(self, bot: Bot, waiter: Waiter, file: StoredFile) -> None:
        # By the object: several requests may lead to one, and share what Telegram calls it.
        wanted = Wanted(content_of(file.key), bot, waiter, file, self.until)
        known = self.files.file_id(wanted.content, bot.bot_id, self.direct.manners.file_id_s)
        if known and waiter.waiter_id in known.waiter_ids:
            return
        if known and self.direct.memory.is_good(bot.bot_id, known):
            self.mail.file(waiter, known, file)
        elif not known and not self.direct.is_sendable(wanted):
            self._link(waiter, file)
        else:
            self._send(wanted)

    def _send(self, wanted: Wanted) -> None:
        match self.direct.give(wanted):
            case Given.REFUSED:
                self._link(wanted.waiter, wanted.file)
            case Given.GONE:
                log().error("a file is gone from the store", key=wanted.file.key)
                self.files.missing(wanted.content, wanted.file)
                self.mail.text(wanted.waiter, wording.apology(Failure.TEMPORARY))
            case Given.DONE:
                pass

    def _link(self, waiter: Waiter, file: StoredFile) -> None:
        manners = self.direct.manners
        is_too_large = file.bytes > manners.upload_bytes
        if not manners.public_url:
            self.mail.text(waiter, wording.no_link_words(is_too_large=is_too_large))
            return
        token = self.links.make(file.key, file.title, manners.link_hours * 3600)
        url, hours = f"{manners.public_url}/m/{token}", manners.link_hours
        self.mail.text(waiter, wording.link_words(file.title, file.bytes, url, hours, is_too_large=is_too_large))
