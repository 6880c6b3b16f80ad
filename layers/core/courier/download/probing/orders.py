"""What a probe is told and what it tells: JSON between this process and the guarded one."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Json(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProbeOrder(_Json):
    """Look at a link.

    Attributes:
        url: As the user gave it.
        deno: Runs YouTube's JavaScript.
        proxy: URL; empty: none.
        cookies: In the Netscape format; empty: none.
    """

    url: str
    deno: Path | None = None
    proxy: str = ""
    cookies: str = ""


class Seen(_Json):
    """A page was there.

    Attributes:
        info: What yt-dlp found, as far as `probed.probed_of` reads it.
        extractor: Of the identity by which the page is known from now on; `media_id` is the rest of it.
        normalised_url: The one form of the address that the link led to.
        item: Which of the page's videos it is.
    """

    info: dict[str, Any]
    extractor: str
    media_id: str
    normalised_url: str
    item: int = 1


class Missed(_Json):
    """There was nothing that could be had; as `errors.Failed`."""

    failure: str
    detail: str
