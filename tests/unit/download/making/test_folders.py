"""A job's folder is gone with the job, also with one that was killed, and no other's."""

import fcntl
import os
from pathlib import Path

import pytest

from courier.download.making.folders import job_folder


def test_it_is_empty_and_then_gone(tmp_path: Path) -> None:
    base = tmp_path / "jobs"
    with job_folder(base) as folder:
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "got.mp4").write_text("x")
    assert list(base.iterdir()) == []


def test_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), job_folder(tmp_path):
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []


def test_remains_of_a_killed_job_are_removed(tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / "got.mp4").write_text("x")
    (tmp_path / "file").write_text("x")
    with job_folder(tmp_path) as folder:
        assert {path.name for path in tmp_path.iterdir()} == {folder.name, "file"}


def test_another_jobs_folder_stays(tmp_path: Path) -> None:
    """On the local stack several processes share one disk."""
    other = tmp_path / "other"
    other.mkdir()
    descriptor = os.open(other, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with job_folder(tmp_path):
        assert other.exists()
    with job_folder(tmp_path) as first, job_folder(tmp_path):
        assert first.exists()
    os.close(descriptor)
    with job_folder(tmp_path):
        assert not other.exists()
