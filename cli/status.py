"""`courier status`: what a platform is, and whether it is well."""

import json
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import typer
from rich.text import Text

from cli.depth import Depth, depth_of
from cli.errors import UnreachableError
from cli.options import state_of
from cli.render import plain
from cli.target import Target

#: Seconds for an answer of the API, a cold start included.
_TIMEOUT_S = 10
_MAX_ANSWER = 65_536


def status(context: typer.Context) -> None:
    """Show where the platform is, whether its API is well, and what waits."""
    state = state_of(context)
    target = state.target
    names = {"control": target.names.control, "dead": target.names.dead}
    depths = {word: depth_of(target.sqs, target.queue_url(name)) for word, name in names.items()}
    api_url = _api_url(target)
    health = _health(api_url)
    data = {"stack": target.stack, "where": target.where, "api_url": api_url, "health": health}
    data |= {"queues": {word: asdict(depth) for word, depth in depths.items()}}
    if target.local:
        data["telegram_url"] = target.local.telegram_url
    state.output.result(data, _rendered(data, depths))
    if health["status"] != "ok":
        raise UnreachableError(f"the API isn't well: {health['status']}", "`courier logs api` shows why.")


def _api_url(target: Target) -> str:
    """Where the HTTP API is: the endpoints file knows, on AWS the stack's outputs."""
    if target.local:
        return target.local.api_url
    (stack,) = target.cloudformation.describe_stacks(StackName=target.stack)["Stacks"]
    return next((out["OutputValue"] for out in stack.get("Outputs", []) if out["OutputKey"] == "ApiUrl"), "")


def _health(api_url: str) -> dict[str, Any]:
    """What the API says of itself."""
    parts = urlsplit(api_url)
    if parts.hostname is None:
        return {"status": "no API"}
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", f"{parts.path}/v1/health")
        answer = connection.getresponse()
        loaded = json.loads(answer.read(_MAX_ANSWER))
    except (OSError, HTTPException) as error:
        return {"status": f"no answer ({error})"}
    except ValueError:
        return {"status": "answers something else"}
    finally:
        connection.close()
    return loaded if isinstance(loaded, dict) and "status" in loaded else {"status": "answers something else"}


def _rendered(data: dict[str, Any], depths: dict[str, Depth]) -> Text:
    health = data["health"]
    parts = ", ".join(f"{name} {word}" for name, word in health.get("parts", {}).items())
    rows = {
        "stack": data["stack"],
        "where": data["where"],
        "api": f"{data['api_url']}  {health['status']}" + (f" ({parts})" if parts else ""),
        "telegram": data.get("telegram_url"),
        **{word: f"{depth.waiting} waiting, {depth.held} in work" for word, depth in depths.items()},
    }
    text = Text()
    for name, value in rows.items():
        if value is not None:
            text.append(f"{name:<10}", style="cyan").append(f"{plain(str(value))}\n")
    text.rstrip()
    return text
