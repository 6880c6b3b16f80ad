"""The stop switch of all bots, turned and waited for."""

import time
from collections.abc import Callable

from rich.text import Text

from cli.effects import PAUSE_S
from cli.errors import CliError
from cli.fields import given
from cli.letters import DeadLetterBox
from cli.options import State
from cli.rows import BotRows
from courier.producer import Producer


def turn_all(
    state: State,
    *,
    off: bool,
    reason: str | None,
    timeout_s: float | None,
    correlation_id: str | None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Turn the switch, and wait until the state table has it so.

    Raises:
        CliError: if it isn't so within the time, or was refused.
        RefusedMessageError: if this platform has no such switch.
    """
    target = state.target
    rows, letters = BotRows.of(target), DeadLetterBox.of(target)
    producer = Producer(stack=target.stack, sqs=target.sqs)
    kind = "pause_all" if off else "resume_all"
    posted = producer.control(kind, given(reason=reason), correlation_id=correlation_id)
    data = {"correlation_id": posted.correlation_id}
    if timeout_s is None:
        state.output.result({"status": "queued"} | data, Text(posted.correlation_id))
        return
    end = clock() + timeout_s
    while rows.switch().is_off != off:
        refused = letters.about(posted.correlation_id, 100)
        if refused:
            raise CliError(f"the stop switch wasn't turned: {refused[-1].reason}")
        if clock() >= end:
            story = f"Its story: courier trace {posted.correlation_id}"
            raise CliError("the stop switch isn't turned yet", f"It stays in the queue and is tried again. {story}")
        sleep(PAUSE_S)
    words = "No bot sends until `courier bots resume --all`" if off else "Bots send, each as its own state says"
    state.output.result({"status": "paused" if off else "active"} | data, Text(words))
