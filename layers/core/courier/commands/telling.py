"""What other services are told of an update."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from courier.access.quotas import Quota
from courier.access.standing import Access
from courier.commands.incoming import Incoming
from courier.contracts import events
from courier.contracts.events import DomainEvent, TelegramUpdate


@dataclass(frozen=True, slots=True)
class Happening:
    """An update that was processed.

    Attributes:
        at: When, in seconds since 1970.
        command: The one that took it; None where none did.
        access: Of its user in its chat; None where it has no user.
        quota: Of the same; None also where Redis couldn't say.
    """

    update: Incoming
    correlation_id: str
    at: float
    command: str | None
    access: Access | None
    quota: Quota | None

    def event(self) -> TelegramUpdate:
        """As others are told."""
        update, access, quota = self.update, self.access, self.quota
        place, person = update.place, update.person
        return TelegramUpdate(
            correlation_id=self.correlation_id,
            occurred_at=self.at,
            bot_id=update.bot_id,
            update_id=update.update_id,
            kind=update.kind,
            chat_id=place.chat_id if place else None,
            chat_type=place.chat_type if place else None,
            user_id=person.user_id if person else None,
            command=self.command,
            is_claimed=self.command is not None,
            access=events.Access(standing=access.standing, until=access.until, may=access.may) if access else None,
            quota=events.QuotaLeft(used=quota.used, limit=quota.limit, resets_in_s=quota.resets_in_s)
            if quota
            else None,
            update=dict(update.raw),
        )


class PutsEvents(Protocol):
    """The event bus; see `courier.events.bus`."""

    def put(self, events: Sequence[DomainEvent]) -> None: ...


class TellsEvents(Protocol):
    """Whom a happening is told to."""

    def tell(self, happening: Happening) -> None: ...


class Teller:
    """Puts happenings on the bus."""

    def __init__(self, bus: PutsEvents) -> None:
        self._bus = bus

    def tell(self, happening: Happening) -> None:
        """Tell whoever listens.

        Raises:
            StateUnavailableError: if the bus doesn't take it now.
        """
        self._bus.put([happening.event()])
