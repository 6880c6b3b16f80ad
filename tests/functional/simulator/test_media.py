"""Media and albums: uploads, URLs, and file_ids that belong to one bot."""

import hashlib
import json
from typing import Any

import aiohttp
import pytest

from local.simulator import Simulator
from local.simulator.files import KINDS, File
from tests.functional.simulator.conftest import Answer, Api

pytestmark = pytest.mark.usefixtures("unlimited")

CONTENT = b"content" * 1000


async def upload(api: Api, method: str, fields: dict[str, str], **files: bytes) -> Answer:
    form = aiohttp.FormData(fields, default_to_multipart=True)
    for name, content in files.items():
        form.add_field(name, content, filename=f"{name}.bin")
    async with api.session.post(f"{api.url}/bot{api.token}/{method}", data=form) as response:
        return Answer(response.status, await response.json(), dict(response.headers))


def file_of(message: dict[str, Any], kind: str) -> dict[str, Any]:
    file = message[kind]
    return dict(file[-1] if isinstance(file, list) else file)


@pytest.mark.parametrize("kind", KINDS)
async def test_upload_then_send_by_file_id(api: Api, sim: Simulator, kind: str) -> None:
    method = f"send{kind.capitalize()}"
    answer = await upload(api, method, {"chat_id": "10", "caption": "Look"}, **{kind: CONTENT})
    uploaded = file_of(answer.body["result"], kind)
    assert answer.body["result"]["caption"] == "Look"
    assert uploaded["file_size"] == len(CONTENT)
    again = await api.result(method, chat_id=11, **{kind: uploaded["file_id"]})
    assert file_of(again, kind) == uploaded
    first, second = (record.media for record in sim.accepted)
    assert first is not None
    assert second is not None
    assert (first["source"], first["sha256"]) == ("upload", hashlib.sha256(CONTENT).hexdigest())
    assert (second["source"], second["file_id"]) == ("file_id", uploaded["file_id"])


async def test_url(api: Api) -> None:
    message = await api.result("sendPhoto", chat_id=10, photo="https://example.com/a.jpg")
    await api.result("sendPhoto", chat_id=10, photo=file_of(message, "photo")["file_id"])


async def test_file_id_of_another_bot(api: Api) -> None:
    message = await api.result("sendPhoto", token="2:fake", chat_id=10, photo="https://example.com/a.jpg")
    problem = await api.refused("sendPhoto", chat_id=10, photo=file_of(message, "photo")["file_id"])
    assert problem == "wrong file identifier/HTTP URL specified"


async def test_unknown_file_id(api: Api) -> None:
    problem = await api.refused("sendVideo", chat_id=10, video="AgACAgIAAxkBAAI")
    assert problem == "wrong file identifier/HTTP URL specified"


async def test_no_file(api: Api) -> None:
    assert await api.refused("sendVideo", chat_id=10) == "there is no video in the request"


@pytest.mark.parametrize(("length", "fits"), [(1024, True), (1025, False)])
async def test_caption_length(api: Api, length: int, *, fits: bool) -> None:
    asked = {"chat_id": 10, "photo": "https://example.com/a.jpg", "caption": "x" * length}
    if fits:
        await api.result("sendPhoto", **asked)
    else:
        assert await api.refused("sendPhoto", **asked) == "message caption is too long"


async def test_too_large_an_upload(api: Api, sim: Simulator) -> None:
    sim.configure({"max_upload_mb": 0.001})
    answer = await upload(api, "sendVideo", {"chat_id": "10"}, video=CONTENT)
    assert (answer.status, answer.description) == (413, "Request Entity Too Large")
    assert sim.accepted.last_seq == 0


async def test_get_file(api: Api) -> None:
    answer = await upload(api, "sendVoice", {"chat_id": "10"}, voice=CONTENT)
    voice = file_of(answer.body["result"], "voice")
    file = await api.result("getFile", file_id=voice["file_id"])
    assert file.pop("file_path")
    assert file == {name: voice[name] for name in ("file_id", "file_unique_id", "file_size")}


async def test_get_file_over_what_is_served(api: Api) -> None:
    big = File("video", 1, 21 * 1024 * 1024, "big")
    assert await api.refused("getFile", file_id=big.file_id) == "file is too big"
    assert await api.refused("getFile", file_id="nothing") == "invalid file_id"


async def test_album(api: Api, sim: Simulator) -> None:
    media = [
        {"type": "photo", "media": "https://example.com/a.jpg", "caption": "<b>A</b>", "parse_mode": "HTML"},
        {"type": "video", "media": "attach://clip"},
    ]
    answer = await upload(api, "sendMediaGroup", {"chat_id": "10", "media": json.dumps(media)}, clip=CONTENT)
    first, second = answer.body["result"]
    assert first["caption"] == "A"
    assert first["media_group_id"] == second["media_group_id"]
    assert second["video"]["file_size"] == len(CONTENT)
    assert [record.message_id for record in sim.accepted] == [first["message_id"], second["message_id"]]
    assert {record.media_group_id for record in sim.accepted} == {first["media_group_id"]}


@pytest.mark.parametrize(
    ("media", "problem"),
    [
        ([], "there are no messages to send"),
        (["x"], 'invalid parameter "media" specified'),
        ("[", 'invalid parameter "media" specified'),
        ([{"type": "photo", "media": "https://example.com"}] * 11, "too many messages to send as an album"),
        ([{"type": "voice", "media": "https://example.com"}], "can't use the media of the specified type in the album"),
        ([{"type": "photo", "media": "nothing"}], "wrong file identifier/HTTP URL specified"),
        ([{"type": "photo", "media": "attach://missing"}], 'invalid parameter "media" specified'),
    ],
)
async def test_what_is_no_album(api: Api, sim: Simulator, media: Any, problem: str) -> None:
    assert await api.refused("sendMediaGroup", chat_id=10, media=media) == problem
    assert sim.accepted.last_seq == 0


async def test_what_an_upload_says_of_its_file_can_be_seen(api: Api, sim: Simulator) -> None:
    fields = {"chat_id": "10", "width": "640", "height": "360", "duration": "7", "supports_streaming": "true"}
    await upload(api, "sendVideo", fields | {"thumbnail": "attach://thumb"}, thumb=b"jpeg", video=CONTENT)
    await upload(api, "sendAudio", {"chat_id": "10", "title": "Song", "performer": "Band"}, audio=CONTENT)

    video, audio = (record.media or {} for record in sim.accepted)
    assert {name: video[name] for name in ("width", "height", "duration", "supports_streaming", "filename")} == {
        "width": 640,
        "height": 360,
        "duration": 7,
        "supports_streaming": True,
        "filename": "video.bin",
    }
    assert video["thumbnail"] == {"size": 4, "sha256": hashlib.sha256(b"jpeg").hexdigest()}
    assert (audio["title"], audio["performer"], "thumbnail" in audio) == ("Song", "Band", False)


async def test_a_thumbnail_can_only_be_uploaded(api: Api) -> None:
    asked = {"chat_id": 10, "video": "https://example.com/a.mp4", "thumbnail": "attach://missing"}
    assert await api.refused("sendVideo", **asked) == 'invalid parameter "thumbnail" specified'
