"""The admin API under `/_sim`: look at what happened, set limits and delays, ask for faults."""

import asyncio
import dataclasses
import json
from collections.abc import Callable, Sequence
from itertools import batched
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from local.simulator.chats import find_chat
from local.simulator.figures import GRACE_MS
from local.simulator.journal import Journal, Query, Record
from local.simulator.keys import SIMULATOR
from local.simulator.rules import Rule
from local.simulator.worlds import World

#: Records that one answer carries at most.
_MAX_PAGE = 10_000
#: Records encoded before calls get their turn.
_BATCH = 200
_RULES = TypeAdapter(list[Rule])

ROUTES = web.RouteTableDef()


class _IntoWorld(BaseModel):
    """Who goes into which world."""

    model_config = ConfigDict(extra="forbid")

    bot_id: int
    seed: int
    calm: bool = False


@ROUTES.get("/_sim/health")
async def health(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@ROUTES.get("/_sim/counters")
async def counters(request: web.Request) -> web.Response:
    return web.json_response(request.app[SIMULATOR].counters())


@ROUTES.get(r"/_sim/bots/{id:\d+}/chats/{chat}")
async def chat_peaks(request: web.Request) -> web.Response:
    """The most calls, refused ones too, that a bot made for one chat."""
    chat = _chat(request.match_info["chat"])
    pace = request.app[SIMULATOR].flood.chats.get((int(request.match_info["id"]), chat))
    second, minute = (pace.peak_second, pace.peak_minute) if pace else (0, 0)
    return web.json_response({"per_second": second, "per_minute": minute})


@ROUTES.get("/_sim/messages")
async def messages(request: web.Request) -> web.Response:
    return await page_of(request, "messages", request.app[SIMULATOR].accepted)


@ROUTES.get("/_sim/refusals")
async def refusals(request: web.Request) -> web.Response:
    return await page_of(request, "refusals", request.app[SIMULATOR].refused)


@ROUTES.get("/_sim/faults")
async def faults(request: web.Request) -> web.Response:
    return web.json_response({"faults": [rule.to_json() for rule in request.app[SIMULATOR].faults.active]})


@ROUTES.post("/_sim/faults")
async def add_faults(request: web.Request) -> web.Response:
    """One rule or a list of them; answers with their ids."""
    body = await _json(request)
    rules = valid(_RULES.validate_python, body if isinstance(body, list) else [body])
    return web.json_response({"ids": [request.app[SIMULATOR].add_fault(rule) for rule in rules]})


@ROUTES.delete("/_sim/faults")
async def remove_faults(request: web.Request) -> web.Response:
    """All rules, or the one of `?id=`."""
    request.app[SIMULATOR].faults.remove(_integer(request, "id"))
    return web.json_response({"ok": True})


@ROUTES.get("/_sim/config")
async def config(request: web.Request) -> web.Response:
    return web.json_response(request.app[SIMULATOR].settings.model_dump(mode="json"))


@ROUTES.put("/_sim/config")
async def configure(request: web.Request) -> web.Response:
    """What the body names is changed, all else stays; answers with the whole."""
    settings = valid(request.app[SIMULATOR].configure, await _object(request))
    return web.json_response(settings.model_dump(mode="json"))


@ROUTES.post("/_sim/reset")
async def reset(request: web.Request) -> web.Response:
    request.app[SIMULATOR].reset()
    return web.json_response({"ok": True})


@ROUTES.post(r"/_sim/bots/{id:\d+}/revoke")
async def revoke(request: web.Request) -> web.Response:
    """Refuse the token that the body names, or without one all of the bot's."""
    token = (await _object(request)).get("token") if request.can_read_body else None
    request.app[SIMULATOR].bots.revoke(int(request.match_info["id"]), token)
    return web.json_response({"ok": True})


@ROUTES.post(r"/_sim/bots/{id:\d+}/restore")
async def restore(request: web.Request) -> web.Response:
    request.app[SIMULATOR].bots.restore(int(request.match_info["id"]))
    return web.json_response({"ok": True})


@ROUTES.get(r"/_sim/bots/{id:\d+}/figures")
async def bot_figures(request: web.Request) -> web.Response:
    """One bot's figures; `grace_ms` says what is late in a penalty."""
    grace_ms = _integer(request, "grace_ms")
    simulator, bot_id = request.app[SIMULATOR], int(request.match_info["id"])
    found = simulator.figures(bot_id, grace_ms=GRACE_MS if grace_ms is None else grace_ms)
    return web.json_response(dataclasses.asdict(found))


@ROUTES.delete(r"/_sim/bots/{id:\d+}")
async def forget_bot(request: web.Request) -> web.Response:
    request.app[SIMULATOR].forget_bot(int(request.match_info["id"]))
    return web.json_response({"ok": True})


@ROUTES.get("/_sim/worlds")
async def worlds(request: web.Request) -> web.Response:
    """Every bot's world, for the eyes of tests: nothing of the Bot API tells it."""
    lives = request.app[SIMULATOR].worlds
    return web.json_response({"worlds": {str(bot): life.world.model_dump(mode="json") for bot, life in lives.items()}})


@ROUTES.post("/_sim/worlds")
async def put_into_world(request: web.Request) -> web.Response:
    """Put a bot into the world of a seed; answers with the world."""
    asked = valid(_IntoWorld.model_validate, await _json(request))
    world = World.drawn(asked.seed, calm=asked.calm)
    request.app[SIMULATOR].put_into_world(asked.bot_id, world)
    return web.json_response(world.model_dump(mode="json"))


@ROUTES.delete("/_sim/worlds")
async def leave_world(request: web.Request) -> web.Response:
    """Every bot, or the one of `?bot_id=`."""
    request.app[SIMULATOR].leave_world(_integer(request, "bot_id"))
    return web.json_response({"ok": True})


async def page_of[T: Record](request: web.Request, name: str, journal: Journal[T]) -> web.Response:
    """A page of a journal; with `wait_count`, once so many records match, or after `timeout` seconds."""
    chat = request.query.get("chat_id")
    method = request.query.get("method")
    query = Query(
        _integer(request, "bot_id"),
        _chat(chat) if chat else None,
        method.lower() if method else None,
        _integer(request, "after") or 0,
    )
    reached = True
    if count := _integer(request, "wait_count"):
        reached = await journal.wait(query, count, _seconds(request, "timeout"))
    limit = _integer(request, "limit")
    records = await journal.page(query, min(_MAX_PAGE if limit is None else limit, _MAX_PAGE))
    rest = {"first_seq": journal.first_seq, "last_seq": journal.last_seq, "reached": reached}
    body = f'{{"{name}":[{await _encoded(records)}],{json.dumps(rest)[1:]}'
    return web.Response(text=body, content_type="application/json")


async def _encoded(records: Sequence[Record]) -> str:
    """Records as JSON, by the way: a long page must not make calls wait."""
    parts = []
    for batch in batched(records, _BATCH, strict=False):
        parts.append(",".join(json.dumps(record.to_json()) for record in batch))
        await asyncio.sleep(0)
    return ",".join(parts)


def _chat(value: str) -> int:
    chat = find_chat(value)
    if chat is None:
        raise web.HTTPBadRequest(text=f"{value} is no chat")
    return chat.id


def _integer(request: web.Request, name: str) -> int | None:
    value = request.query.get(name)
    try:
        return int(value) if value else None
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} is no integer") from None


def _seconds(request: web.Request, name: str) -> float:
    try:
        return float(request.query.get(name, "10"))
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} is no number") from None


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="the body is no JSON") from None


async def _object(request: web.Request) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="the body is no JSON object")
    return body


def valid[T](parse: Callable[[Any], T], value: Any) -> T:
    try:
        return parse(value)
    except ValidationError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
