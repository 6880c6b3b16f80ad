"""The admin API for what comes in: speak as a user, and see how webhooks took it."""

from aiohttp import web
from pydantic import TypeAdapter

from local.simulator.admin import page_of, valid
from local.simulator.errors import ApiError
from local.simulator.keys import SIMULATOR
from local.simulator.methods.webhook import webhook_info
from local.simulator.users import Deed, carry_out

_DEEDS = TypeAdapter(list[Deed])

ROUTES = web.RouteTableDef()


@ROUTES.post("/_sim/updates")
async def do(request: web.Request) -> web.Response:
    """One deed or a list of them; answers with the ids of what came of each."""
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="the body is no JSON") from None
    deeds = valid(_DEEDS.validate_python, body if isinstance(body, list) else [body])
    try:
        return web.json_response({"updates": [carry_out(request.app[SIMULATOR], deed) for deed in deeds]})
    except ApiError as error:
        raise web.HTTPBadRequest(text=error.description) from None


@ROUTES.get("/_sim/deliveries")
async def deliveries(request: web.Request) -> web.Response:
    """Every attempt to deliver an update, with its status."""
    return await page_of(request, "deliveries", request.app[SIMULATOR].deliveries.journal)


@ROUTES.get(r"/_sim/bots/{id:\d+}/webhook")
async def webhook(request: web.Request) -> web.Response:
    """What `getWebhookInfo` tells, without a token."""
    simulator = request.app[SIMULATOR]
    return web.json_response(webhook_info(simulator, simulator.bots.get(int(request.match_info["id"]))))
