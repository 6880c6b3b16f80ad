"""Start a stack, add a bot, send on both lanes, show what arrived, stop everything."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.demo.arrivals import TIMEOUT_S, Arrivals
from local.demo.lanes import Lane
from local.demo.queues import Queues
from local.demo.table import table
from local.stack import Interrupt, Stack, StackError, StackSettings, StopRequestedError

BOT_ID = 4242
#: The simulator takes any token that begins with the bot's number.
TOKEN = f"{BOT_ID}:demo-token-good-for-nothing-else"
MESSAGES_A_LANE = 60

#: Control makes queues and mappings of a bot within a few seconds.
_BOT_TIMEOUT_S = 60.0

Say = Callable[[str], None]


def demo(settings: StackSettings) -> int:
    """Exit status: 0 if everything arrived and Telegram never said that it was too much."""
    console = Console(highlight=False, soft_wrap=True)
    say: Say = partial(console.print, markup=False)
    interrupt = Interrupt()
    try:
        _refuse_a_real_api(settings)
        # Free ports: it runs beside a developer's own stack.
        settings = dataclasses.replace(settings, aws_port=0, telegram_port=0, redis_port=0)
        with interrupt.on_signals(), Stack(settings, echo=say, interrupt=interrupt) as stack:
            queues = Queues(stack.endpoints, BOT_ID)
            arrivals = Arrivals(stack, BOT_ID, interrupt, say)
            _add_bot(stack, queues, interrupt, say)
            lanes = _send(queues, arrivals, interrupt, say)
            refused = arrivals.refused(lanes)
            console.print(table(lanes, refused))
            return _verdict(lanes, refused, queues, stack, say)
    except StopRequestedError:
        say("stopped before everything had arrived")
    except (StackError, BotoCoreError, ClientError) as error:
        say(f"The demo failed. {error}")
    return 1


def _refuse_a_real_api(settings: StackSettings) -> None:
    if settings.telegram_api_base is not None:
        raise StackError(
            f"TELEGRAM_API_BASE is set to {settings.telegram_api_base}: there the demo would need a real token,"
            " and would write to real people. Unset it, or use 'make up' and send to your own bot."
        )


def _add_bot(stack: Stack, queues: Queues, interrupt: Interrupt, say: Say) -> None:
    """Add the bot as an application does, and wait until both lanes are open."""
    say(f"\nadd_bot {BOT_ID} goes to the control queue ...")
    began = time.monotonic()
    queues.add_bot(TOKEN)

    def ready() -> bool:
        stack.check()
        return queues.bot_is_ready()

    if not interrupt.wait_until(ready, _BOT_TIMEOUT_S):
        raise StackError(f"The bot had no queues after {_BOT_TIMEOUT_S:.0f} s.{_given_up(queues)}")
    say(f"queues and mappings are there after {time.monotonic() - began:.1f} s")


def _send(queues: Queues, arrivals: Arrivals, interrupt: Interrupt, say: Say) -> list[Lane]:
    """Send on both lanes and wait for what arrives."""
    regular, broadcast = queues.lane_queues()
    say("one message on each lane, to start the functions ...")
    first = [Lane("broadcast", broadcast, 20_001, 1), Lane("regular", regular, 10_001, 1)]
    _put(first, queues, arrivals, interrupt)
    say(f"{MESSAGES_A_LANE} messages to each of {broadcast} and {regular} ...")
    # The broadcast first: regular messages overtake it.
    lanes = [
        Lane("broadcast", broadcast, 20_101, MESSAGES_A_LANE),
        Lane("regular", regular, 10_101, MESSAGES_A_LANE),
    ]
    _put(lanes, queues, arrivals, interrupt)
    return lanes


def _put(lanes: Sequence[Lane], queues: Queues, arrivals: Arrivals, interrupt: Interrupt) -> None:
    for lane in lanes:
        queues.put(lane, interrupt.check)
    arrivals.wait(lanes)


def _verdict(lanes: Sequence[Lane], refused: int, queues: Queues, stack: Stack, say: Say) -> int:
    missing = sum(lane.count - len(lane.arrived_at) for lane in lanes)
    if missing:
        say(f"{missing} messages didn't arrive within {TIMEOUT_S:.0f} s.{_given_up(queues)}")
        say(f"The logs are in {stack.settings.log_dir}.")
    elif refused:
        say(f"All arrived, but Telegram refused {refused} calls as too many.")
    else:
        say("All arrived, and Telegram never said that it was too much.")
    return 1 if missing or refused else 0


def _given_up(queues: Queues) -> str:
    return "".join(f"\n  given up, {reason}" for reason in queues.dead_letters())
