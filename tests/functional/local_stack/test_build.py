"""When the SAM CLI is called to build, and when it isn't."""

import signal
from collections.abc import Callable

import pytest

from local.stack import Interrupt, StepFailedError
from local.stack.build import Build
from local.stack.processes import marked, stop
from local.stack.progress import Progress
from tests.functional.local_stack.conftest import Project, until


@pytest.fixture
def build(project: Project) -> Callable[[], list[str]]:
    """Build once, and give what a person saw."""
    project.settings.temporary_dir.mkdir(parents=True)
    project.settings.log_dir.mkdir(parents=True)

    def once() -> list[str]:
        lines: list[str] = []
        progress = Progress(lines.append, clock=lambda: 0.0)
        one = Build(project.settings, Interrupt())
        try:
            one.begin({}, progress)
            one.finish(progress)
            assert one.template.read_text() == (project.settings.root / "template.yaml").read_text()
        finally:
            one.release()
        return lines

    return once


def test_unchanged_sources_are_built_once(project: Project, build: Callable[[], list[str]]) -> None:
    assert build()[-1].endswith(" done")
    assert build() == ["   0.0 s  sam build   unchanged, kept from last time"]
    assert project.builds() == 1


def test_changed_sources_are_built_again(project: Project, build: Callable[[], list[str]]) -> None:
    build()
    template = project.settings.root / "template.yaml"
    template.write_text(template.read_text() + "# changed\n")
    build()
    build()
    assert project.builds() == 2


def test_a_failed_build_is_tried_again(project: Project, build: Callable[[], list[str]]) -> None:
    project.order('{"build": "fail"}')
    with pytest.raises(StepFailedError, match=r"template\.yaml failed"):
        build()
    project.order("{}")
    build()
    assert project.builds() == 1


def test_a_source_saved_while_it_builds_is_built_next_time(project: Project, build: Callable[[], list[str]]) -> None:
    """The SAM CLI may have read it before or after."""
    project.order('{"build": "touch"}')
    build()
    project.order("{}")
    build()
    assert project.builds() == 2


def test_what_a_killed_build_left_is_forgotten(project: Project, build: Callable[[], list[str]]) -> None:
    project.order('{"build": "hang"}')
    killed = Build(project.settings, Interrupt())
    child = killed.begin({}, Progress(lambda _: None))
    assert child is not None
    until((project.settings.root / "build.hangs").exists)
    child.process.send_signal(signal.SIGKILL)
    stop([child], project.settings.run_dir)
    killed.release()
    half = project.settings.build_dir / ".aws-sam" / "deps" / "half"
    half.mkdir(parents=True)
    project.order("{}")
    build()
    assert not half.exists()
    assert marked(project.settings.run_dir) == []


def test_two_stacks_build_one_after_the_other(project: Project, build: Callable[[], list[str]]) -> None:
    build()
    first = Build(project.settings, Interrupt())
    first.begin({}, Progress(lambda _: None))
    waiting = Interrupt()
    lines: list[str] = []

    def see(line: str) -> None:
        lines.append(line)
        # Released only once the second is seen to wait.
        first.release()

    second = Build(project.settings, waiting)
    second.begin({}, Progress(see, clock=lambda: 0.0))
    second.release()
    assert [line.removeprefix("   0.0 s  sam build   ") for line in lines] == [
        "waiting for another stack that builds or deploys",
        "unchanged, kept from last time",
    ]
