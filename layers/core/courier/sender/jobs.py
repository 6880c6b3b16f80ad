"""A record of a bot's queue as the sender works on it: the calls it stands for, or why it can't be any."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from courier.contracts.envelope import open_envelope
from courier.contracts.sending import SENDING_TYPES, CallMethod, DelMsg, EditMsg, Sending, SendMsg
from courier.errors import RefusedMessageError
from courier.queues.names import BotQueue
from courier.queues.records import Record
from courier.sender.calls import Call, calls_of
from courier.sender.marks import Identity
from courier.state.bots import Bot


@dataclass(frozen=True, slots=True)
class Job:
    """A message to be delivered.

    Attributes:
        type: As its envelope names it.
        identity: By what it is known to the marks.
        calls: What Telegram is asked to do, one after another; several for a text that is too long for one.
        target: Type and external id of the message that it changes, where it names no message id.
        absorbed: Edits before it whose work it does along with its own.
    """

    record: Record
    type: str
    message: Sending
    identity: Identity
    calls: tuple[Call, ...]
    target: str | None = None
    absorbed: tuple["Job", ...] = ()

    @property
    def call(self) -> Call:
        """Its first call."""
        return self.calls[0]

    def moved(self, chat_id: int) -> "Job":
        """The same for a chat's new id."""
        return replace(self, calls=tuple(call.to_chat(chat_id) for call in self.calls))

    def aimed_at(self, message_ids: list[int]) -> "Job":
        """The same with its target's ids."""
        return replace(self, calls=(self.call.aimed_at(message_ids),), target=None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that no call can be made of."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that this code failed to read."""

    record: Record
    error: Exception


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that is read when its turn comes."""

    record: Record


type Link = Job | Refusal | Fault | Unread


@dataclass(slots=True)
class Chain:
    """What one message group has in the batch, in its order.

    Attributes:
        number: Of the group within the batch, from 1.
    """

    number: int
    links: list[Link] = field(default_factory=list)

    def jobs(self) -> list[Job]:
        """Those that can be tried."""
        return [link for link in self.links if isinstance(link, Job)]

    def is_read(self) -> bool:
        """Whether all of its records were read."""
        return not any(isinstance(link, Unread) for link in self.links)

    def records(self) -> list[Record]:
        """All that it stands for, in the queue's order."""
        return [record for link in self.links for record in records_of_link(link)]


def chains_of(links: Sequence[Link]) -> list[Chain]:
    """The links of one queue by message group, each in the queue's order.

    Answers to queries are independent of each other, so each is a chain of its own, whatever group it was queued in.
    """
    chains: list[Chain] = []
    by_group: dict[str, Chain] = {}
    for link in links:
        chain = None if _is_answer(link) else by_group.get(link.record.group)
        if chain is None:
            chain = Chain(len(chains) + 1)
            chains.append(chain)
            if not _is_answer(link):
                by_group[link.record.group] = chain
        chain.links.append(link)
    return chains


def _is_answer(link: Link) -> bool:
    return isinstance(link, Job) and link.call.is_answer


def records_of_link(link: Link) -> list[Record]:
    """The records that are done with a link, in the queue's order."""
    return [*(job.record for job in link.absorbed), link.record] if isinstance(link, Job) else [link.record]


def read(record: Record, source: BotQueue, bot: Bot) -> Job | Refusal | Fault:
    """A record's body as a job. Whatever the body holds, nothing is raised."""
    try:
        return _job(record, source, bot)
    except RefusedMessageError as error:
        return Refusal(record, str(error))
    except (ValueError, RecursionError) as error:
        # What JSON bears and nothing behind it does: values that are nested hundreds of levels deep.
        return Refusal(record, f"can't be read: {error}")
    except Exception as error:  # noqa: BLE001 - a fault of ours with one message must not cost its neighbours
        return Fault(record, error)


def _job(record: Record, source: BotQueue, bot: Bot) -> Job:
    opened = open_envelope(record.body, SENDING_TYPES)
    message = opened.message
    if message.bot_id != source.bot_id:
        raise RefusedMessageError(f"data.bot_id: is {message.bot_id}, but this is the queue of bot {source.bot_id}")
    calls = calls_of(message, bot)
    # Edits and deletes can be repeated, so their external id is no key of idempotency.
    is_once = isinstance(message, SendMsg | CallMethod) and message.external_id is not None
    return Job(
        record=record,
        type=opened.type,
        message=message,
        identity=Identity(
            source.bot_id,
            record.message_id,
            f"{opened.type}:{message.external_id}" if is_once else None,
            calls[0].chat if calls[0].is_group else None,
        ),
        calls=calls,
        target=_target(message),
    )


def _target(message: Sending) -> str | None:
    names_none = isinstance(message, EditMsg | DelMsg) and message.message_id is None
    if not names_none or getattr(message, "message_ids", None) is not None:
        return None
    return f"send_msg:{message.external_id}"
