"""The table is asked, and users are told, every few seconds at most; neither's trouble is the job's."""

from courier.download.making.watching import Watch
from courier.errors import StateUnavailableError
from courier.state.media import Job
from tests.unit.download.making.test_bounds import Clock

JOB = Job(hash="0a", state="running", attempt=3, url="", media="video", quality="best")


class Table:
    """Answers by turns: `yes`, `no`, or it can't be read."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def begun(self, content: str, attempt: int) -> bool:
        self.asked.append((content, attempt))
        answer = self.answers.pop(0)
        if answer == "away":
            raise StateUnavailableError(answer)
        return answer == "yes"


class Users:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.told: list[tuple[float | None, str]] = []

    def tell(self, job: Job, fraction: float | None, stage: str) -> None:
        assert job is JOB
        self.told.append((fraction, stage))
        if self.error:
            raise self.error


def test_the_table_is_asked_every_three_seconds() -> None:
    clock, table = Clock(), Table("yes", "yes")
    watch = Watch(JOB, table, Users(), clock)
    for now in (100.0, 102.9, 103.0, 105.9, 106.0):
        clock.now = now
        assert watch.is_wanted()
    assert table.asked == [("0a", 3), ("0a", 3)]


def test_a_no_is_a_no() -> None:
    clock, table = Clock(), Table("no")
    watch = Watch(JOB, table, Users(), clock)
    for now in (103.0, 104.0, 120.0):
        clock.now = now
        assert not watch.is_wanted()
    assert len(table.asked) == 1


def test_a_table_that_cant_be_read() -> None:
    clock, table = Clock(), Table("away", "no")
    watch = Watch(JOB, table, Users(), clock)
    clock.now = 103.0
    assert watch.is_wanted()
    clock.now = 106.0
    assert not watch.is_wanted()


def test_users_are_told_every_four_seconds() -> None:
    clock, users = Clock(), Users()
    watch = Watch(JOB, Table(), users, clock)
    for now, fraction in ((100.0, 0.1), (103.9, 0.2), (104.0, 0.3), (108.0, None)):
        clock.now = now
        watch.note({"stage": "Downloading", "fraction": fraction})
    assert users.told == [(0.1, "Downloading"), (0.3, "Downloading"), (None, "Downloading")]


def test_users_who_cant_be_told() -> None:
    users = Users(StateUnavailableError("no queue"))
    Watch(JOB, Table(), users, Clock()).note({"stage": "Storing", "fraction": None})
    assert users.told == [(None, "Storing")]
