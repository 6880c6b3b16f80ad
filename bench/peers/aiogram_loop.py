"""A plain loop over aiogram 3: `python -m bench.peers.aiogram_loop job.json`.

What an application writes without any pacing, and what aiogram's page on broadcasting shows but for its fixed pause:
one message after another, the pause that a 429 asks for, and a second's pause after a network error or a 5xx. A
bot's loop keeps the order of every chat; the bots' loops run at once.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bench.peers.job import Job, Message
from bench.peers.program import RETRY_S, Sender, Tally, main


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[Sequence[Sender]]:
    async with AsyncExitStack() as stack:
        senders: list[Sender] = []
        for each in job.bots:
            session = AiohttpSession(api=TelegramAPIServer.from_base(job.api_base))
            bot = await stack.enter_async_context(Bot(each.token, session=session).context())
            await bot.get_me()
            senders.append(partial(_send_all, bot, each.messages))
        yield senders


async def _send_all(bot: Bot, messages: Sequence[Message], tally: Tally) -> None:
    for message in messages:
        await _deliver(bot, message, tally)


async def _deliver(bot: Bot, message: Message, tally: Tally) -> None:
    while True:
        try:
            await bot.send_message(message.chat_id, message.text)
        except TelegramRetryAfter as error:
            tally.saw(error)
            await asyncio.sleep(error.retry_after)
        except (TelegramNetworkError, TelegramServerError, ClientDecodeError) as error:
            # A gateway's 5xx is a page of HTML, which the library reports as what it can't decode.
            tally.saw(error)
            await asyncio.sleep(RETRY_S)
        except TelegramAPIError as error:
            return tally.failed(error)
        else:
            return tally.delivered()


if __name__ == "__main__":
    main("aiogram", ["aiogram", "aiohttp"], opened)
