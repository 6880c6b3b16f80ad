"""`update_bot`: a new token, other limits, quotas, admins or access, logs, webhook or forwarding on or off.

A new token starts a stopped bot, with its queue whole.
"""

import time
from typing import Any

from courier.contracts.control import UpdateBot
from courier.control.identity import identify
from courier.control.parts import (
    Clock,
    KeepsBots,
    KeepsTokens,
    KeepsWebhooks,
    Plumbing,
    known_bot,
    own_access,
    own_queue,
)
from courier.queues.names import QueueNames
from courier.state.bots import Bot, Status
from courier.telegram.client import CallsTelegram
from courier.telemetry import log


class BotUpdater:
    """Changes bots."""

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        bots: KeepsBots,
        tokens: KeepsTokens,
        plumbing: Plumbing,
        webhooks: KeepsWebhooks,
        names: QueueNames,
        clock: Clock = time.time,
    ) -> None:
        self._telegram = telegram
        self._bots = bots
        self._tokens = tokens
        self._plumbing = plumbing
        self._webhooks = webhooks
        self._names = names
        self._clock = clock

    async def update(self, wanted: UpdateBot) -> Bot:
        """Change what is named. A paused bot stays paused, whatever its token.

        Raises:
            RefusedMessageError: if there is no such bot, or the token is wrong or another bot's, or the application's
                queue another stack's; or, with all else done, if Telegram won't have the webhook.
            TryLaterError: if the Bot API can't say so now.
            StateUnavailableError: if AWS didn't answer; the next try goes on from here.
        """
        self._webhooks.must_be_possible(wanted.webhook)
        updates = _updates(wanted, self._names)
        known = known_bot(self._bots, wanted.bot_id)
        settings = _settings(wanted, known) | _access(wanted, known) | updates
        changed = known.model_copy(update=settings | await self._token(wanted, known))
        if changed.is_sent_logs and not known.is_sent_logs:
            # Before the row: from then on the sender writes to it.
            self._plumbing.fit(known.model_copy(update={"is_sent_logs": True}))
        self._bots.put(changed)
        if wanted.token is not None:
            # After the row: what the mappings hand out finds the bot active.
            self._plumbing.fit(changed)
        changed = await self._webhook(wanted, changed)
        log().info("bot updated", bot_id=changed.bot_id, fields=sorted(wanted.model_fields_set), status=changed.status)
        return changed

    async def _webhook(self, wanted: UpdateBot, bot: Bot) -> Bot:
        """On, with a new secret; or off. A new token is a reason for a new secret too."""
        if wanted.webhook is False:
            return await self._webhooks.withdraw(bot)
        if wanted.webhook or (wanted.token is not None and bot.webhook is not None):
            return await self._webhooks.register(bot)
        return bot

    async def _token(self, wanted: UpdateBot, known: Bot) -> dict[str, Any]:
        """What a new token changes of the row."""
        if wanted.token is None:
            return {}
        me = await identify(self._telegram, wanted.token, "update_bot")
        me.must_be(known)
        version = self._tokens.put(known.bot_id, wanted.token.get_secret_value())
        changes: dict[str, Any] = {"username": me.username, "token_version": version, "reads_groups": me.reads_groups}
        if known.status in (Status.STOPPED, Status.ADDING):
            changes |= {"status": Status.ACTIVE, "reason": None, "since": int(self._clock())}
        return changes


def _settings(wanted: UpdateBot, known: Bot) -> dict[str, Any]:
    """What else is named; null leaves as it is."""
    changes: dict[str, Any] = {}
    if wanted.is_sent_logs is not None:
        changes["is_sent_logs"] = wanted.is_sent_logs
    if wanted.parse_mode is not None:
        changes["parse_mode"] = None if wanted.parse_mode == "none" else wanted.parse_mode
    if wanted.limits is not None:
        changes["limits"] = wanted.limits.over(known.limits)
    return changes


def _access(wanted: UpdateBot, known: Bot) -> dict[str, Any]:
    """Who may use it, and how much, as far as it is named."""
    changes: dict[str, Any] = {}
    if wanted.admins is not None:
        changes["admins"] = tuple(wanted.admins)
    if wanted.access is not None:
        changes["access"] = own_access(wanted.access)
    if wanted.quotas is not None:
        changes["quotas"] = None if wanted.quotas == "none" else wanted.quotas.over(known.quotas)
    return changes


def _updates(wanted: UpdateBot, names: QueueNames) -> dict[str, Any]:
    """Where its updates are forwarded to, as far as it is named."""
    changes: dict[str, Any] = {}
    if wanted.updates_queue is not None:
        changes["updates_queue"] = own_queue(names, wanted.updates_queue)
    if wanted.updates_forwarded is not None:
        changes["updates_forwarded"] = wanted.updates_forwarded
    return changes
