"""What is read of a probe's findings."""

from typing import Any

import pytest

from courier.download.identity import Identity
from courier.download.probed import Format, Probed, probed_of


@pytest.mark.parametrize(
    ("info", "page"),
    [
        (
            {
                "id": "A",
                "extractor_key": "Youtube",
                "title": " T ",
                "duration": 61,
                "live_status": "not_live",
                "age_limit": 18,
                "uploader": "U",
                "thumbnails": [{"url": "https://a.example/1.jpg"}, {"id": "none"}],
                "formats": [
                    {
                        "format_id": "18",
                        "ext": "mp4",
                        "width": 640,
                        "height": 360,
                        "filesize": 9,
                        "filesize_approx": 8.5,
                    }
                    | {
                        "tbr": 400.5,
                        "abr": 96,
                        "vcodec": "avc1",
                        "acodec": "mp4a",
                        "protocol": "https",
                        "has_drm": "maybe",
                    }
                    | {"language_preference": 0}
                ],
            },
            Probed(
                Identity("youtube", "A"),
                "T",
                61.0,
                is_live=False,
                formats=(
                    Format("18", "mp4", 640, 360, 9, 8, 400.5, 96.0, "avc1", "mp4a", "https", language_preference=0),
                ),
                thumbnails=("https://a.example/1.jpg",),
                age_limit=18,
                performer="U",
            ),
        ),
        (
            {"id": "a", "extractor_key": "Generic", "url": "https://a.example/a.mp4", "ext": "mp4", "format_id": "0"},
            Probed(Identity("generic", "a"), "Untitled", None, is_live=False, formats=(Format("0"),)),
        ),
        ({"is_live": True}, Probed(Identity("generic", ""), "Untitled", None, is_live=True, formats=())),
        ({"live_status": "is_upcoming"}, Probed(Identity("generic", ""), "Untitled", None, is_live=True, formats=())),
        ({"live_status": "post_live"}, Probed(Identity("generic", ""), "Untitled", None, is_live=True, formats=())),
        ({"live_status": "was_live"}, Probed(Identity("generic", ""), "Untitled", None, is_live=False, formats=())),
    ],
)
def test_what_a_probe_found_is_read(info: dict[str, Any], page: Probed) -> None:
    assert probed_of(info) == page
