"""A page as the later steps need it, made of what a probe has found and what policy says to it."""

from courier.download.identity import content_hash, object_key
from courier.download.kinds import QUALITIES, Kind, Wish
from courier.download.page import Page
from courier.download.policy import Accepted
from courier.download.probing.prober import Found

#: Characters that are passed on: a title is shown in a caption of 1024, and a state's data has 256 KiB.
_TITLE = 300
#: Characters of an address that is passed on; a picture that stands in the page itself (`data:`) is none.
_ADDRESS = 4096


def page_of(found: Found, accepted: Accepted, wish: Wish) -> Page:
    """See above."""
    probed, picture = found.probed, accepted.choice.parts[0]
    content = content_hash(found.canonical, wish)
    videos = tuple(content_hash(found.canonical, Wish(Kind.VIDEO, quality)) for quality in QUALITIES[Kind.VIDEO])
    return Page(
        canonical_hash=content,
        key=object_key(content, wish.kind),
        extractor=probed.identity.extractor,
        media_id=probed.identity.media_id,
        title=probed.title[:_TITLE],
        performer=probed.performer[:_TITLE] if probed.performer else None,
        duration=probed.duration_s,
        selector=accepted.selector,
        expected_bytes=accepted.expected_bytes,
        is_large=accepted.is_large,
        thumbnail=next(filter(_is_address, reversed(probed.thumbnails)), None),
        normalised_url=found.normalised_url,
        width=picture.width,
        height=picture.height,
        video_key=object_key(videos[0], Kind.VIDEO),
        video_hash=videos[0],
        video_hashes=videos,
        is_playable=accepted.choice.is_playable,
        item=found.item,
    )


def _is_address(thumbnail: str) -> bool:
    return thumbnail.startswith(("http://", "https://")) and len(thumbnail) <= _ADDRESS
