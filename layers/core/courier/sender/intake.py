"""What a batch brings: its records as jobs, with all that is known of each before the first is tried."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from courier.queues.names import BotQueue
from courier.queues.records import Record
from courier.sender.jobs import Chain, Job, chains_of
from courier.sender.legs import Leg
from courier.sender.marks import Claim, Marks, Settlement, Verdict
from courier.sender.merging import merged
from courier.sender.suspects import is_suspect
from courier.state.bots import Bot


@dataclass
class Intake:
    """A batch as it goes to work.

    Attributes:
        chains: One for each message group.
        claims: What is known of each message, by its SQS id.
        suspects: The SQS ids of those that may kill their worker and weren't tried yet in this batch.
        claimed: All that were claimed, those too that another one absorbed.
    """

    chains: list[Chain]
    claims: dict[str, Claim]
    suspects: set[str]
    claimed: list[Job] = field(default_factory=list)

    def legs(self) -> list[Leg]:
        """All calls that can be reserved at once."""
        return [
            Leg.of(job, part, chain.number)
            for chain in self.chains
            for job in chain.jobs()
            if (claim := self.claims[job.record.message_id]).verdict is Verdict.TRY
            and job.record.message_id not in self.suspects
            for part in range(claim.parts.count, len(job.calls))
        ]

    def given_back(self, records: set[Record]) -> list[Settlement]:
        """What the marks should know of messages that go back to their queue.

        A suspect that wasn't tried stays one: nothing was learnt of it.
        """
        return [
            Settlement(job.identity, "hold")
            for job in self.claimed
            if job.record in records and job.record.message_id not in self.suspects
        ]


async def take_in(records: Sequence[Record], source: BotQueue, bot: Bot, marks: Marks) -> Intake:
    """Read and claim a batch.

    Raises:
        StateUnavailableError: if Redis can't be asked.
    """
    chains = chains_of(records, source, bot)
    jobs = [job for chain in chains for job in chain.jobs()]
    found = await marks.claim([job.identity for job in jobs]) if jobs else []
    claims = {job.record.message_id: claim for job, claim in zip(jobs, found, strict=True)}
    suspects = {message_id for message_id, claim in claims.items() if is_suspect(claim)}
    for job in jobs:
        if job.record.message_id in suspects:
            # Their claims count when each one's turn comes: only the one that is being tried can be the killer.
            await marks.settle(Settlement(job.identity, "back"))
    for chain in chains:
        chain.links = [_moved(link, claims) if isinstance(link, Job) else link for link in chain.links]
        chain.links = merged(chain.links, lambda job: claims[job.record.message_id].verdict is Verdict.TRY)
    return Intake(chains, claims, suspects, jobs)


def _moved(job: Job, claims: dict[str, Claim]) -> Job:
    moved_to = claims[job.record.message_id].moved_to
    return job if moved_to is None else job.moved(moved_to)
