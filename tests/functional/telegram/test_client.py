"""The client against a server on loopback: what comes of every way a call can go."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from courier.errors import (
    AnswerLostError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    TelegramError,
    TokenRefusedError,
)
from courier.telegram import client
from courier.telegram.client import BotApi, open_session

SECRET = "Secret-" * 5
TOKEN = f"1234567890:{SECRET}"
HTML = "<html><body>502 Bad Gateway</body></html>"

type Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Serve = Callable[[Behaviour], Awaitable[BotApi]]


@pytest.fixture
async def serve(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Serve]:
    """Starts a Bot API that behaves as told, and gives a client of it."""
    monkeypatch.setattr(client, "CALL_TIMEOUT_S", 0.3)
    servers: list[TestServer] = []
    session = open_session()

    async def start(behaviour: Behaviour) -> BotApi:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", behaviour)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return BotApi(str(server.make_url("/")), lambda: session)

    yield start
    await session.close()
    for server in servers:
        await server.close()


def answering(status: int, body: str, kind: str = "application/json") -> Behaviour:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind)

    return answer


async def refused(api: BotApi) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await api.call(TOKEN, "sendMessage", {"chat_id": 5, "text": "x"})
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    return caught.value


async def test_a_call_is_a_post_of_json_and_gives_the_result(serve: Serve) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "result": [request.method, request.path, await request.json()]})

    api = await serve(echo)

    assert await api.call(TOKEN, "sendMessage", {"text": "é🙂"}) == [
        "POST",
        f"/bot{TOKEN}/sendMessage",
        {"text": "é🙂"},
    ]


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (429, '{"ok": false, "error_code": 429, "parameters": {"retry_after": 3}}', RateLimitedError, 429),
        (429, HTML, RateLimitedError, 429),
        (400, '{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}', RejectedError, 400),
        (401, '{"ok": false, "error_code": 401, "description": "Unauthorized"}', TokenRefusedError, 401),
        (502, HTML, ServerFaultError, 502),
        (502, "", ServerFaultError, 502),
        (200, HTML, ServerFaultError, 200),
        (200, "", ServerFaultError, 200),
        (200, "[]", ServerFaultError, 200),
        (200, '{"ok": 1}', ServerFaultError, 200),
    ],
)
async def test_an_answer_that_is_no_result(
    serve: Serve, status: int, body: str, kind: type[TelegramError], code: int
) -> None:
    error = await refused(await serve(answering(status, body)))

    assert (type(error), error.code) == (kind, code)


async def test_a_refused_connection_is_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        error = await refused(BotApi(f"http://127.0.0.1:{port}", lambda: session))

    assert type(error) is NotSentError


async def test_an_address_that_is_none_is_certainly_not_sent() -> None:
    async with aiohttp.ClientSession() as session:
        assert type(await refused(BotApi("http://", lambda: session))) is NotSentError


async def test_a_connection_closed_before_the_answer_leaves_it_unknown(serve: Serve) -> None:
    async def close(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    assert type(await refused(await serve(close))) is AnswerLostError


async def test_a_connection_closed_within_the_answer_leaves_it_unknown(serve: Serve) -> None:
    async def tear(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok": true')
        assert request.transport is not None
        request.transport.close()
        return response

    assert type(await refused(await serve(tear))) is AnswerLostError


async def test_a_hanging_call_ends_in_time_and_leaves_it_unknown(serve: Serve) -> None:
    released = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    api = await serve(hang)
    began = asyncio.get_running_loop().time()
    error = await refused(api)
    released.set()

    assert type(error) is AnswerLostError
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_redirect_is_no_answer_of_a_bot_api(serve: Serve) -> None:
    async def redirect(request: web.Request) -> web.Response:
        if request.path == "/elsewhere":
            return web.json_response({"ok": False, "error_code": 400, "description": "Bad Request: chat_id is empty"})
        raise web.HTTPMovedPermanently("/elsewhere")

    assert type(await refused(await serve(redirect))) is ServerFaultError


def test_a_text_holds_its_chat_for_five_seconds_at_most() -> None:
    assert client.CALL_TIMEOUT_S <= 5
    assert client.CONNECT_TIMEOUT_S < client.CALL_TIMEOUT_S
