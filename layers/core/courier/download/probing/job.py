"""What a probe does in the guarded process: `courier.download.guard.running` finds it by name."""

import io
from collections.abc import Callable
from typing import Any

from courier.download.errors import failure_of
from courier.download.guard.downloader import guarded_ydl
from courier.download.guard.rules import Guard
from courier.download.identity import fetchable
from courier.download.making.options import Silence
from courier.download.probing.entries import NoneMeantError, first_options, item_of, meant
from courier.download.probing.measuring import measure
from courier.download.probing.orders import Missed, ProbeOrder, Seen
from courier.download.probing.reading import canonical, kept, led_to

#: Seconds without a byte after which a connection is given up, and tries after the first: a probe has a minute.
_SOCKET_S, _RETRIES = 10, 1


def probe(payload: dict[str, Any], guard: Guard, _: Callable[[Any], None]) -> dict[str, Any]:
    """Look at a link; a `Seen` or a `Missed`.

    What yt-dlp raises is read here: its errors hold others, of which the parent would see the words alone.
    """
    order = ProbeOrder.model_validate(payload)
    url, item = fetchable(order.url), item_of(order.url)
    guard.check_entry(url)
    try:
        with guarded_ydl(_options(order, item), guard, proxy=order.proxy) as ydl:
            info = ydl.sanitize_info(meant(ydl, url))
            measure(ydl, info)
    except NoneMeantError as error:
        return Missed(failure=error.failed.failure, detail=error.failed.detail).model_dump()
    except Exception as error:  # noqa: BLE001 - whatever it is has a meaning for the user
        failed = failure_of(error)
        return Missed(failure=failed.failure, detail=failed.detail).model_dump()
    identity = canonical(info, order.url)
    return Seen(
        info=kept(info),
        extractor=identity.extractor,
        media_id=identity.media_id,
        normalised_url=led_to(info, order.url),
        item=item,
    ).model_dump(mode="json")


def _options(order: ProbeOrder, item: int) -> dict[str, Any]:
    return {
        "logger": Silence(),
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "skip_download": True,
        # What is chosen is our own matter; this is there where anything is.
        "format": "b*",
        "socket_timeout": _SOCKET_S,
        "retries": _RETRIES,
        "extractor_retries": _RETRIES,
        "js_runtimes": {"deno": {"path": str(order.deno)}} if order.deno else {},
        **first_options(item),
        **({"cookiefile": io.StringIO(order.cookies)} if order.cookies else {}),
    }
