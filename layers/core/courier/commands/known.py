"""Whom a bot knows: names that were seen, who subscribed, and who can't be written to."""

from typing import Any, Protocol

from courier.commands.incoming import Incoming, Person, id_in, person_of, text_in
from courier.commands.threads import calling

#: Telegram's words for a member that is there no longer.
_GONE = {"kicked": "Forbidden: bot was blocked by the user", "left": "Forbidden: bot is not a member of the chat"}
_KICKED_FROM = "Forbidden: bot was kicked from the chat"
#: Subscribers that a process remembers having written.
_MOST = 10_000


class RemembersPeople(Protocol):
    """Names of users; see `courier.state.people`."""

    def seen(self, bot_id: int, user_id: int, username: str | None) -> None: ...


class RemembersUnreachable(Protocol):
    """Who can't be written to; see `courier.state.recipients`."""

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None: ...
    def lift(self, bot_id: int, chat_id: int) -> None: ...


class RemembersSubscribers(Protocol):
    """Who may be written to first; see `courier.state.recipients`."""

    def subscribe(self, bot_id: int, chat_id: int) -> None: ...
    def unsubscribe(self, bot_id: int, chat_id: int) -> None: ...


class Known:
    """Learns from updates; whatever it is told twice changes nothing."""

    def __init__(
        self, people: RemembersPeople, unreachable: RemembersUnreachable, subscribers: RemembersSubscribers
    ) -> None:
        self._people = people
        self._unreachable = unreachable
        self._subscribers = subscribers
        self._subscribed: dict[tuple[int, int], None] = {}

    async def learn(self, update: Incoming) -> None:
        """Remember what an update tells about people.

        Raises:
            StateUnavailableError: if it can't be remembered.
        """
        for person in _people(update):
            await calling(self._people.seen, update.bot_id, person.user_id, person.username)
        place = update.place
        if place is None:
            return
        is_private = place.chat_type == "private"
        if update.kind == "my_chat_member":
            await self._member(update, place.chat_id, is_private=is_private)
        elif update.kind == "message" and is_private:
            await self._subscribe(update.bot_id, place.chat_id)

    async def _member(self, update: Incoming, chat_id: int, *, is_private: bool) -> None:
        """The bot itself came or went: a user who blocks it throws it out of their chat."""
        status = text_in(update.content.get("new_chat_member"), "status")
        if status in _GONE:
            reason = _GONE[status] if is_private or status == "left" else _KICKED_FROM
            await calling(self._unreachable.note, update.bot_id, chat_id, reason)
            if is_private:
                self._subscribed.pop((update.bot_id, chat_id), None)
                await calling(self._subscribers.unsubscribe, update.bot_id, chat_id)
        elif status is not None:
            await calling(self._unreachable.lift, update.bot_id, chat_id)
            if is_private:
                # Whatever is remembered here: another process may have been told that the user left.
                self._subscribed.pop((update.bot_id, chat_id), None)
                await self._subscribe(update.bot_id, chat_id)

    async def _subscribe(self, bot_id: int, chat_id: int) -> None:
        """Written once by each process: who blocked a bot can't write to it before it is told that they are back."""
        if (bot_id, chat_id) in self._subscribed:
            return
        await calling(self._subscribers.subscribe, bot_id, chat_id)
        self._subscribed[bot_id, chat_id] = None
        if len(self._subscribed) > _MOST:
            del self._subscribed[next(iter(self._subscribed))]


def _people(update: Incoming) -> list[Person]:
    """Who acts, and whom the message answers: both may be spoken of by name later."""
    answered: Any = update.content.get("reply_to_message")
    sender = answered.get("from") if isinstance(answered, dict) else None
    found = (update.person, person_of(sender) if id_in(sender, "id") else None)
    return [person for person in found if person is not None]
