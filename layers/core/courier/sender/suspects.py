"""Messages that may kill their worker.

Each claim is counted before anything is done with the message. What was claimed without a word since is tried alone,
with its neighbours already delivered; after several times it isn't tried at all.
"""

from collections.abc import Mapping, Sequence

from courier.sender.jobs import Chain
from courier.sender.marks import Claim, Verdict

#: Unfinished attempts after which a message is tried alone. The contract asks for it after three; after one, the
#: neighbours of a message that kills its worker are delivered within a minute too.
ALONE_AFTER = 1
#: Unfinished attempts after which it is given up.
GIVEN_UP_AFTER = 5
#: What its dead letter says.
REASON = f"its worker died {GIVEN_UP_AFTER} times in a row while it was being sent, at last alone"


def is_suspect(claim: Claim) -> bool:
    """Whether a message must be tried alone, or not at all. The claim itself is no unfinished attempt yet."""
    return claim.verdict is Verdict.TRY and claim.unheard > ALONE_AFTER


def is_given_up(claim: Claim) -> bool:
    """Whether a message has killed its worker often enough."""
    return claim.verdict is Verdict.TRY and claim.unheard > GIVEN_UP_AFTER


def apart(chains: Sequence[Chain], claims: Mapping[str, Claim]) -> tuple[list[Chain], list[Chain]]:
    """The chains that may go side by side, and those that hold a suspect and go one at a time after them.

    What was seen unfinished most often goes last: the others are done before it can take them along again.
    """

    def unheard(chain: Chain) -> int:
        found = (claims[job.record.message_id] for job in chain.jobs())
        return max((claim.unheard for claim in found if is_suspect(claim)), default=0)

    alone = [chain for chain in chains if unheard(chain)]
    return [chain for chain in chains if not unheard(chain)], sorted(alone, key=unheard)
