"""python-telegram-bot with its AIORateLimiter: `python -m bench.peers.ptb job.json`.

Set up as the library's pages on flood limits and on the connection pool advise: an application with
`AIORateLimiter`, its default rates (30 messages a second for all, 20 a minute for each group), retries that don't run
out, and a pool that holds all calls that may be under way. The limiter retries after a 429 alone, so that network
errors are the application's, and are tried again here.

Order: the library promises none for calls made at the same time (the limiter's waiters are woken together after a
429), so that each chat's messages are awaited one after another, and all chats run at once.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.ext import AIORateLimiter, Application, ExtBot

from bench.peers.job import BotJob, Job, Message
from bench.peers.program import RETRY_S, Sender, Tally, lanes, main

#: Messages a second that Telegram publishes as a bot's limit.
OVERALL_PER_SECOND = 30
#: Messages a minute for each group.
GROUP_PER_MINUTE = 20
#: After a 429; more than the time limit leaves room for.
MAX_RETRIES = 1000
#: Seconds that a call waits for a free connection. The pool has one for each chat, so that none should.
POOL_TIMEOUT_S = 60.0
#: The library's own default, for few chats.
MIN_POOL_SIZE = 256


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[Sequence[Sender]]:
    async with AsyncExitStack() as stack:
        senders: list[Sender] = []
        for bot in job.bots:
            chats = lanes(bot.messages)
            application = _application(job.api_base, bot, max(MIN_POOL_SIZE, len(chats)))
            # Entering calls getMe, which opens the first connection too.
            await stack.enter_async_context(application)
            senders.append(partial(_send_all, application.bot, chats))
        yield senders


def _application(api_base: str, bot: BotJob, pool_size: int) -> Application:
    limiter = AIORateLimiter(
        overall_max_rate=OVERALL_PER_SECOND,
        overall_time_period=1,
        group_max_rate=GROUP_PER_MINUTE,
        group_time_period=60,
        max_retries=MAX_RETRIES,
    )
    builder = Application.builder().token(bot.token).base_url(f"{api_base}/bot").rate_limiter(limiter).updater(None)
    return builder.connection_pool_size(pool_size).pool_timeout(POOL_TIMEOUT_S).build()


async def _send_all(bot: ExtBot, chats: Sequence[Sequence[Message]], tally: Tally) -> None:
    async with asyncio.TaskGroup() as group:
        for messages in chats:
            group.create_task(_send_lane(bot, messages, tally))


async def _send_lane(bot: ExtBot, messages: Sequence[Message], tally: Tally) -> None:
    for message in messages:
        await _deliver(bot, message, tally)


async def _deliver(bot: ExtBot, message: Message, tally: Tally) -> None:
    while True:
        try:
            await bot.send_message(message.chat_id, message.text)
        except BadRequest as error:  # a NetworkError to the library, but the request's own fault
            return tally.failed(error)
        except NetworkError as error:
            tally.saw(error)
            await asyncio.sleep(RETRY_S)
        except TelegramError as error:
            return tally.failed(error)
        else:
            return tally.delivered()


if __name__ == "__main__":
    main("ptb", ["python-telegram-bot", "aiolimiter"], opened)
