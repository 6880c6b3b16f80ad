"""Deletes: of one message, which must exist, or of up to a hundred, which needn't."""

from local.simulator.call import Call, Method
from local.simulator.chats import Chat
from local.simulator.errors import bad_request
from local.simulator.params import Params, invalid

#: Messages that one call names at most.
_MAX_IDS = 100


def delete_message(call: Call) -> bool:
    chat = call.require_chat()
    message_id = call.params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    if not _delete(call, chat, message_id):
        raise bad_request("message to delete not found")
    return True


def delete_messages(call: Call) -> bool:
    chat = call.require_chat()
    for message_id in message_ids(call.params):
        _delete(call, chat, message_id)
    return True


def message_ids(params: Params) -> list[int]:
    """The parameter `message_ids`: 1 to 100 numbers."""
    ids = params.json("message_ids")
    if ids is None or ids == []:
        raise bad_request("message identifiers are not specified")
    if not isinstance(ids, list) or not all(isinstance(message_id, int) for message_id in ids):
        raise invalid("message_ids")
    if len(ids) > _MAX_IDS:
        raise bad_request("too many message identifiers specified")
    return ids


def _delete(call: Call, chat: Chat, message_id: int) -> bool:
    messages = call.world.messages
    message = messages.get(call.bot.id, chat.id, message_id)
    if message is None:
        return False
    messages.remove(call.bot.id, chat.id, message_id)
    call.record(message)
    return True


METHODS = (Method("deleteMessage", delete_message), Method("deleteMessages", delete_messages))
