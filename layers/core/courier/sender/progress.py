"""Messages that tell how far something is: they outlive Redis, and nobody misses one that can't be told.

They are edited and taken away by their external id. That of other messages is forgotten with Redis; of these it stands
in the table, or a message would say for ever how far a download is that ended long ago.
"""

from collections.abc import Sequence
from typing import Protocol

from courier.contracts.sending import SendMsg
from courier.deadlines import on_thread
from courier.errors import StateUnavailableError
from courier.sender.jobs import Job
from courier.state.progress import is_progress
from courier.telemetry import log


class RemembersProgress(Protocol):
    """Where such messages are; see `courier.state.progress`."""

    def sent(self, name: str, message_ids: Sequence[int]) -> None: ...
    def message_ids(self, name: str) -> list[int]: ...


class Progress:
    """Looks after such messages, and passes over all others.

    Args:
        table: None where nobody sends such messages.
    """

    def __init__(self, table: RemembersProgress | None) -> None:
        self._table = table

    def is_told_by(self, job: Job) -> bool:
        """Whether a message tells how far something is, for the first time or anew."""
        return is_progress(job.message.external_id)

    async def sent(self, job: Job, message_ids: Sequence[int]) -> None:
        """Telegram has it. What can't be written down is known to Redis all the same."""
        if self._table is None or not isinstance(job.message, SendMsg) or not self.is_told_by(job):
            return
        try:
            await on_thread(self._table.sent, str(job.message.external_id), message_ids)
        except StateUnavailableError as error:
            log().warning("where progress is told isn't remembered", reason=str(error))

    async def message_ids(self, job: Job) -> list[int]:
        """The message that one tells anew or takes away, where Redis has forgotten it.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        if self._table is None or not self.is_told_by(job):
            return []
        return await on_thread(self._table.message_ids, str(job.message.external_id))
