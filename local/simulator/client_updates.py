"""The part of the client that speaks as a user, and sees how webhooks take it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from local.simulator.deliveries import Delivery

#: Seconds that an answer may take, over what the simulator was asked to wait.
_TIMEOUT_S = 30.0


class UserActions(ABC):
    """What users do with a bot."""

    @abstractmethod
    def _call(
        self,
        verb: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, Any] | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> Any: ...

    @abstractmethod
    def _records(
        self, name: str, query: Mapping[str, Any], after: int, limit: int | None
    ) -> Iterator[dict[str, Any]]: ...

    def say(
        self,
        bot_id: int,
        chat_id: int | str,
        text: str,
        *,
        user_id: int | None = None,
        username: str | None = None,
        reply_to: int | None = None,
    ) -> int | None:
        """Write to a bot, or in a group that it is in. The update's id; None where the bot isn't told."""
        who = {"user_id": user_id, "username": username}
        return self.do({"bot_id": bot_id, "chat_id": chat_id, "text": text, "reply_to": reply_to} | who)[0]

    def press(
        self, bot_id: int, chat_id: int | str, message_id: int, data: str, *, user_id: int | None = None
    ) -> int | None:
        """Press a button of a bot's message.

        Raises:
            AdminError: There is no such button.
        """
        deed = {"bot_id": bot_id, "chat_id": chat_id, "message_id": message_id, "data": data, "user_id": user_id}
        return self.do(deed)[0]

    def happen(self, bot_id: int, kind: str, content: Mapping[str, Any]) -> int | None:
        """Any other update."""
        return self.do({"bot_id": bot_id, "update": {kind: dict(content)}})[0]

    def do(self, *deeds: Mapping[str, Any]) -> list[int | None]:
        """Many things at once (see `users.Deed`); the updates' ids."""
        done = self._call("POST", "updates", list(deeds))["updates"]
        return [one["update_id"] for one in done]

    def webhook_info(self, bot_id: int) -> dict[str, Any]:
        """What `getWebhookInfo` tells: the `url`, `pending_update_count`, `last_error_message`."""
        info: dict[str, Any] = self._call("GET", f"bots/{bot_id}/webhook")
        return info

    def pending(self, bot_id: int) -> int:
        """Updates that wait to be taken."""
        return int(self.webhook_info(bot_id)["pending_update_count"])

    def deliveries(self, *, bot_id: int | None = None, chat_id: int | None = None, after: int = 0) -> list[Delivery]:
        """Every attempt to deliver an update, in their order."""
        query = {"bot_id": bot_id, "chat_id": chat_id}
        return [Delivery(**record) for record in self._records("deliveries", query, after, None)]

    def wait_for_deliveries(self, count: int, *, bot_id: int | None = None, timeout_s: float = 30.0) -> list[Delivery]:
        """Wait for so many attempts, and give all that there are.

        Raises:
            TimeoutError: There were fewer when the time was over.
        """
        wait = {"bot_id": bot_id, "limit": 0, "wait_count": count, "timeout": timeout_s}
        reached = self._call("GET", "deliveries", query=wait, timeout_s=timeout_s + _TIMEOUT_S)["reached"]
        found = self.deliveries(bot_id=bot_id)
        if not reached and len(found) < count:
            raise TimeoutError(f"{len(found)} of {count} deliveries after {timeout_s} s")
        return found
