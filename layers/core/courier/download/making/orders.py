"""What goes into the guarded process and what comes out: JSON."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from courier.download.kinds import Kind


class _Json(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(_Json):
    """Make an mp4 or an mp3.

    Attributes:
        folder: The job's own. `source` and perhaps `picture` lie in it where nothing is downloaded.
        work_s: Seconds that all of it may take.
        max_duration_s: Seconds that it may play.
    """

    kind: Kind
    folder: Path
    ffmpeg: Path
    work_s: Annotated[float, Field(gt=0)]
    max_duration_s: float
    title: str
    performer: str | None = None


class FetchOrder(Order):
    """Download it before.

    Attributes:
        download_s: Seconds that the download may take, of `work_s`.
        item: Its number on a page that has several.
        deno: Runs YouTube's JavaScript.
        proxy: URL; empty: none.
        cookies: In the Netscape format; empty: none.
    """

    url: str
    selector: str
    download_s: float
    max_bytes: int
    room_bytes: int
    expected_bytes: int | None = None
    thumbnail: str | None = None
    item: int = 1
    deno: Path | None = None
    proxy: str = ""
    cookies: str = ""


class Made(_Json):
    """What lies in the folder now.

    Attributes:
        thumb: A picture of it; None where there is none.
        duration: Seconds.
    """

    file: str
    thumb: str | None = None
    duration: int | None = None
    width: int | None = None
    height: int | None = None
