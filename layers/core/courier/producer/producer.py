"""The producer: one call a message, or many at once."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Unpack

from courier.errors import NoSuchQueueError, RefusedMessageError
from courier.producer import messages
from courier.producer.keywords import Common, DeleteFields, EditFields, MediaFields, RequestFields, SendFields, Sending
from courier.producer.messages import Message
from courier.producer.posting import NotTakenError, Posted, Posting
from courier.queues.names import QueueNames
from courier.queues.sqs import Outbound

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class Producer:
    """Puts messages on the queues of one stack. Threads may share it; calls block until SQS has answered.

    Every method returns when SQS has the message, and raises:
        RefusedMessageError: if the receiver would refuse it; its text names the field. Nothing was sent.
        NoSuchQueueError: if there is no such bot or stack.
        NotTakenError: if SQS didn't take it, or its answer was lost; its `left` can be posted again.

    Args:
        stack: The CloudFormation stack's name, `courier` on the local stack.
        sqs: A boto3 client. Its own retries come before those here.
    """

    def __init__(
        self, *, stack: str = "courier", sqs: "SQSClient", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._names = QueueNames(stack)
        self._posting = Posting(sqs, sleep)

    def send(self, bot_id: int, chat_id: int | str, text: str | None = None, **more: Unpack[SendFields]) -> Posted:
        """Send a text, or a file with `media={"kind": "photo", "url": "https://…"}`; see `send_msg` of the contract."""
        return self._one(messages.send_msg(bot_id, chat_id, text, **more))

    def edit(self, bot_id: int, chat_id: int | str, text: str | None = None, **more: Unpack[EditFields]) -> Posted:
        """Change text, buttons or both of a message, named by `message_id` or by `external_id` of its send."""
        return self._one(messages.edit_msg(bot_id, chat_id, text, **more))

    def delete(self, bot_id: int, chat_id: int | str, **more: Unpack[DeleteFields]) -> Posted:
        """Delete by `message_id`, up to 100 `message_ids`, or `external_id` of their send."""
        return self._one(messages.del_msg(bot_id, chat_id, **more))

    def call(
        self, bot_id: int, method: str, params: Mapping[str, Any] | None = None, **more: Unpack[Sending]
    ) -> Posted:
        """Call any method of the Bot API: `call(1, "sendDice", {"chat_id": 123})`."""
        return self._one(messages.call(bot_id, method, params, **more))

    def request_media(
        self,
        bot_id: int,
        chat_id: int | str,
        url: str,
        kind: Literal["video", "audio"] = "video",
        **more: Unpack[RequestFields],
    ) -> Posted:
        """Download what a link shows and send it to a chat; `quality="720p"` for instance."""
        return self._one(messages.request_media(bot_id, chat_id, url, kind, **more))

    def cancel_media(
        self, bot_id: int, chat_id: int | str, user_id: int, url: str | None = None, **more: Unpack[MediaFields]
    ) -> Posted:
        """Take back what a user asked for in a chat, all of it or one link."""
        return self._one(messages.cancel_media(bot_id, chat_id, user_id, url, **more))

    def add_bot(self, bot_id: int, token: str, **more: Any) -> Posted:
        """Add a bot, or give it another token: `is_sent_logs`, `limits`, `webhook`, `admins` and others."""
        return self.control("add_bot", {"bot_id": bot_id, "token": token}, **more)

    def update_bot(self, bot_id: int, **changes: Any) -> Posted:
        """Change what is named: `token`, `is_sent_logs`, `limits`, `parse_mode`, `webhook`, `access` and others."""
        return self.control("update_bot", {"bot_id": bot_id}, **changes)

    def pause_bot(self, bot_id: int, **more: Unpack[Common]) -> Posted:
        """Let a bot send nothing; its messages wait."""
        return self.control("pause_bot", {"bot_id": bot_id}, **more)

    def resume_bot(self, bot_id: int, **more: Unpack[Common]) -> Posted:
        """Let a paused or stopped bot send again."""
        return self.control("resume_bot", {"bot_id": bot_id}, **more)

    def remove_bot(self, bot_id: int, *, purge: bool = False, drain_s: int = 900, **more: Unpack[Common]) -> Posted:
        """Remove a bot when its queues are empty, or after `drain_s` seconds; with `purge` nothing more is sent."""
        return self.control("remove_bot", {"bot_id": bot_id, "purge": purge, "drain_s": drain_s}, **more)

    def control(self, kind: str, data: Mapping[str, Any], **more: Any) -> Posted:
        """Post any type that the control queue takes; fields may be named in `data` or besides it."""
        common = {name: more.pop(name) for name in ("key", "correlation_id") if name in more}
        return self._one(messages.control(kind, {**data, **more}, **common))

    def post(self, some: Iterable[Message]) -> list[Posted]:
        """Put many messages on their queues, each group's in their order.

        All are checked before the first is sent. Messages to many chats travel ten a request.

        Raises:
            RefusedMessageError: naming the message by its place, from 0, and the field.
            NoSuchQueueError: if a queue is missing; what belongs elsewhere is sent all the same.
            NotTakenError: with what was posted, and what is left to post again.
        """
        named = [message.named() for message in some]
        outbounds = [_checked(number, message, len(named)) for number, message in enumerate(named)]
        by_queue: dict[str, list[int]] = {}
        for number, message in enumerate(named):
            by_queue.setdefault(message.queue(self._names), []).append(number)
        posted: dict[int, Posted] = {}
        faults: list[NoSuchQueueError | NotTakenError] = []
        for queue, numbers in by_queue.items():
            taken: dict[int, str] = {}
            try:
                self._posting.put(queue, [outbounds[number] for number in numbers], taken)
            except (NoSuchQueueError, NotTakenError) as error:
                faults.append(error)
            for place, sqs_id in taken.items():
                number = numbers[place]
                posted[number] = Posted(queue, named[number].correlation_id or "", sqs_id)
        if faults:
            raise _whole(faults, posted, named) from faults[0].__cause__
        return [posted[number] for number in range(len(named))]

    def _one(self, message: Message) -> Posted:
        return self.post([message])[0]


def _checked(number: int, message: Message, among: int) -> Outbound:
    try:
        return message.outbound()
    except RefusedMessageError as error:
        if among == 1:
            raise
        raise RefusedMessageError(f"message {number}: {error}") from None


def _whole(
    faults: Sequence[NoSuchQueueError | NotTakenError], posted: Mapping[int, Posted], named: Sequence[Message]
) -> NoSuchQueueError | NotTakenError:
    """One error for all that went wrong; a missing queue alone is said as such."""
    if len(named) == 1 and isinstance(faults[0], NoSuchQueueError):
        return faults[0]
    left = [message for number, message in enumerate(named) if number not in posted]
    done = [posted[number] for number in sorted(posted)]
    return NotTakenError("; ".join(str(fault) for fault in faults), done, left)
