"""Downloads, asked for and taken back: messages on the media queue.

Each is named after its update, so that an update that is processed again asks for nothing twice.
"""

from courier.commands.ports import Asker, Wish
from courier.commands.threads import calling
from courier.errors import NoSuchQueueError, StateUnavailableError
from courier.producer.keywords import MediaFields
from courier.producer.messages import Message, cancel_media, request_media
from courier.producer.posting import Posts
from courier.queues.names import QueueNames
from courier.telemetry import current_correlation_id


class QueuedDownloads:
    """See `ports.Downloads`."""

    def __init__(self, posting: Posts, names: QueueNames) -> None:
        self._posting = posting
        self._names = names

    async def request(self, asker: Asker, wish: Wish) -> None:
        await self._post(
            request_media(
                asker.bot.bot_id,
                asker.chat_id,
                wish.url,
                wish.kind,
                quality=wish.quality,
                user_id=asker.user_id,
                **_common(asker),
            )
        )

    async def cancel(self, asker: Asker, url: str | None) -> None:
        await self._post(cancel_media(asker.bot.bot_id, asker.chat_id, asker.user_id, url, **_common(asker)))

    async def _post(self, message: Message) -> None:
        made = message.traced()
        try:
            await calling(self._posting.put, self._names.media, [made], {})
        except NoSuchQueueError as error:
            raise StateUnavailableError(str(error)) from error


def _common(asker: Asker) -> MediaFields:
    name = f"update-{asker.update_id}"
    return {
        "external_id": name,
        "reply_to_message_id": asker.message_id,
        "message_thread_id": asker.thread_id,
        "key": f"{asker.bot.bot_id}-{name}",
        "correlation_id": current_correlation_id(),
    }
