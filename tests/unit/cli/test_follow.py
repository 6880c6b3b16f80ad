"""Lines of all stages by time, each shown once however often it is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from cli.follow import OVERLAP_S, POLL_S, followed, merged
from cli.loglines import Line
from tests.unit.cli.fakes import line


@dataclass
class Growing:
    """Lines by the look at which they can first be seen."""

    looks: list[list[Line]]
    asked: list[tuple[str, float]] = field(default_factory=list)

    def read(self, stage: str, since_s: float, pattern: str = "") -> Iterator[Line]:
        assert pattern == ""
        self.asked.append((stage, since_s))
        number = sum(1 for name, _ in self.asked if name == stage)
        for some in self.looks[:number]:
            yield from (one for one in some if one.stage == stage and one.at >= since_s)


def test_stages_are_merged_by_their_own_time() -> None:
    reader = Growing([[line("c", at=3), line("b", at=2, stage="sender"), line("a", at=1)]])

    assert [one.message for one in merged(reader, ["control", "sender"], 0)] == ["a", "b", "c"]


def test_new_lines_are_followed_and_none_comes_twice() -> None:
    now = [100.0]
    # The second look finds one that is older than what was shown: CloudWatch was late with it.
    reader = Growing([[line("a", at=95), line("c", at=99)], [line("b", at=97)], [], [line("d", at=103)]])

    def sleep(seconds: float) -> None:
        now[0] += seconds

    lines = followed(reader, ["control"], 80.0, clock=lambda: now[0], sleep=sleep)

    assert [one.message for one in islice(lines, 4)] == ["a", "c", "b", "d"]
    # Looks were at 100, 102, 104 and 106; each further one starts the overlap before its forerunner.
    starts = [at - OVERLAP_S for at in (100, 100 + POLL_S, 100 + 2 * POLL_S)]
    assert [since for _, since in reader.asked] == [80, *starts]
