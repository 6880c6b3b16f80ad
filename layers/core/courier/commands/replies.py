"""What the asker is told: collected while a handler runs, and put on the bot's queue when it has come to its end.

Each reply is named after its update and its place, for the sender (`external_id`, known for 24 hours) and for SQS. So
whoever processes an update again says nothing twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from courier.commands.ports import Asker
from courier.commands.threads import calling
from courier.errors import NoSuchQueueError, StateUnavailableError
from courier.producer.messages import send_msg
from courier.producer.posting import Posts
from courier.queues.names import Lane, QueueNames
from courier.queues.sqs import Outbound


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the asker."""

    html: str
    reply_markup: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to.

    >>> Outcome.read(Outcome("help", (Reply("Hello"),)).written())
    Outcome(command='help', replies=(Reply(html='Hello', reply_markup=None),))
    """

    command: str
    replies: tuple[Reply, ...]

    def written(self) -> str:
        """As the update's row keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Outcome":
        """From the update's row."""
        told = json.loads(text)
        return cls(told["command"], tuple(Reply(**reply) for reply in told["replies"]))


class ReplyBox:
    """Takes what a handler says; see `ports.Replies`."""

    def __init__(self) -> None:
        self.said: list[Reply] = []

    def say(self, html: str, *, reply_markup: Mapping[str, Any] | None = None) -> None:
        """Keep it until the handler has come to its end."""
        self.said.append(Reply(html, reply_markup))


class Mailer:
    """Puts replies on bots' queues: on the lane that goes first."""

    def __init__(self, posting: Posts, names: QueueNames) -> None:
        self._posting = posting
        self._names = names

    async def send(self, asker: Asker, replies: Sequence[Reply], correlation_id: str) -> None:
        """Put an update's replies on the queue, in their order.

        Raises:
            RefusedMessageError: if one is nothing that the sender takes.
            StateUnavailableError: if they aren't all there, or there is no such queue at the moment.
        """
        if not replies:
            return
        made = [_outbound(asker, number, reply, correlation_id) for number, reply in enumerate(replies)]
        try:
            await calling(self._posting.put, self._names.bot(asker.bot.bot_id, Lane.REGULAR), made, {})
        except NoSuchQueueError as error:
            raise StateUnavailableError(str(error)) from error


def _outbound(asker: Asker, number: int, reply: Reply, correlation_id: str) -> Outbound:
    name = f"update-{asker.bot.bot_id}-{asker.update_id}-{number}"
    return send_msg(
        asker.bot.bot_id,
        asker.chat_id,
        reply.html,
        parse_mode="HTML",
        reply_to_message_id=asker.message_id,
        message_thread_id=asker.thread_id,
        reply_markup=reply.reply_markup,
        external_id=name,
        key=name,
        correlation_id=correlation_id,
    ).traced()
