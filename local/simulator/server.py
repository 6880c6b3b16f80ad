"""The HTTP side of the Bot API, and running it."""

import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from local.simulator import admin, admin_updates
from local.simulator.body import read_params
from local.simulator.call import Call
from local.simulator.dispatch import dispatch
from local.simulator.errors import ApiError, ConnectionReset
from local.simulator.keys import SIMULATOR
from local.simulator.methods import find_method
from local.simulator.state import Simulator

#: Bytes of a body without its files.
_MAX_BODY = 16 * 1024 * 1024
#: Seconds that calls under way get when the simulator stops: hanging ones must not hold it.
_SHUTDOWN_S = 0.1
#: `struct linger`: on, 0 seconds. A close then resets the connection.
_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that listens at `url`, without a slash at its end."""

    url: str
    state: Simulator


def create_app(simulator: Simulator) -> web.Application:
    """The Bot API at `/bot{token}/{method}`, and the admin API at `/_sim`."""
    app = web.Application(client_max_size=_MAX_BODY)
    app[SIMULATOR] = simulator
    app.router.add_route("*", "/bot{token:[^/]*}/{method:[^/]*}", _bot_api)
    app.router.add_routes(admin.ROUTES)
    app.router.add_routes(admin_updates.ROUTES)
    return app


@asynccontextmanager
async def running_simulator(
    simulator: Simulator | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[RunningSimulator]:
    """Serve a simulator in this event loop; port 0 takes a free one."""
    simulator = simulator or Simulator()
    runner = web.AppRunner(create_app(simulator), access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        yield RunningSimulator(f"http://{host}:{runner.addresses[0][1]}", simulator)
    finally:
        await runner.cleanup()
        await simulator.deliveries.close()


async def _bot_api(request: web.Request) -> web.Response:
    simulator = request.app[SIMULATOR]
    try:
        bot = simulator.bots.authorise(request.match_info["token"])
        method = find_method(request.match_info["method"])
        params = await read_params(request, simulator.settings.max_upload_mb)
        result = await dispatch(Call(simulator, bot, method, params))
    except ApiError as error:
        return _failure(error)
    except web.HTTPRequestEntityTooLarge:
        return _failure(ApiError(413, "Request Entity Too Large"))
    except ConnectionReset:
        return _reset(request)
    return _answer(200, {"ok": True, "result": result})


def _failure(error: ApiError) -> web.Response:
    if error.html:
        page = f"<html><body><h1>{error.code} {error.description}</h1></body></html>"
        return web.Response(status=error.code, text=page, content_type="text/html")
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
        if "retry_after" in error.parameters:
            headers["Retry-After"] = str(error.parameters["retry_after"])
    return _answer(error.code, body, headers)


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    data = json.dumps(body, separators=(",", ":")).encode()
    return web.Response(status=status, body=data, content_type="application/json", headers=headers)


def _reset(request: web.Request) -> web.Response:
    """Reset the connection; what is returned goes nowhere."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        request.transport.abort()
    return web.Response()
