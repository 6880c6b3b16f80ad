"""What control's modules share: rows and tokens as they use them, and a bot's queues with their mappings."""

from collections.abc import Callable
from typing import Protocol

from courier.errors import RefusedMessageError
from courier.queues.names import Lane, QueueNames
from courier.state.bots import Bot, Status, Switch

#: Seconds since 1970.
type Clock = Callable[[], float]


class KeepsBots(Protocol):
    """The bots' rows."""

    def row(self, bot_id: int) -> Bot | None: ...
    def put(self, bot: Bot) -> None: ...


class KeepsTokens(Protocol):
    """Where tokens are written."""

    def get(self, bot_id: int) -> tuple[str, int] | None: ...
    def put(self, bot_id: int, token: str) -> int: ...
    def delete(self, bot_id: int) -> None: ...


class KeepsWebhooks(Protocol):
    """What Telegram is told of bots' webhooks; see `webhooks.WebhookKeeper`."""

    def must_be_possible(self, wanted: bool | None) -> None: ...
    async def register(self, bot: Bot) -> Bot: ...
    async def withdraw(self, bot: Bot) -> Bot: ...
    async def mend(self, bot: Bot) -> None: ...


class ReadsSwitch(Protocol):
    """The stop switch of all bots."""

    def switch(self) -> Switch: ...


class MakesQueues(Protocol):
    """Makes the queues of a bot and answers their ARNs."""

    def ensure(self, bot_id: int, *, logs: bool) -> dict[Lane, str]: ...


class MakesMappings(Protocol):
    """Leads a queue to the sender, or holds it back."""

    def ensure(self, queue_arn: str, *, enabled: bool) -> None: ...


class Plumbing:
    """A bot's queues, with mappings that are on exactly while the bot may send."""

    def __init__(self, switch: ReadsSwitch, queues: MakesQueues, mappings: MakesMappings) -> None:
        self._switch = switch
        self._queues = queues
        self._mappings = mappings

    def fit(self, bot: Bot) -> None:
        """Make what is missing and turn what is wrong.

        Raises:
            TryLaterError: if SQS or Lambda are still busy with taking away the old.
            StateUnavailableError: if AWS didn't answer.
        """
        arns = self._queues.ensure(bot.bot_id, logs=bot.is_sent_logs)
        flows = self._switch.switch().over(bot).is_active
        for arn in arns.values():
            self._mappings.ensure(arn, enabled=flows)


def own_queue(names: QueueNames, wanted: str | None) -> str | None:
    """The application's queue that a message names; None where it names none, or `none`.

    Raises:
        RefusedMessageError: if it belongs to another stack: what may be written to goes by the name.
    """
    if wanted is None or wanted == "none":
        return None
    if not names.is_app(wanted):
        raise RefusedMessageError(f"data.updates_queue: must begin with {names.stack}-app-, as this stack's own do")
    return wanted


def own_access(wanted: str | None) -> str | None:
    """What a message says for those about whom nothing is ruled; None where that is left to the stack."""
    return None if wanted == "default" else wanted


def known_bot(bots: KeepsBots, bot_id: int) -> Bot:
    """The row of a bot that is there and stays.

    Raises:
        RefusedMessageError: if there is none, saying what to do.
    """
    bot = bots.row(bot_id)
    if bot is None or bot.status == Status.REMOVED:
        raise RefusedMessageError(f"data.bot_id: no bot {bot_id} is known; send add_bot with its token first")
    if bot.status == Status.REMOVING:
        raise RefusedMessageError(f"data.bot_id: bot {bot_id} is being removed; send add_bot to have it again")
    return bot
