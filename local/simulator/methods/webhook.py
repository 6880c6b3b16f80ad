"""Webhooks, and what a bot without one asks for itself."""

import re
from typing import Any

from local.simulator.bots import Bot, Webhook
from local.simulator.call import Call, Method
from local.simulator.errors import ApiError, bad_request
from local.simulator.state import Simulator

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MAX_CONNECTIONS = 100
#: Updates that one `getUpdates` gives.
_MOST_UPDATES = 100
_CONFLICT = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


def set_webhook(call: Call) -> bool:
    """Plain HTTP is taken too, for a local stack has nothing else."""
    params = call.params
    url = params.text("url")
    if url is None:
        return delete_webhook(call)
    if not url.startswith(("http://", "https://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(1, params.integer("max_connections") or 40), _MAX_CONNECTIONS)
    before = call.bot.webhook.allowed_updates if call.bot.webhook else []
    allowed = params.json("allowed_updates")
    call.bot.webhook = Webhook(url, secret, connections, before if allowed is None else allowed)
    call.world.deliveries.turned(call.bot, drop=params.flag("drop_pending_updates"))
    return True


def delete_webhook(call: Call) -> bool:
    call.bot.webhook = None
    call.world.deliveries.turned(call.bot, drop=call.params.flag("drop_pending_updates"))
    return True


def get_webhook_info(call: Call) -> dict[str, Any]:
    return webhook_info(call.world, call.bot)


def webhook_info(world: Simulator, bot: Bot) -> dict[str, Any]:
    """As the Bot API tells it."""
    webhook, outbox = bot.webhook, world.deliveries.outbox(bot.id)
    info: dict[str, Any] = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(outbox),
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
        if webhook.allowed_updates:
            info["allowed_updates"] = webhook.allowed_updates
    if outbox.last_error:
        info |= {"last_error_date": outbox.last_error.date, "last_error_message": outbox.last_error.message}
    return info


def get_updates(call: Call) -> list[Any]:
    """Without waiting for any: what a bot asks for with a `timeout` is answered at once too."""
    if call.bot.webhook:
        raise ApiError(409, _CONFLICT)
    outbox = call.world.deliveries.outbox(call.bot.id)
    outbox.drop(below=call.params.integer("offset") or 0)
    limit = min(max(1, call.params.integer("limit") or _MOST_UPDATES), _MOST_UPDATES)
    return [pending.body for pending in outbox][:limit]


METHODS = tuple(
    Method(name, handle, paced=False)
    for name, handle in (
        ("setWebhook", set_webhook),
        ("deleteWebhook", delete_webhook),
        ("getWebhookInfo", get_webhook_info),
        ("getUpdates", get_updates),
    )
)
