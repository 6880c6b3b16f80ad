"""What a process remembers of Telegram's word on files: which it took lately, and which it refused."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from courier.state.files import UNSENDABLE_S, FileTable
from courier.state.media import FileId, StoredFile

#: Seconds for which a `file_id` is good for the queue after Telegram named or took it.
GOOD_S = 900.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Files by bot.

    Attributes:
        clock: Seconds since 1970.
    """

    files: FileTable
    clock: Callable[[], float] = field(default=time.time)
    _good: dict[tuple[int, str], float] = field(default_factory=dict)
    _refused: dict[tuple[int, str, str], float] = field(default_factory=dict)

    def is_good(self, bot_id: int, known: FileId) -> bool:
        """Whether a `file_id` may be given to the queue, where a refusal would be a dead letter and no answer."""
        return self.clock() - self._good.get((bot_id, known.file_id), 0.0) <= GOOD_S

    def note_good(self, bot_id: int, known: FileId) -> None:
        """Telegram has just named a file so, or taken it under that name."""
        self._good[bot_id, known.file_id] = self.clock()

    def is_refused(self, content: str, bot_id: int, file: StoredFile) -> bool:
        """Whether an upload of a file was refused lately, to whomever it was to go.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        name = (bot_id, content, file.sha256)
        if self.clock() < self._refused.get(name, 0.0):
            return True
        return self.files.is_unsendable(content, bot_id, file)

    def note_refused(self, content: str, bot_id: int, file: StoredFile) -> None:
        """Telegram has just refused a file for what it is.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._refused[bot_id, content, file.sha256] = self.clock() + UNSENDABLE_S
        self.files.note_unsendable(content, bot_id, file)
