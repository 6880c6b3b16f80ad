"""Webhooks, which are stored and told, but not called."""

import re
from typing import Any

from local.simulator.bots import Webhook
from local.simulator.call import Call, Method
from local.simulator.errors import ApiError, bad_request

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MAX_CONNECTIONS = 100
_CONFLICT = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


def set_webhook(call: Call) -> bool:
    """Plain HTTP is taken too, for a local stack has nothing else."""
    params = call.params
    url = params.text("url")
    if url is None:
        call.bot.webhook = None
        return True
    if not url.startswith(("http://", "https://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(1, params.integer("max_connections") or 40), _MAX_CONNECTIONS)
    call.bot.webhook = Webhook(url, secret, connections, params.json("allowed_updates") or [])
    return True


def delete_webhook(call: Call) -> bool:
    call.bot.webhook = None
    return True


def get_webhook_info(call: Call) -> dict[str, Any]:
    webhook = call.bot.webhook
    info: dict[str, Any] = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": 0,
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
        if webhook.allowed_updates:
            info["allowed_updates"] = webhook.allowed_updates
    return info


def get_updates(call: Call) -> list[Any]:
    if call.bot.webhook:
        raise ApiError(409, _CONFLICT)
    return []


METHODS = tuple(
    Method(name, handle, paced=False)
    for name, handle in (
        ("setWebhook", set_webhook),
        ("deleteWebhook", delete_webhook),
        ("getWebhookInfo", get_webhook_info),
        ("getUpdates", get_updates),
    )
)
