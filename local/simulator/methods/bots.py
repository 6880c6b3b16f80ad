"""The bot itself: who it is, its files, its answers to callbacks."""

from typing import Any

from local.simulator.call import Call, Method
from local.simulator.errors import bad_request
from local.simulator.files import known_file
from local.simulator.formatting import utf16_length
from local.simulator.messages import bot_user

#: Bytes that `getFile` serves.
_MAX_DOWNLOAD = 20 * 1024 * 1024
#: UTF-16 code units of an answer to a callback query.
_MAX_ANSWER = 200
#: Methods of settings that nobody asks for here.
_PLAIN = (
    "setMyCommands",
    "deleteMyCommands",
    "setMyName",
    "setMyDescription",
    "setMyShortDescription",
    "setChatMenuButton",
    "answerInlineQuery",
    "answerPreCheckoutQuery",
    "answerShippingQuery",
    "logOut",
    "close",
)


def get_me(call: Call) -> dict[str, Any]:
    reads = call.world.settings.reads_groups
    able = {"can_join_groups": True, "can_read_all_group_messages": reads, "supports_inline_queries": False}
    return {**bot_user(call.bot.id), **able}


def get_file(call: Call) -> dict[str, Any]:
    file = known_file(call.params.text("file_id") or "", call.bot.id)
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > _MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {**file.to_json(), "file_path": f"{file.kind}s/{file.unique_id}"}


def answer_callback_query(call: Call) -> bool:
    if call.params.raw("callback_query_id") is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(call.params.text("text") or "") > _MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    return True


METHODS = (
    Method("getMe", get_me, paced=False),
    Method("getFile", get_file, paced=False),
    Method("answerCallbackQuery", answer_callback_query, paced=False),
    *(Method(name, lambda _: True, paced=False) for name in _PLAIN),
)
