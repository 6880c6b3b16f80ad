"""What becomes of one message of the media queue: somebody waits for a download, or doesn't any more."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from courier.contracts.envelope import open_envelope
from courier.contracts.events import DomainEvent, MediaRequested
from courier.contracts.media import MEDIA_TYPES, CancelMedia, RequestMedia, Sender
from courier.download.errors import WORDS, Failure
from courier.download.identity import BadUrlError, Identity, content_hash, identity_of
from courier.download.interest import Interest
from courier.download.kinds import QUALITIES, Kind, Wish
from courier.errors import NoSuchQueueError, RefusedMessageError
from courier.producer.messages import send_msg
from courier.producer.posting import Posts
from courier.queues.names import Lane, QueueNames
from courier.queues.records import Record
from courier.state.bot import Bot
from courier.state.media import End, Joined, Known, Request, Started, Waiter, Want
from courier.state.wants import WantTable
from courier.telemetry import count, log

#: What somebody reads who can't be understood, or whom we have failed.
UNREADABLE = "I couldn't read this request, so nothing will come of it. Please send it again in another way."
FAILED = WORDS[Failure.TEMPORARY]


class ReadsBots(Protocol):
    """Bots; see `courier.state.bots`."""

    def get(self, bot_id: int) -> Bot | None: ...


class TellsEvents(Protocol):
    """The event bus; see `courier.events.bus`."""

    def put(self, events: Sequence[DomainEvent]) -> None: ...


class ForgetsProgress(Protocol):
    """Messages that tell how far a download is; see `courier.download.delivery.progress`."""

    def forget(self, waiter: Waiter) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Takes messages, any of them any number of times.

    Attributes:
        identify: Says what an address shows, without asking the network.
        clock: Seconds since 1970.
    """

    interest: Interest
    wants: WantTable
    bots: ReadsBots
    events: TellsEvents
    posting: Posts
    names: QueueNames
    progress: ForgetsProgress
    identify: Callable[[str], Identity] = field(default=identity_of)
    clock: Callable[[], float] = field(default=time.time)

    def take(self, record: Record) -> None:
        """Carry out a message.

        Raises:
            RefusedMessageError: if it is none that can be.
            CourierError: if something couldn't be reached: it is to be taken again.
        """
        message = open_envelope(record.body, MEDIA_TYPES).message
        if self.bots.get(message.bot_id) is None:
            raise RefusedMessageError(f"data.bot_id: there is no bot {message.bot_id} here")
        if isinstance(message, RequestMedia):
            self._request(message, record)
        else:
            self._cancel(message, record)

    def tell(self, to: Sender | RequestMedia | CancelMedia, words: str, name: str, correlation_id: str) -> None:
        """Answer a message in its chat.

        Args:
            name: Of the answer: the same one is said once.

        Raises:
            StateUnavailableError: if it isn't on the bot's queue.
        """
        answer = send_msg(
            to.bot_id,
            to.chat_id,
            words,
            # A bot may have another one of its own, to which a full stop means something.
            parse_mode="HTML",
            reply_to_message_id=to.reply_to_message_id,
            message_thread_id=to.message_thread_id,
            external_id=name,
            key=name,
            correlation_id=correlation_id,
        )
        made = answer.traced()
        try:
            self.posting.put(self.names.bot(to.bot_id, Lane.REGULAR), [made], {})
        except NoSuchQueueError as error:
            log().warning("nobody can be answered: the bot is gone", bot_id=to.bot_id, reason=str(error))

    def _request(self, message: RequestMedia, record: Record) -> None:
        waiter_id = message.waiter_id(record.message_id)
        try:
            identity = self.identify(message.url)
        except BadUrlError as error:
            log().info("request is for no link", waiter=waiter_id, reason=str(error))
            count({"MediaRefused": 1})
            return self.tell(message, WORDS[Failure.BAD_URL], waiter_id, record.correlation_id)
        content = content_hash(identity, Wish(Kind(message.kind), message.quality))
        waiter = Waiter(
            waiter_id=waiter_id,
            bot_id=message.bot_id,
            chat_id=message.chat_id,
            reply_to=message.reply_to_message_id,
            thread_id=message.message_thread_id,
            user_id=message.user_id,
            correlation_id=record.correlation_id,
        )
        joining = self.interest.request(Request(content, message.url, message.kind, message.quality, waiter))
        self.events.put([self._requested(message, waiter, content)])
        log().info(
            "download requested",
            waiter=waiter_id,
            kind=message.kind,
            quality=message.quality,
            execution=joining.job.execution if isinstance(joining, Started | Joined) else None,
            is_repeat=isinstance(joining, Known),
        )
        count({"MediaRequested": 1, "MediaStarted": int(isinstance(joining, Started))})
        return None

    def _requested(self, message: RequestMedia, waiter: Waiter, content: str) -> MediaRequested:
        return MediaRequested(
            correlation_id=waiter.correlation_id,
            occurred_at=self.clock(),
            bot_id=message.bot_id,
            chat_id=message.chat_id,
            user_id=message.user_id,
            external_id=waiter.waiter_id,
            url=message.url,
            kind=message.kind,
            quality=message.quality,
            hash=content,
        )

    def _cancel(self, message: CancelMedia, record: Record) -> None:
        name = message.waiter_id(record.message_id)
        wants = self.wants.meant(name, lambda: self._meant(message))
        ends = [self.interest.cancel(want.hash, want.waiter_id).end for want in wants]
        for want, end in zip(wants, ends, strict=True):
            if end == End.CANCELLED:
                self.progress.forget(self._gone(message, want, record))
        taken = ends.count(End.CANCELLED)
        log().info("downloads taken back", waiter=name, number=taken)
        count({"MediaCancelled": taken})
        if taken:
            words = f"Taken back: {taken} download{'s' * (taken != 1)}."
        elif message.url:
            words = "You have asked for nothing by that link, or it is done."
        else:
            words = "There is nothing to take back."
        self.tell(message, words, name, record.correlation_id)

    def _gone(self, message: CancelMedia, want: Want, record: Record) -> Waiter:
        """Who doesn't wait any more, as far as their progress message has to know."""
        return Waiter(
            waiter_id=want.waiter_id,
            bot_id=message.bot_id,
            chat_id=message.chat_id,
            correlation_id=record.correlation_id,
        )

    def _meant(self, message: CancelMedia) -> list[Want]:
        """What somebody waits for in a chat; of a link, in whatever kind and quality."""
        wants = [want for want in self.wants.open(message.bot_id, message.user_id) if want.chat_id == message.chat_id]
        if message.url is None:
            return wants
        try:
            identity = self.identify(message.url)
        except BadUrlError:
            return []
        hashes = {
            content_hash(identity, Wish(kind, quality)) for kind, qualities in _WISHES.items() for quality in qualities
        }
        return [want for want in wants if want.hash in hashes]


_WISHES = {Kind(kind): qualities for kind, qualities in QUALITIES.items()}
