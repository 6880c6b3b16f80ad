"""Files on their way to the Bot API: multipart bodies that are written chunk by chunk."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import MultipartWriter, Payload, StringPayload
from aiohttp.abc import AbstractStreamWriter

from courier.errors import CourierError, StateUnavailableError


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to be uploaded.

    Attributes:
        name: The form's field.
        size: Bytes; the content has neither more nor fewer.
    """

    name: str
    filename: str
    content_type: str
    size: int
    content: AsyncIterator[bytes]


class Stream(Payload):
    """A file's part of a form. Its length is known, so that the request needs no chunked encoding.

    Attributes:
        is_ending: Whether its last bytes may have left.
        fault: What its content raised.
    """

    def __init__(self, part: FilePart) -> None:
        super().__init__(part.content, content_type=part.content_type, filename=part.filename)
        self._content = part.content
        self._size = part.size
        self.is_ending = False
        self.fault: CourierError | None = None

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the content; what it raises ends the connection."""
        written = 0
        try:
            async for chunk in self._content:
                written += len(chunk)
                self.is_ending = written >= (self._size or 0)
                if written > (self._size or 0):
                    break
                await writer.write(chunk)
            if written != self._size:
                self.is_ending = False
                raise StateUnavailableError(f"{self.filename}: has {written} bytes or more, not {self._size}")
        except CourierError as fault:
            self.fault = fault
            raise

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """There is no text in it."""
        raise TypeError(f"a file is no text, in {encoding} or otherwise ({errors})")


def form_of(fields: Mapping[str, str], files: Sequence[FilePart]) -> tuple[MultipartWriter, list[Stream]]:
    """A form with its files at the end: when the last one is through, so is the request."""
    form = MultipartWriter("form-data")
    for name, text in fields.items():
        field = StringPayload(text)
        field.set_content_disposition("form-data", name=name)
        form.append_payload(field)
    streams = []
    for part in files:
        stream = Stream(part)
        stream.set_content_disposition("form-data", name=part.name, filename=part.filename)
        form.append_payload(stream)
        streams.append(stream)
    return form, streams
