"""Telegram's flood control: who may call now, who is refused, and who is held for how long."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from local.simulator.config import Limits
from local.simulator.pace import BotPace, ChatPace
from local.simulator.penalty import Penalty, Scope

#: Chats remembered; the longest silent ones are forgotten first, whose windows are empty by then.
MAX_CHATS = 200_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 429: its scope, what `retry_after` says, and for a call during a penalty the seconds since that began."""

    scope: Scope
    retry_after: int
    during: float | None = None
    #: Of such a call: the seconds since the penalty began or was extended last. It follows from the calls before.
    since_extended: float | None = field(default=None, compare=False)


class Flood:
    """All windows, buckets and penalties, by the limits that `limits_for` has for a bot at that moment."""

    def __init__(self, limits_for: Callable[[int], Limits], max_chats: int = MAX_CHATS) -> None:
        self._limits_for = limits_for
        self._max_chats = max_chats
        self.bots: dict[int, BotPace] = {}
        self.chats: OrderedDict[tuple[int, int], ChatPace] = OrderedDict()

    def arrive(self, bot_id: int, chat_id: int | None, cost: int, now: float) -> Refusal | None:
        """Note a call and refuse it if its bot or its chat is being held."""
        bot, chat = self._bot(bot_id), self._chat(bot_id, chat_id)
        bot.arrived(now, cost)
        if chat is not None and chat_id is not None:
            chat.arrived(now, cost)
            bot.note_chat(chat_id, chat)
        for penalty in (bot.penalty, chat.penalty if chat else None):
            if penalty is not None and now < penalty.until:
                since, extended = penalty.since, penalty.extended
                retry_after = penalty.offend(now, self._limits_for(bot_id))
                return Refusal(penalty.scope, retry_after, during=now - since, since_extended=now - extended)
        return None

    def spend(self, bot_id: int, chat_id: int | None, cost: int, now: float) -> Refusal | None:
        """Take a call's cost from every budget it counts for, or from none and begin a penalty."""
        limits = self._limits_for(bot_id)
        bot, chat = self._bot(bot_id), self._chat(bot_id, chat_id)
        if bot.window.free_at(now, cost, limits.bot_per_second) > now:
            return self._hold(bot.penalty, "bot", limits.bot_penalty_s, now, limits)
        if chat is not None:
            scope, wait = chat.wait(now, cost, limits)
            if wait > 0:
                return self._hold(chat.penalty, scope, limits.chat_penalty_s or wait, now, limits)
            chat.take(now, cost, limits)
        bot.take(now, cost)
        return None

    def hold(self, bot_id: int, chat_id: int | None, seconds: float, now: float) -> None:
        """Hold a chat, or without one the bot, as if it had gone over its limit."""
        chat = self._chat(bot_id, chat_id)
        penalty = chat.penalty if chat else self._bot(bot_id).penalty
        penalty.begin("chat" if chat else "bot", seconds, now, self._limits_for(bot_id))

    def forget(self, bot_id: int) -> None:
        """Forget a bot and its chats: their windows, penalties and peaks."""
        self.bots.pop(bot_id, None)
        for key in [key for key in self.chats if key[0] == bot_id]:
            del self.chats[key]

    def _hold(self, penalty: Penalty, scope: Scope, seconds: float, now: float, limits: Limits) -> Refusal:
        return Refusal(scope, penalty.begin(scope, seconds, now, limits))

    def _bot(self, bot_id: int) -> BotPace:
        pace = self.bots.get(bot_id)
        if pace is None:
            pace = self.bots[bot_id] = BotPace()
        return pace

    def _chat(self, bot_id: int, chat_id: int | None) -> ChatPace | None:
        if chat_id is None:
            return None
        key = (bot_id, chat_id)
        pace = self.chats.get(key)
        if pace is None:
            pace = self.chats[key] = ChatPace(group=chat_id < 0)
            if len(self.chats) > self._max_chats:
                self.chats.popitem(last=False)
        else:
            self.chats.move_to_end(key)
        return pace
