"""The digest decides whether `sam build` runs: it must see every change that matters, and none that doesn't."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.stack.sources import digest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "template.yaml": "Resources: {}",
        "functions/api/handler.py": "def handler(): ...",
        "layers/core/requirements.txt": "redis==8",
        "docs/decisions.md": "# Decisions",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def _rename(project: Path) -> None:
    (project / "functions/api").rename(project / "functions/http")


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / "template.yaml").write_text("Resources: {A: {}}"),
        lambda project: (project / "functions/api/handler.py").write_text("def handler(): pass"),
        lambda project: (project / "functions/api/more.py").touch(),
        lambda project: (project / "layers/core/requirements.txt").unlink(),
        lambda project: (project / "layers/core/requirements.txt").chmod(0o755),
        lambda project: (project / "samconfig.toml").touch(),
        _rename,
    ],
)
def test_a_changed_input_changes_the_digest(project: Path, change: Callable[[Path], object]) -> None:
    before = digest(project)
    change(project)
    assert digest(project) != before


def test_what_the_build_does_not_read_leaves_it_alone(project: Path) -> None:
    before = digest(project)
    cache = project / "functions/api/__pycache__"
    cache.mkdir()
    (cache / "handler.cpython-313.pyc").write_bytes(b"x")
    (project / "docs/decisions.md").write_text("changed")
    assert digest(project) == before


def test_the_same_sources_elsewhere_have_the_same_digest(project: Path, tmp_path: Path) -> None:
    before = digest(project)
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    project.rename(moved)
    assert digest(moved) == before


def test_the_salt_counts(project: Path) -> None:
    assert digest(project, salt="arm64") != digest(project, salt="x86_64")
