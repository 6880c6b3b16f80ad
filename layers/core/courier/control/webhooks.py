"""Bots' webhooks: where Telegram is told to send updates, and by which secret it is known.

A secret counts here before Telegram has it, and the one before it counts for a while after, so that no update meets a
closed door while secrets change. A secret follows from the bot's token and a number, which the row holds: a try that a
crash interrupted goes on with the same one, and nothing has to keep it.
"""

import time
from dataclasses import replace
from hashlib import sha256
from hmac import new as keyed
from typing import Any

from courier.control.parts import Clock, KeepsBots, KeepsTokens
from courier.errors import (
    RateLimitedError,
    RefusedMessageError,
    RejectedError,
    TelegramError,
    TokenRefusedError,
    TryLaterError,
)
from courier.state.bot import Bot
from courier.state.webhooks import Webhook, digest_of
from courier.telegram.client import CallsTelegram
from courier.telemetry import log

#: Seconds for which a secret counts after Telegram took another: longer than any delivery is under way.
OVERLAP_S = 600
#: Seconds until the Bot API is asked again after it couldn't be reached.
API_RETRY_S = 10


def path_of(bot_id: int | str) -> str:
    """The path of a bot's webhook, as the template's route has it."""
    return f"/telegram/{bot_id}"


class WebhookKeeper:
    """Registers webhooks with Telegram, and takes them away.

    Args:
        public_url: Where Telegram reaches the HTTP API; empty where it can't.
        stack: Part of secrets: two stacks with one bot don't know each other's.
        connections: How many Telegram may open at once; its own default, and 100 at most.
    """

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        bots: KeepsBots,
        tokens: KeepsTokens,
        public_url: str,
        stack: str,
        connections: int = 40,
        clock: Clock = time.time,
    ) -> None:
        self._telegram = telegram
        self._bots = bots
        self._tokens = tokens
        self._public_url = public_url
        self._stack = stack
        self._connections = connections
        self._clock = clock

    def must_be_possible(self, wanted: bool | None) -> None:
        """Refuse a webhook where there is nothing to lead it to.

        Raises:
            RefusedMessageError: if so.
        """
        if wanted and not self._public_url:
            raise RefusedMessageError("data.webhook: this stack doesn't know its own URL; leave it out")

    async def register(self, bot: Bot) -> Bot:
        """Give Telegram the webhook with a new secret.

        Returns:
            The bot as its row is then.

        Raises:
            RefusedMessageError: if Telegram won't have it; all is as it was.
            TryLaterError: if the Bot API can't be asked now. Whatever it did, no update is refused meanwhile.
            StateUnavailableError: if AWS didn't answer; the next try goes on from here.
        """
        token, url = self._token(bot), self._public_url + path_of(bot.bot_id)
        number, secret = self._next(bot, token)
        old, coming = bot.webhook or Webhook(url), digest_of(secret)
        self._put(bot, replace(old, number=number, coming=coming))
        setting = {"url": url, "secret_token": secret, "max_connections": self._connections, "allowed_updates": []}
        try:
            await self._ask(token, "setWebhook", setting)
        except RefusedMessageError:
            self._bots.put(bot)
            raise
        until = int(self._clock()) + OVERLAP_S if old.secret else 0
        done = self._put(bot, Webhook(url, number, coming, previous=old.secret, previous_until=until))
        log().info("webhook registered", bot_id=bot.bot_id, url=url)
        if bot.reads_groups is False:
            log().warning(
                "in groups the bot gets only commands, answers and what names it",
                bot_id=bot.bot_id,
                what_to_do="if it should get all: @BotFather, /setprivacy, Disable; then take it out and in again",
            )
        return done

    async def withdraw(self, bot: Bot) -> Bot:
        """Have Telegram send no more updates; those that wait stay with it for a day.

        Raises:
            TryLaterError: if the Bot API can't be asked now.
            StateUnavailableError: if AWS didn't answer; the next try goes on from here.
        """
        if bot.webhook is None:
            return bot
        try:
            # Telegram first: what it still sends is taken until it has stopped.
            await self._ask(self._token(bot), "deleteWebhook", {})
        except RefusedMessageError as error:
            log().warning("webhook left with Telegram, and closed here", bot_id=bot.bot_id, reason=str(error))
        log().info("webhook withdrawn", bot_id=bot.bot_id)
        return self._put(bot, None)

    async def mend(self, bot: Bot) -> None:
        """Give Telegram the webhook again if somebody took it away or put another there. What fails has another turn.

        Raises:
            StateUnavailableError: if AWS didn't answer.
        """
        url = self._public_url + path_of(bot.bot_id)
        if bot.webhook is None or not self._public_url:
            return
        try:
            info = await self._ask(self._token(bot), "getWebhookInfo", {})
            found = info.get("url") if isinstance(info, dict) else None
            if found == bot.webhook.url == url and bot.webhook.coming is None:
                return
            log().warning("webhook isn't as it should be", bot_id=bot.bot_id, is_there=bool(found))
            await self.register(bot)
        except (RefusedMessageError, TryLaterError) as error:
            log().warning("webhook not mended", bot_id=bot.bot_id, reason=str(error))

    def _next(self, bot: Bot, token: str) -> tuple[int, str]:
        """The number and secret of a registration that didn't come to its end, else new ones."""
        webhook = bot.webhook
        if webhook and webhook.coming:
            secret = self._secret(bot, token, webhook.number)
            if digest_of(secret) == webhook.coming:
                return webhook.number, secret
        # The time, so that a bot that is removed and added doesn't begin with the secrets that it had.
        number = max(int(self._clock()), webhook.number + 1 if webhook else 0)
        return number, self._secret(bot, token, number)

    def _secret(self, bot: Bot, token: str, number: int) -> str:
        """Who knows it knows nothing of the token. Telegram takes letters and digits, 256 at most."""
        return keyed(token.encode(), f"{self._stack}:{bot.bot_id}:{number}".encode(), sha256).hexdigest()

    def _token(self, bot: Bot) -> str:
        held = self._tokens.get(bot.bot_id)
        if held is None:
            raise RefusedMessageError(f"data.webhook: bot {bot.bot_id} has no token; send add_bot with it once more")
        return held[0]

    def _put(self, bot: Bot, webhook: Webhook | None) -> Bot:
        changed = bot.model_copy(update={"webhook": webhook})
        self._bots.put(changed)
        return changed

    async def _ask(self, token: str, method: str, params: dict[str, Any]) -> Any:
        try:
            return await self._telegram.call(token, method, params)
        except (TokenRefusedError, RejectedError) as error:
            words = f"data.webhook: Telegram refuses {method} ({error.code} {error.description}); all else is done"
            raise RefusedMessageError(words) from None
        except RateLimitedError as error:
            raise TryLaterError(error.description, after_s=round(error.retry_after_s) + 1) from None
        except TelegramError as error:
            raise TryLaterError(f"{method}: the Bot API can't be asked now: {error}", after_s=API_RETRY_S) from None
