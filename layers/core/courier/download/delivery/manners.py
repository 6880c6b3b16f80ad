"""What is done with files, as a stack's parameters say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manners:
    """What is done with files.

    Attributes:
        upload_bytes: The largest that is uploaded; others are linked to.
        file_id_s: Seconds for which a `file_id` is believed.
        public_url: Where links open; empty: there are none.
        link_hours: For how long they do.
    """

    upload_bytes: int
    file_id_s: int
    public_url: str = ""
    link_hours: int = 72
