"""Messages as the sender works on them."""

from typing import Any

from courier.queues.names import BotQueue, Lane
from courier.sender.jobs import Job, read
from courier.state.bots import Bot
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg

QUEUE = BotQueue(1, Lane.REGULAR)


def job(chat_id: int | str = 5, text: str = "x", *, bot: Bot | None = None, **more: Any) -> Job:
    """The job of a `send_msg`."""
    made = read(record(send_msg(chat_id, text, **more), message_id="m"), QUEUE, bot or active_bot())
    assert isinstance(made, Job)
    return made
