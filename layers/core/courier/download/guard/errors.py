"""What a guarded job is refused. Both are `OSError`s: to a library, a refused connection is a connection that failed.

Their texts begin with words that stay, since yt-dlp puts what goes wrong into sentences of its own.
"""

from courier.errors import CourierError

#: How the text of a `ForbiddenAddressError` begins, also inside yt-dlp's sentences.
FORBIDDEN_ADDRESS = "forbidden address"
#: How the text of a `ForbiddenProgramError` begins.
FORBIDDEN_PROGRAM = "forbidden program"


class ForbiddenAddressError(CourierError, OSError):
    """A hop of a download leads where links from chats may not.

    >>> str(ForbiddenAddressError("127.0.0.1:9001", "loopback", asked="localhost:9001"))
    'forbidden address: 127.0.0.1:9001 (loopback), asked for as localhost:9001'

    Attributes:
        address: What would have been connected to, or the URL.
        asked: The `host:port` by which it was asked for; empty where no name was.
    """

    def __init__(self, address: str, reason: str, *, asked: str = "") -> None:
        end = f", asked for as {asked}" if asked and asked != address else ""
        super().__init__(f"{FORBIDDEN_ADDRESS}: {address} ({reason}){end}")
        self.address = address
        self.asked = asked


class ForbiddenProgramError(CourierError, OSError):
    """A program that a download may not start, or not with these arguments: its connections are seen by nobody."""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(f"{FORBIDDEN_PROGRAM}: {program} ({reason})")
        self.program = program
