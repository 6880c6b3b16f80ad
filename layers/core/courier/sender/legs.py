"""One call of a job on its way."""

from dataclasses import dataclass

from courier.sender.calls import Call
from courier.sender.jobs import Job


@dataclass(frozen=True, slots=True)
class Leg:
    """A call that wants a start.

    Attributes:
        key: Of the call within its batch.
        chain: Number of its message group; calls of one chain start one after another.
    """

    key: str
    call: Call
    chain: int

    @classmethod
    def of(cls, job: Job, part: int, chain: int) -> "Leg":
        """One of a job's calls, by its number from 0."""
        return cls(f"{job.record.message_id}:{part}", job.calls[part], chain)
