"""`add_bot`: from a token to a bot that sends. Every step can be repeated, so a crash anywhere costs only time."""

import time

from courier.contracts.control import AddBot, Limits
from courier.control.identity import Identity, identify
from courier.control.news import BotNews
from courier.control.parts import Clock, KeepsBots, KeepsTokens, KeepsWebhooks, Plumbing, own_access, own_queue
from courier.control.resources import NAME_REST_S
from courier.errors import TryLaterError
from courier.queues.names import QueueNames
from courier.state.bots import Bot, Status
from courier.telegram.client import CallsTelegram
from courier.telemetry import log

#: Seconds until a bot that is being removed is looked at again.
REMOVAL_RETRY_S = 10


class BotAdder:
    """Adds bots."""

    def __init__(
        self,
        *,
        telegram: CallsTelegram,
        bots: KeepsBots,
        tokens: KeepsTokens,
        plumbing: Plumbing,
        webhooks: KeepsWebhooks,
        names: QueueNames,
        news: BotNews,
        clock: Clock = time.time,
    ) -> None:
        self._telegram = telegram
        self._bots = bots
        self._tokens = tokens
        self._plumbing = plumbing
        self._webhooks = webhooks
        self._names = names
        self._news = news
        self._clock = clock

    async def add(self, wanted: AddBot) -> Bot:
        """Check the token, then store, make and enable all that the bot needs. A paused bot stays paused.

        Raises:
            RefusedMessageError: if the token is wrong, or another bot's, or the application's queue another stack's;
                or, with all else done, if Telegram won't have the webhook.
            TryLaterError: if the Bot API can't say so now, or a bot of that id is still going; nothing was deleted.
            StateUnavailableError: if AWS didn't answer; the next try goes on from here.
        """
        self._webhooks.must_be_possible(wanted.webhook)
        updates_queue = own_queue(self._names, wanted.updates_queue)
        now = int(self._clock())
        known = _staying(self._bots.row(wanted.bot_id), now)
        me = await identify(self._telegram, wanted.token, "add_bot")
        if known is not None:
            me.must_be(known)
        bot = _described(wanted, me, known, updates_queue, now)
        if known is None:
            # The row first: whoever looks for half-made bots finds this one.
            self._bots.put(bot)
        version = self._tokens.put(wanted.bot_id, wanted.token.get_secret_value())
        done = bot.model_copy(update={"token_version": version})
        if done.status != Status.PAUSED:
            done = done.model_copy(update={"status": Status.ACTIVE, "reason": None, "since": now})
        if known is None or known.status == Status.ADDING:
            done = done.model_copy(update={"added_untold": self._news.happened()})
        self._plumbing.fit(done)
        self._bots.put(done)
        done = self._news.tell(done)
        done = await (self._webhooks.register if wanted.webhook else self._webhooks.withdraw)(done)
        log().info("bot added", bot_id=bot.bot_id, username=bot.username, status=done.status, again=known is not None)
        return done


def _staying(known: Bot | None, now: int) -> Bot | None:
    """The bot, if it is there and stays.

    Raises:
        TryLaterError: while it goes, and while the names of its queues rest: SQS loses what is sent to them then.
    """
    if known is None:
        return None
    if known.status == Status.REMOVING:
        raise TryLaterError(f"bot {known.bot_id} is being removed", after_s=REMOVAL_RETRY_S)
    if known.status != Status.REMOVED:
        return known
    rest_s = known.since + NAME_REST_S - now
    if rest_s > 0:
        raise TryLaterError(f"the queues of bot {known.bot_id} were deleted a moment ago", after_s=rest_s)
    return None


def _described(wanted: AddBot, me: Identity, known: Bot | None, updates_queue: str | None, now: int) -> Bot:
    return Bot(
        bot_id=wanted.bot_id,
        status=known.status if known else Status.ADDING,
        reason=known.reason if known else None,
        since=known.since if known else now,
        telegram_id=me.telegram_id,
        username=me.username,
        token_version=known.token_version if known else 0,
        is_sent_logs=wanted.is_sent_logs,
        parse_mode=wanted.parse_mode,
        limits=wanted.limits or Limits(),
        webhook=known.webhook if known else None,
        reads_groups=me.reads_groups,
        admins=tuple(wanted.admins or ()),
        access=own_access(wanted.access),
        quotas=wanted.quotas,
        updates_queue=updates_queue,
        updates_forwarded=wanted.updates_forwarded or "all",
        added_untold=known.added_untold if known else None,
        stopped_untold=known.stopped_untold if known else None,
    )
