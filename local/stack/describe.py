"""A stack in words, for the person who started it or would like to."""

from local.stack.endpoints import Endpoints
from local.stack.errors import StackError
from local.stack.lock import Holder
from local.stack.settings import StackSettings


def describe_running(settings: StackSettings, holder: Holder | None) -> str:
    """What a second `up` says."""
    who = f"process {holder.pid}" if holder else "another process"
    try:
        endpoints = Endpoints.load(settings.endpoints_file)
    except StackError:
        return f"A stack is starting or stopping already ({who}) in {settings.state_dir}."
    return f"A stack is running already ({who}); 'make down' stops it.\n{urls(endpoints)}"


def urls(endpoints: Endpoints) -> str:
    """The addresses, for a person."""
    lines = {
        "HTTP API": endpoints.api_url,
        "API key": endpoints.api_key,
        "AWS": f"{endpoints.aws_endpoint} ({endpoints.region}, stack {endpoints.stack})",
        "Telegram": endpoints.telegram_url,
        "Redis": endpoints.redis_url,
    }
    return "\n".join(f"  {name:<9} {value}" for name, value in lines.items())
