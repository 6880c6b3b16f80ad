"""Updates as Telegram writes them, and the messages that they travel in."""

import json
import time
from typing import Any

from courier.queues.records import Record
from tests.support.queues import record

QUEUE = "courier-updates.fifo"


def said(update_id: int, text: str, chat_id: int = 5, *, user_id: int = 5, **more: Any) -> dict[str, Any]:
    """A user writes, in private unless the chat is another."""
    chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
    user = {"id": user_id, "is_bot": False, "first_name": "Ada", "username": f"user{user_id}"}
    message = {"message_id": 1000 + update_id, "date": 1_795_257_600, "chat": chat, "from": user, "text": text}
    return {"update_id": update_id, "message": message | more}


def became(update_id: int, status: str, chat_id: int = 5) -> dict[str, Any]:
    """The bot itself came or went."""
    me = {"id": 1001, "is_bot": True, "first_name": "Bot"}
    chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
    change = {"chat": chat, "from": {"id": 5, "is_bot": False, "first_name": "Ada"}, "date": 1_795_257_600}
    return {"update_id": update_id, "my_chat_member": change | {"new_chat_member": {"user": me, "status": status}}}


def queued(update: Any, *, bot_id: int = 1, group: str | None = None) -> Record:
    """An update as the webhook function queues it; named again, it is received again."""
    update_id = update.get("update_id") if isinstance(update, dict) else None
    chat = next((part.get("chat") for part in update.values() if isinstance(part, dict)), None) if update else None
    chat_id = chat.get("id") if isinstance(chat, dict) else f"update-{update_id}"
    name = f"update-{bot_id}-{update_id}"
    body = {
        "type": "update",
        "version": 1,
        "correlation_id": name,
        "timestamp": time.time(),
        "data": {"bot_id": bot_id, "update": update},
    }
    return record(
        json.dumps(body),
        group=group or f"{bot_id}:{chat_id}",
        queue=QUEUE,
        message_id=f"sqs-{bot_id}-{update_id}",
        correlation_id=name,
    )
