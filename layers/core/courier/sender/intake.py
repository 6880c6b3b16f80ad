"""What a batch brings: its records by message group, with all that is known of each before the first is tried."""

from collections.abc import Sequence

from courier.queues.names import BotQueue
from courier.queues.records import Record
from courier.sender.jobs import Chain, Fault, Job, Link, Refusal, Unread, chains_of, read
from courier.sender.legs import Leg
from courier.sender.marks import Claim, Known, Marks, Verdict
from courier.sender.merging import merged
from courier.sender.quarantine import REASON, Attempts
from courier.state.bots import Bot


class Intake:
    """A batch as it goes to work. `begin` makes one.

    Attributes:
        attempts: The attempts at its messages.
        chains: One for each message group.
    """

    def __init__(self, records: Sequence[Record], source: BotQueue, bot: Bot, marks: Marks, attempts: Attempts) -> None:
        self._source = source
        self._bot = bot
        self._marks = marks
        self._claims: dict[str, Claim] = {}
        self.attempts = attempts
        self.chains = chains_of([self._link(record) for record in records])

    def _link(self, record: Record) -> Link:
        if self.attempts.is_given_up(record):
            return Refusal(record, REASON)
        return Unread(record) if self.attempts.is_quarantined(record) else self.read(record)

    def read(self, record: Record) -> Job | Refusal | Fault:
        """A record's body as a job, or why it is none."""
        return read(record, self._source, self._bot)

    async def claim_all(self) -> list[Leg]:
        """Claim the jobs of all message groups without a message in quarantine, and merge edits that wait together.

        Jobs beside a message in quarantine are claimed, and their calls reserved, when their turn comes: reserved
        ahead, they would take the room in their chat that the message before them needs.

        Returns:
            All calls that can be reserved at once.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        chains = [chain for chain in self.chains if chain.is_read()]
        jobs = [job for chain in chains for job in chain.jobs()]
        claims = await self._marks.claim([job.identity for job in jobs], [self._known(job) for job in jobs])
        self._claims = {job.record.message_id: claim for job, claim in zip(jobs, claims, strict=True)}
        for chain in chains:
            moved = [_moved(link, self._claims) if isinstance(link, Job) else link for link in chain.links]
            chain.links = merged(moved, lambda job: self._claims[job.record.message_id].verdict is Verdict.TRY)
        return [
            Leg.of(job, part, chain.number)
            for chain in chains
            for job in chain.jobs()
            if (claim := self._claims[job.record.message_id]).verdict is Verdict.TRY
            for part in range(claim.parts.count, len(job.calls))
        ]

    async def claim(self, job: Job) -> tuple[Job, Claim]:
        """The claim of one job, and the job for its chat's new id.

        It is made where the batch's doesn't hold the job, and made anew for the duplicate of an undecided message: the
        other may stand before it in this very batch.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        claim = self._claims.get(job.record.message_id)
        if claim is None or claim.verdict is Verdict.DUPLICATE_PENDING:
            (claim,) = await self._marks.claim([job.identity], [self._known(job)])
            self._claims[job.record.message_id] = claim
            job = _moved(job, self._claims)
        return job, claim

    def take_apart(self) -> None:
        """Undo what was made of the batch as a whole: each record is read and claimed when its turn comes."""
        self._claims = {}
        for chain in self.chains:
            chain.links = [link if isinstance(link, Refusal) else Unread(link.record) for link in _unmerged(chain)]

    def apart(self) -> tuple[list[Chain], list[Chain]]:
        """The chains that may go side by side, and those that go one at a time after them.

        What has most unfinished attempts goes last, and the longest bodies behind others with as many: the rest is
        done before a worker can die of them again.
        """

        def danger(chain: Chain) -> tuple[int, int]:
            unfinished = (self.attempts.known(record).unfinished for record in chain.records())
            return max(unfinished), max(len(record.body) for record in chain.records())

        return [chain for chain in self.chains if chain.is_read()], sorted(
            (chain for chain in self.chains if not chain.is_read()), key=danger
        )

    def _known(self, job: Job) -> Known:
        return self.attempts.known(job.record)


async def begin(records: Sequence[Record], source: BotQueue, bot: Bot, marks: Marks) -> Intake:
    """Start an attempt at each message, and read those that aren't in quarantine.

    Raises:
        StateUnavailableError: if Redis can't be asked.
    """
    owners = [record.message_id for record in records]
    known = dict(zip(owners, await marks.begin(source.bot_id, owners), strict=True))
    return Intake(records, source, bot, marks, Attempts(marks, source.bot_id, known))


def _moved(job: Job, claims: dict[str, Claim]) -> Job:
    moved_to = claims[job.record.message_id].moved_to
    return job if moved_to is None else job.moved(moved_to)


def _unmerged(chain: Chain) -> list[Link]:
    return [one for link in chain.links for one in ((*link.absorbed, link) if isinstance(link, Job) else (link,))]
