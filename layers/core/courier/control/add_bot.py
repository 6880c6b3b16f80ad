"""`add_bot`: from a token to a bot that sends. Every step can be repeated, so a crash anywhere costs only time."""

from typing import Any, Protocol

from courier.contracts.control import AddBot, Limits
from courier.errors import (
    RateLimitedError,
    RefusedMessageError,
    RejectedError,
    TelegramError,
    TokenRefusedError,
    TryLaterError,
)
from courier.queues.names import Lane
from courier.state.bots import Bot, Status
from courier.telegram.client import CallsTelegram
from courier.telemetry import log

#: Seconds until the Bot API is asked again after it couldn't be reached.
API_RETRY_S = 10


class KeepsBots(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> Bot | None: ...
    def put(self, bot: Bot) -> None: ...


class KeepsTokens(Protocol):
    """Where tokens are written."""

    def put(self, bot_id: int, token: str) -> int: ...


class MakesQueues(Protocol):
    """Makes the queues of a bot and answers their ARNs."""

    def ensure(self, bot_id: int, *, logs: bool) -> dict[Lane, str]: ...


class MakesMappings(Protocol):
    """Leads a queue to the sender."""

    def ensure(self, queue_arn: str) -> None: ...


class BotAdder:
    """Adds bots."""

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        bots: KeepsBots,
        tokens: KeepsTokens,
        queues: MakesQueues,
        mappings: MakesMappings,
    ) -> None:
        self._telegram = telegram
        self._bots = bots
        self._tokens = tokens
        self._queues = queues
        self._mappings = mappings

    async def add(self, wanted: AddBot) -> Bot:
        """Check the token, then store, make and enable all that the bot needs.

        Raises:
            RefusedMessageError: if the token is wrong, or another bot's.
            TryLaterError: if the Bot API can't say so now; nothing was deleted.
            StateUnavailableError: if AWS didn't answer; the next try goes on from here.
        """
        if wanted.webhook:
            raise RefusedMessageError("data.webhook: webhooks aren't supported yet; leave it out")
        me = await self._identity(wanted)
        known = self._bots.get(wanted.bot_id)
        if known is not None and known.telegram_id != me["id"]:
            raise RefusedMessageError(
                f"data.token: belongs to @{me.get('username')}, but bot {wanted.bot_id} is @{known.username}"
            )
        bot = _described(wanted, me, known)
        if known is None:
            # The row first: whoever looks for half-made bots finds this one.
            self._bots.put(bot)
        version = self._tokens.put(wanted.bot_id, wanted.token.get_secret_value())
        for arn in self._queues.ensure(wanted.bot_id, logs=wanted.is_sent_logs).values():
            self._mappings.ensure(arn)
        active = bot.model_copy(update={"status": Status.ACTIVE, "reason": None, "token_version": version})
        self._bots.put(active)
        log().info("bot added", bot_id=bot.bot_id, username=bot.username, again=known is not None)
        return active

    async def _identity(self, wanted: AddBot) -> dict[str, Any]:
        try:
            me = await self._telegram.call(wanted.token.get_secret_value(), "getMe", {})
        except (TokenRefusedError, RejectedError) as error:
            raise RefusedMessageError(
                f"data.token: Telegram refuses it ({error.code} {error.description}); "
                "copy it again from @BotFather and send add_bot once more"
            ) from None
        except RateLimitedError as error:
            raise TryLaterError(error.description, after_s=round(error.retry_after_s) + 1) from None
        except TelegramError as error:
            raise TryLaterError(f"the Bot API can't check the token now: {error}", after_s=API_RETRY_S) from None
        if not isinstance(me, dict) or not isinstance(me.get("id"), int):
            raise TryLaterError("getMe answered without an id: is this a Bot API server?", after_s=API_RETRY_S)
        return me


def _described(wanted: AddBot, me: dict[str, Any], known: Bot | None) -> Bot:
    return Bot(
        bot_id=wanted.bot_id,
        status=known.status if known else Status.ADDING,
        reason=known.reason if known else None,
        telegram_id=me["id"],
        username=me.get("username"),
        token_version=known.token_version if known else 0,
        is_sent_logs=wanted.is_sent_logs,
        parse_mode=wanted.parse_mode,
        limits=wanted.limits or Limits(),
    )
