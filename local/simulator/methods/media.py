"""Single media: by `file_id`, URL or upload."""

from dataclasses import replace
from typing import Any

from local.simulator.call import Call, Method
from local.simulator.files import KINDS, File, find_file
from local.simulator.methods.posting import message_caption, post
from local.simulator.params import Params, invalid

#: What the Bot API's media objects must have, by kind.
_MEASURES = {
    "video": ("width", "height", "duration"),
    "animation": ("width", "height", "duration"),
    "audio": ("duration",),
    "voice": ("duration",),
}
_ATTACHED = "attach://"


def media_content(file: File, params: Params) -> dict[str, Any]:
    """The part of a Message that describes the file."""
    if file.kind == "photo":
        return {"photo": [{**file.to_json(), "width": 800, "height": 600}]}
    measures = {name: params.integer(name) or 0 for name in _MEASURES.get(file.kind, ())}
    tags = {name: text for name in ("title", "performer") if file.kind == "audio" and (text := params.text(name))}
    content = {file.kind: {**file.to_json(), **measures, **tags}}
    # Telegram repeats an animation as a document, for clients that know no animations.
    return content | ({"document": file.to_json()} if file.kind == "animation" else {})


def told_of(params: Params, kind: str) -> dict[str, Any]:
    """What the journal keeps of a call's words about its file: what they were, as far as there were any."""
    told: dict[str, Any] = {name: params.integer(name) for name in _MEASURES.get(kind, ()) if params.raw(name)}
    told |= {name: text for name in ("title", "performer") if (text := params.text(name))}
    if params.flag("supports_streaming"):
        told["supports_streaming"] = True
    if kind in params.uploads:
        told["filename"] = params.uploads[kind].filename
    name = (params.text("thumbnail") or "thumbnail").removeprefix(_ATTACHED)
    if thumbnail := params.uploads.get(name):
        told["thumbnail"] = {"size": thumbnail.size, "sha256": thumbnail.sha256}
    elif params.raw("thumbnail"):
        raise invalid("thumbnail")
    return told


def _sender(kind: str) -> Method:
    def handle(call: Call) -> dict[str, Any]:
        call.require_chat()
        file = replace(find_file(call.params, kind, kind, call.bot.id), told=told_of(call.params, kind))
        return post(call, message_caption(call.params), media_content(file, call.params), file=file)

    return Method(f"send{kind.capitalize()}", handle)


METHODS = tuple(_sender(kind) for kind in KINDS)
