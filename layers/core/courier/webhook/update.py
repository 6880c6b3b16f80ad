"""An update: what makes it one, whose order it keeps, and how it travels."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courier.queues.sqs import BATCH_BYTES, Outbound

#: Bytes of a message on the queue: as many as SQS takes in one. API Gateway lets ten times as much in.
MAX_BYTES = BATCH_BYTES
#: Ids are 64-bit numbers.
_LARGEST = 2**63 - 1
#: Where an update's content names its chat, else its user: a message or whatever else happens in a chat, a button's
#: message, an anonymous voter; who asked, and who answered. Kinds that are yet to come follow the same habit.
_PLACES = (("chat",), ("message", "chat"), ("voter_chat",), ("from",), ("user",))
#: What SQS takes in no text, of all that may stand in JSON as it is.
_UNFIT = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Update:
    """One update as Telegram sent it.

    Attributes:
        text: Its JSON, whatever else stands in it.
    """

    update_id: int
    content: Mapping[str, Any]
    text: str

    @classmethod
    def of(cls, body: bytes | None) -> "Update | None":
        """The update in a body; None where there is none.

        >>> Update.of(b'{"update_id": 7, "poll": {"id": "5"}}')
        Update(update_id=7, content={'update_id': 7, 'poll': {'id': '5'}}, text='{"update_id": 7, "poll": {"id": "5"}}')
        >>> Update.of(b'{"update_id": "7"}')
        """
        try:
            text = (body or b"").decode()
            content = json.loads(text, parse_constant=_no_json)
        except (ValueError, RecursionError):
            return None
        update_id = _id(content, "update_id")
        return None if update_id is None else cls(update_id, content, text)

    @property
    def kind(self) -> str:
        """What it is about, as Telegram calls it."""
        return next((name for name in self.content if name != "update_id"), "nothing")

    def group(self, bot_id: int) -> str:
        """The message group: what keeps its order. Telegram keeps it per chat too.

        >>> press = b'{"update_id": 7, "callback_query": {"from": {"id": 5}, "message": {"chat": {"id": -100}}}}'
        >>> Update.of(press).group(1), Update.of(b'{"update_id": 7, "inline_query": {"from": {"id": 5}}}').group(1)
        ('1:-100', '1:5')
        >>> Update.of(b'{"update_id": 7, "poll": {"id": "5"}}').group(1)
        '1:update-7'
        """
        for place in _PLACES:
            for content in self.content.values():
                found = _id(_inside(content, place), "id")
                if found is not None:
                    return f"{bot_id}:{found}"
        return f"{bot_id}:update-{self.update_id}"

    def correlation_id(self, bot_id: int) -> str:
        """The same at every delivery of the update, so that a repeat belongs to its story."""
        return f"update-{bot_id}-{self.update_id}"

    def outbound(self, bot_id: int, now: float) -> Outbound:
        """As it goes on the queue, its JSON as it came: a reader gets what Telegram wrote, digit by digit.

        Args:
            now: Seconds since 1970.
        """
        head = {
            "type": "update",
            "version": 1,
            "correlation_id": self.correlation_id(bot_id),
            "timestamp": round(now, 3),
        }
        text = _UNFIT.sub(lambda char: f"\\u{ord(char[0]):04x}", self.text)
        body = f'{json.dumps(head)[:-1]}, "data": {{"bot_id": {bot_id}, "update": {text}}}}}'
        return Outbound(body, self.group(bot_id), f"{bot_id}:{self.update_id}")


def _inside(content: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _id(content: Any, name: str) -> int | None:
    found = content.get(name) if isinstance(content, dict) else None
    return found if type(found) is int and abs(found) <= _LARGEST else None


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
