"""Text messages, and all that is sent by methods not known here."""

from typing import Any

from local.simulator.call import Call, Method
from local.simulator.formatting import Formatted
from local.simulator.methods.posting import message_text, post


def send_message(call: Call) -> dict[str, Any]:
    call.require_chat()
    return post(call, message_text(call.params))


def send_anything(call: Call) -> dict[str, Any]:
    """A message without content: enough for a caller that only passes new methods through."""
    return post(call, Formatted(""))


METHODS = (Method("sendMessage", send_message),)
