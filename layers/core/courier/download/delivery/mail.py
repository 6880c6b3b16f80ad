"""Answers by the bots' own queues, on the lane that goes first, as replies to the request and in its thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courier.download.delivery.wording import caption
from courier.errors import NoSuchQueueError, StateUnavailableError
from courier.producer.messages import Message, del_msg, edit_msg, send_msg
from courier.producer.posting import Posts
from courier.queues.names import Lane, QueueNames
from courier.state.media import FileId, StoredFile, Waiter
from courier.state.progress import progress_name


@dataclass(frozen=True, slots=True)
class Mail:
    """Messages to those who wait. Each has a name, so that a repeat is none.

    All raise `StateUnavailableError` where the queue can't be reached at the moment, or isn't there.
    """

    posting: Posts
    names: QueueNames

    def text(self, waiter: Waiter, html: str) -> None:
        """Answer in words."""
        self._post(waiter, _send(waiter, waiter.waiter_id, html))

    def file(self, waiter: Waiter, known: FileId, file: StoredFile) -> None:
        """Answer with a file that Telegram has."""
        media = {"kind": known.media, "file_id": known.file_id}
        self._post(waiter, _send(waiter, waiter.waiter_id, caption(file.title) or None, media))

    def begin_progress(self, waiter: Waiter, html: str) -> None:
        """Tell for the first time how far it is; nobody's telephone needs to ring for it."""
        self._post(waiter, _send(waiter, progress_name(waiter.waiter_id), html, is_silent=True))

    def edit_progress(self, waiter: Waiter, html: str, number: int) -> None:
        """Tell it anew.

        Args:
            number: Of the edit, of this waiter: a repeat within minutes is none.
        """
        name = progress_name(waiter.waiter_id)
        key = f"{name}-{number}"
        self._post(
            waiter,
            edit_msg(
                waiter.bot_id,
                waiter.chat_id,
                html,
                external_id=name,
                parse_mode="HTML",
                key=key,
                correlation_id=waiter.correlation_id,
            ),
        )

    def end_progress(self, waiter: Waiter) -> None:
        """Take that message away."""
        name = progress_name(waiter.waiter_id)
        message = del_msg(
            waiter.bot_id, waiter.chat_id, external_id=name, key=name, correlation_id=waiter.correlation_id
        )
        self._post(waiter, message)

    def _post(self, waiter: Waiter, message: Message) -> None:
        made = message.traced()
        try:
            self.posting.put(self.names.bot(waiter.bot_id, Lane.REGULAR), [made], {})
        except NoSuchQueueError as error:
            raise StateUnavailableError(str(error)) from error


def _send(
    waiter: Waiter, name: str, html: str | None, media: Mapping[str, Any] | None = None, *, is_silent: bool = False
) -> Message:
    return send_msg(
        waiter.bot_id,
        waiter.chat_id,
        html,
        media=media,
        parse_mode="HTML",
        reply_to_message_id=waiter.reply_to,
        message_thread_id=waiter.thread_id,
        disable_notification=is_silent or None,
        external_id=name,
        key=name,
        correlation_id=waiter.correlation_id or None,
    )
