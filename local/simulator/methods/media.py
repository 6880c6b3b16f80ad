"""Single media: by `file_id`, URL or upload."""

from typing import Any

from local.simulator.call import Call, Method
from local.simulator.files import KINDS, File, find_file
from local.simulator.methods.posting import message_caption, post
from local.simulator.params import Params

#: What the Bot API's media objects must have, by kind.
_MEASURES = {
    "video": ("width", "height", "duration"),
    "animation": ("width", "height", "duration"),
    "audio": ("duration",),
    "voice": ("duration",),
}


def media_content(file: File, params: Params) -> dict[str, Any]:
    """The part of a Message that describes the file."""
    if file.kind == "photo":
        return {"photo": [{**file.to_json(), "width": 800, "height": 600}]}
    measures = {name: params.integer(name) or 0 for name in _MEASURES.get(file.kind, ())}
    content = {file.kind: {**file.to_json(), **measures}}
    # Telegram repeats an animation as a document, for clients that know no animations.
    return content | ({"document": file.to_json()} if file.kind == "animation" else {})


def _sender(kind: str) -> Method:
    def handle(call: Call) -> dict[str, Any]:
        call.require_chat()
        file = find_file(call.params, kind, kind, call.bot.id)
        return post(call, message_caption(call.params), media_content(file, call.params), file=file)

    return Method(f"send{kind.capitalize()}", handle)


METHODS = tuple(_sender(kind) for kind in KINDS)
