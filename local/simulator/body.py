"""Reading a request's parameters, in each of the ways in which the Bot API takes them."""

import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from local.simulator.errors import ApiError, bad_request
from local.simulator.params import Params, Upload

_CHUNK = 1 << 16
_MEGABYTE = 1 << 20


async def read_params(request: web.Request, max_upload_mb: float) -> Params:
    """Parameters of the query and of a JSON, form or multipart body.

    Raises:
        ApiError: 400 for a body that can't be parsed, 413 for too large a file.
    """
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    match request.content_type if request.body_exists else "":
        case "application/json":
            return Params(values | _json(await request.read()))
        case "application/x-www-form-urlencoded":
            form = (await request.read()).decode(errors="replace")
            return Params(values | dict(parse_qsl(form, keep_blank_values=True)))
        case "multipart/form-data":
            return await _multipart(request, values, int(max_upload_mb * _MEGABYTE))
        case _:
            return Params(values)


def _json(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad_request("object expected")
    return values


async def _multipart(request: web.Request, values: dict[str, Any], max_size: int) -> Params:
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            raise bad_request("can't parse multipart body")
        if part.filename is None:
            values[part.name] = await part.text()
        else:
            uploads[part.name] = await _upload(part, part.filename)
    # Only now, since a client that is still sending may not listen to an answer.
    if any(upload.size > max_size for upload in uploads.values()):
        raise ApiError(413, "Request Entity Too Large")
    return Params(values, uploads)


async def _upload(part: BodyPartReader, filename: str) -> Upload:
    digest, size = hashlib.sha256(), 0
    while chunk := await part.read_chunk(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Upload(filename, size, digest.hexdigest())
