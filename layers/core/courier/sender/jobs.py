"""A record of a bot's queue as the sender works on it: the call it stands for, or why it can't be one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from courier.contracts.envelope import open_envelope
from courier.contracts.sending import SENDING_TYPES, Sending
from courier.errors import RefusedMessageError
from courier.queues.names import BotQueue
from courier.queues.records import Record
from courier.sender.calls import Call, call_of
from courier.sender.marks import Identity
from courier.state.bots import Bot


@dataclass(frozen=True, slots=True)
class Job:
    """A message to be delivered.

    Attributes:
        type: As its envelope names it.
        identity: By what it is known to the marks.
        call: What Telegram is asked to do.
    """

    record: Record
    type: str
    message: Sending
    identity: Identity
    call: Call

    def moved(self, chat_id: int) -> "Job":
        """The same for a chat's new id."""
        return replace(self, call=self.call.to_chat(chat_id))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that no call can be made of."""

    record: Record
    reason: str


@dataclass(slots=True)
class Chain:
    """What one message group has in the batch, in its order.

    Attributes:
        number: Of the group within the batch, from 1.
    """

    number: int
    links: list[Job | Refusal] = field(default_factory=list)

    def jobs(self) -> list[Job]:
        """Those that can be tried."""
        return [link for link in self.links if isinstance(link, Job)]


def chains_of(records: Sequence[Record], source: BotQueue, bot: Bot) -> list[Chain]:
    """The records of one queue by message group, each in the queue's order."""
    chains: dict[str, Chain] = {}
    for record in records:
        chain = chains.setdefault(record.group, Chain(len(chains) + 1))
        chain.links.append(_link(record, source, bot))
    return list(chains.values())


def _link(record: Record, source: BotQueue, bot: Bot) -> Job | Refusal:
    try:
        return _job(record, source, bot)
    except RefusedMessageError as error:
        return Refusal(record, str(error))
    except (ValueError, RecursionError) as error:
        # What JSON bears and nothing behind it does: values that are nested hundreds of levels deep.
        return Refusal(record, f"can't be read: {error}")


def _job(record: Record, source: BotQueue, bot: Bot) -> Job:
    opened = open_envelope(record.body, SENDING_TYPES)
    message = opened.message
    if message.bot_id != source.bot_id:
        raise RefusedMessageError(f"data.bot_id: is {message.bot_id}, but this is the queue of bot {source.bot_id}")
    external = None if message.external_id is None else f"{opened.type}:{message.external_id}"
    return Job(
        record=record,
        type=opened.type,
        message=message,
        identity=Identity(source.bot_id, record.message_id, external),
        call=call_of(message, bot),
    )
