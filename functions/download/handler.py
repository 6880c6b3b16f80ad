"""Downloads: requests come in, the machine takes its steps, and every minute the sweep looks after what is left behind.

Five functions share this file, and each imports its own parts alone: those who answer don't carry yt-dlp.
"""

from typing import Any, Protocol

from courier.download.stepping import carried_out
from courier.queues.records import BatchResponse, records_of


class Context(Protocol):
    """The part of Lambda's context that is used."""

    def get_remaining_time_in_millis(self) -> int: ...


def request(event: dict[str, Any], context: Context) -> BatchResponse:
    """Take a batch of requests and cancellations; the answer names the messages that stay in the queue."""
    from courier.wiring.download_request import download_request

    return download_request().handle(records_of(event), _left_s(context))


def probe(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Look at a link, or for what is stored already."""
    from courier.wiring.download_probe import download_probe

    return carried_out(event, lambda: download_probe().run(event, _left_s(context)))


def fetch(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Download something, or make sound of a stored video."""
    from courier.wiring.download_fetch import download_fetch

    return carried_out(event, lambda: download_fetch().run(event, _left_s(context)))


def deliver(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer everybody who waits."""
    from courier.wiring import download_deliver
    from courier.wiring.process import run

    return carried_out(event, lambda: run(download_deliver.deliver().run(event, _left_s(context))))


def sweep(_event: dict[str, Any], _context: Context) -> None:
    """Look after downloads whose execution crashed, hangs or wasn't started."""
    from courier.wiring.download_sweep import download_sweep

    download_sweep().run()


def _left_s(context: Context) -> float:
    """Seconds until Lambda ends this invocation."""
    return context.get_remaining_time_in_millis() / 1000
