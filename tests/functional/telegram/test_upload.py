"""Uploads against a server on loopback: streamed, whole or not at all, and what comes of those that break off."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from courier.errors import (
    AnswerLostError,
    CourierError,
    NotSentError,
    RejectedError,
    StateUnavailableError,
    TryLaterError,
)
from courier.telegram.client import BotApi
from courier.telegram.files import FilePart

TOKEN = "1:fake"
PIECE = b"x" * 100_000

type Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Serve = Callable[[Behaviour], Awaitable[BotApi]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a Bot API that behaves as told, and gives a client of it."""
    servers: list[TestServer] = []
    session = aiohttp.ClientSession()

    async def start(behaviour: Behaviour) -> BotApi:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", behaviour)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return BotApi(str(server.make_url("/")), lambda: session)

    yield start
    await session.close()
    for server in servers:
        await server.close()


async def pieces(count: int, then: CourierError | None = None) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PIECE
    if then is not None:
        raise then


def part(content: AsyncIterator[bytes], count: int = 10) -> FilePart:
    return FilePart("video", "a b.mp4", "video/mp4", count * len(PIECE), content)


async def upload(api: BotApi, file: FilePart, timeout_s: float = 5.0) -> Any:
    return await api.upload(TOKEN, "sendVideo", {"chat_id": "5", "caption": "é🙂"}, [file], timeout_s)


async def taking(request: web.Request) -> web.Response:
    """What came, told back."""
    told: dict[str, Any] = {"length": request.content_length}
    async for one in await request.multipart():
        assert isinstance(one, aiohttp.BodyPartReader)
        content = await one.read()
        named = {"filename": one.filename, "type": one.headers["Content-Type"], "size": len(content)}
        told[str(one.name)] = named if one.filename else content.decode()
    return web.json_response({"ok": True, "result": told})


async def test_fields_and_file_arrive_and_the_length_is_known_before(serve: Serve) -> None:
    told = await upload(await serve(taking), part(pieces(10)))

    assert told.pop("length") > 1_000_000
    assert told == {
        "chat_id": "5",
        "caption": "é🙂",
        "video": {"filename": "a b.mp4", "type": "video/mp4", "size": 1_000_000},
    }


async def test_no_more_than_a_piece_is_in_memory(serve: Serve) -> None:
    async def swallow(request: web.Request) -> web.Response:
        async for _ in request.content.iter_chunked(1 << 16):
            pass
        return web.json_response({"ok": True, "result": True})

    api = await serve(swallow)
    tracemalloc.start()
    try:
        await upload(api, part(pieces(400), 400))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 8_000_000, "of 40 MB"


async def test_what_the_content_raises_comes_out(serve: Serve) -> None:
    api = await serve(taking)

    with pytest.raises(TryLaterError, match="no room"):
        await upload(api, part(pieces(5, TryLaterError("no room", after_s=3))))


@pytest.mark.parametrize("count", [9, 11])
async def test_a_file_that_isnt_as_long_as_was_said_isnt_sent(serve: Serve, count: int) -> None:
    api = await serve(taking)

    with pytest.raises(StateUnavailableError, match="not 1000000"):
        await upload(api, part(pieces(count)))


async def test_a_connection_lost_on_the_way_is_certainly_not_sent(serve: Serve) -> None:
    async def close(request: web.Request) -> web.Response:
        await request.content.readany()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(NotSentError):
        await upload(await serve(close), part(pieces(2_000), 2_000))


async def test_a_connection_lost_after_the_file_leaves_it_unknown(serve: Serve) -> None:
    async def close(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(AnswerLostError):
        await upload(await serve(close), part(pieces(10)))


async def test_an_upload_ends_in_its_time(serve: Serve) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield PIECE
        await asyncio.Event().wait()

    with pytest.raises(NotSentError):
        await upload(await serve(taking), part(slowly()), timeout_s=0.2)


async def test_a_refusal_is_what_it_is_for_any_call(serve: Serve) -> None:
    async def refuse(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": False, "error_code": 413, "description": "too large"}, status=413)

    with pytest.raises(RejectedError) as caught:
        await upload(await serve(refuse), part(pieces(10)))
    assert caught.value.code == 413
