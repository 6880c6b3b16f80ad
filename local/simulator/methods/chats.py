"""Chats: what they are, and what is done to them without leaving a message."""

from typing import Any

from local.simulator.call import Call, Method
from local.simulator.errors import bad_request

#: Paced methods that are answered with True, as they change nothing that can be asked for here.
_PLAIN = (
    "pinChatMessage",
    "unpinChatMessage",
    "unpinAllChatMessages",
    "setMessageReaction",
    "banChatMember",
    "unbanChatMember",
    "restrictChatMember",
    "approveChatJoinRequest",
    "declineChatJoinRequest",
    "leaveChat",
)
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def send_chat_action(call: Call) -> bool:
    call.require_chat()
    if call.params.raw("action") is None:
        raise bad_request("wrong parameter action in request")
    return True


def get_chat(call: Call) -> dict[str, Any]:
    """The fields of a ChatFullInfo that aren't optional."""
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(_GIFTS, False)}
    return {**call.require_chat().to_json(), **full}


def _plain(call: Call) -> bool:
    call.require_chat()
    return True


METHODS = (
    Method("sendChatAction", send_chat_action),
    Method("getChat", get_chat, paced=False),
    *(Method(name, _plain) for name in _PLAIN),
)
