"""Albums: one call, several messages, and a cost of as many."""

from typing import Any

from local.simulator.call import Call, Method
from local.simulator.errors import ApiError, bad_request
from local.simulator.files import File, file_of
from local.simulator.formatting import Formatted
from local.simulator.methods.media import media_content
from local.simulator.methods.posting import message_caption, post
from local.simulator.params import Params, invalid

_MAX_ITEMS = 10
_KINDS = frozenset({"photo", "video", "audio", "document"})


def album_cost(params: Params) -> int:
    """As many as its items; what isn't an album is told so later, and costs one."""
    try:
        media = params.json("media")
    except ApiError:
        return 1
    return max(1, len(media)) if isinstance(media, list) else 1


def send_media_group(call: Call) -> list[dict[str, Any]]:
    call.require_chat()
    media = call.params.json("media")
    if not isinstance(media, list) or not media:
        raise bad_request("there are no messages to send")
    if len(media) > _MAX_ITEMS:
        raise bad_request("too many messages to send as an album")
    items = [_item(call, entry) for entry in media]
    album = str(call.world.accepted.last_seq + 1)
    return [
        post(call, caption, {**content, "media_group_id": album}, file=file, media_group_id=album)
        for file, caption, content in items
    ]


def _item(call: Call, entry: Any) -> tuple[File, Formatted, dict[str, Any]]:
    if not isinstance(entry, dict):
        raise invalid("media")
    own = Params(entry)
    kind = own.text("type")
    if kind not in _KINDS:
        raise bad_request("can't use the media of the specified type in the album")
    file = file_of(own.text("media") or "", call.params, kind, call.bot.id)
    return file, message_caption(own), media_content(file, own)


METHODS = (Method("sendMediaGroup", send_media_group, cost=album_cost),)
