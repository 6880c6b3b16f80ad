"""What a probe has found out and the later steps go by: JSON in the state machine's data."""

from pydantic import BaseModel, ConfigDict


class Page(BaseModel):
    """A page whose media may be downloaded.

    Attributes:
        canonical_hash: Names what is wanted, by the identity that the site itself gave.
        key: Where it is stored.
        duration: Seconds.
        selector: For yt-dlp's option `format`.
        thumbnail: Address of a picture.
        video_hash: Names the same identity's video in the best quality; `video_key` is where it is stored.
        video_hashes: The same in every quality, the best first: audio can be made of any of them.
        is_playable: Whether Telegram's apps play it as it comes.
        item: Its number on a page that has several.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    canonical_hash: str
    key: str
    extractor: str
    media_id: str
    title: str
    performer: str | None = None
    duration: float | None = None
    selector: str
    expected_bytes: int | None = None
    is_large: bool = False
    thumbnail: str | None = None
    normalised_url: str
    width: int | None = None
    height: int | None = None
    video_key: str = ""
    video_hash: str = ""
    video_hashes: tuple[str, ...] = ()
    is_playable: bool = True
    item: int = 1
