"""What comes of a guarded job, however it ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from courier.download.guard.running import Job as Task
from courier.download.guard.running import JobCrashedError, JobError, JobStoppedError, JobTimeoutError
from courier.download.making.programs import Programs, programs
from courier.download.making.watching import Watch
from courier.download.making.workshop import Workshop
from tests.unit.download.making.test_watching import JOB, Table, Users

LATE, CRASHED = {"outcome": "late"}, {"outcome": "absent"}


class Nothing:
    """Neither files nor a store are asked for."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def workshop(run: Callable[..., Any]) -> Workshop:
    return Workshop(
        jobs=Table("yes"),
        files=Nothing(),
        store=Nothing(),
        progress=Users(),
        programs=Programs(Path("/ffmpeg")),
        base=Path("/nowhere"),
        max_bytes=1,
        max_duration_s=1.0,
        run=run,
    )


def raising(error: Exception) -> Callable[..., Any]:
    def run(*_: Any, **__: Any) -> Any:
        raise error

    return run


TASK = Task("module:function", None, Path("/nowhere"), 1.0)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (JobStoppedError("x"), "stale"),
        (JobTimeoutError("x"), "late"),
        (JobError("DownloadError", "HTTP Error 404: Not Found"), "gone"),
        (JobError("ValueError", "whatever", is_forbidden=True), "forbidden_address"),
        (JobError("OSError", "No space left on device"), "temporary"),
    ],
)
def test_how_a_job_ends(error: Exception, expected: str) -> None:
    found = workshop(raising(error)).work(TASK, Watch(JOB, Table(), Users()), LATE)
    assert (found.get("failure") or found["outcome"]) == expected


def test_a_crash() -> None:
    shop, watch = workshop(raising(JobCrashedError("exit status -9"))), Watch(JOB, Table(), Users())
    assert shop.work(TASK, watch, LATE)["failure"] == "temporary"
    assert shop.work(TASK, watch, LATE, CRASHED) == CRASHED


def test_an_error_of_ours_is_no_outcome() -> None:
    with pytest.raises(ZeroDivisionError):
        workshop(raising(ZeroDivisionError())).work(TASK, Watch(JOB, Table(), Users()), LATE)


def test_programs_are_found() -> None:
    found = programs()
    assert found.ffmpeg.is_file()
    assert all(path.is_absolute() for path in found.paths)
    assert found.deno is not None
