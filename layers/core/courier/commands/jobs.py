"""An update that is being processed, and what processing needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from courier.access.standing import Access
from courier.commands.directory import Directory
from courier.commands.forwarding import Forwarder
from courier.commands.gate import Gate
from courier.commands.handles import Handles
from courier.commands.incoming import Incoming, id_in
from courier.commands.known import Known
from courier.commands.ports import Asker
from courier.commands.replies import Mailer
from courier.commands.telling import TellsEvents
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import Record
from courier.state.bot import Bot
from courier.state.processed import Progress


class KeepsProgress(Protocol):
    """How far updates are; see `courier.state.processed`."""

    def begin(self, bot_id: int, update_id: int) -> Progress: ...
    def keep(self, bot_id: int, update_id: int, outcome: str) -> None: ...
    def release(self, bot_id: int, update_id: int) -> None: ...
    def done(self, bot_id: int, update_id: int) -> None: ...


class Dispatches(Protocol):
    """Commands; see `courier.commands.dispatcher`."""

    async def take(self, telegram_id: int, raw: Mapping[str, Any], given: Mapping[str, Any]) -> bool: ...


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """An update that is being processed."""

    record: Record
    update: Incoming
    bot: Bot
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What processing needs."""

    directory: Directory
    processed: KeepsProgress
    known: Known
    gate: Gate
    dispatcher: Dispatches
    handles: Handles
    mailer: Mailer
    forwarder: Forwarder
    events: TellsEvents
    dead: TakesDeadLetters


def asker_of(job: Job, access: Access | None, now: int) -> Asker | None:
    """Who asks; None where the update is no message, or not one of a single user's."""
    update, person, place = job.update, job.update.person, job.update.place
    message_id = id_in(update.content, "message_id")
    if not update.is_from_somebody or person is None or access is None or place is None or message_id is None:
        return None
    if place.chat_type is None or message_id < 0:
        return None
    is_topic = update.content.get("is_topic_message") is True
    thread_id = id_in(update.content, "message_thread_id") if is_topic else None
    return Asker(
        bot=job.bot,
        update_id=update.update_id,
        user_id=person.user_id,
        chat_id=place.chat_id,
        chat_type=place.chat_type,
        message_id=message_id,
        thread_id=thread_id if thread_id and thread_id > 0 else None,
        username=person.username,
        access=access,
        now=now,
    )
