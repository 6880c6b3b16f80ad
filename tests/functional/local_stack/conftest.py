"""A small project beside the real one: real Valkey, real emulator, and a SAM CLI that takes no seconds."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from local.stack import Endpoints, Interrupt, StackSettings
from local.stack.processes import kill_marked
from local.stack.settings import PROJECT

HERE = Path(__file__).parent
DEADLINE_S = 30.0

#: Runs one command of the stack on the settings of a test; no simulator, whose own tests start it.
_RUN = """
import sys
from pathlib import Path
from local.stack import StackSettings, commands
command, root, state_dir = sys.argv[1:]
settings = StackSettings(
    state_dir=Path(state_dir), root=Path(root), telegram_api_base="http://127.0.0.1:9"
)
sys.exit(getattr(commands, command)(settings, lambda line: print(line, flush=True)))
"""

Command = Literal["up", "down", "status"]


class Project:
    """Runs the stack's commands on the small project, each in a process of its own."""

    def __init__(self, root: Path) -> None:
        self.settings = StackSettings(state_dir=root / "state", root=root)
        self._started: list[subprocess.Popen[str]] = []

    def start(self, command: Command) -> subprocess.Popen[str]:
        """Start a command; its output and errors are read from its `stdout`."""
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, command, str(self.settings.root), str(self.settings.state_dir)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def run(self, command: Command) -> tuple[int, str]:
        """Run a command to its end: exit status and output."""
        return self.end(self.start(command))

    def up(self) -> subprocess.Popen[str]:
        """Start `up` and wait until it is ready."""
        process = self.start("up")
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line)
            if line.startswith("ready in"):
                return process
        pytest.fail("it didn't get ready:\n" + "".join(seen))

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """Wait for a command's end."""
        output, _ = process.communicate(timeout=DEADLINE_S)
        return process.returncode, output

    def endpoints(self) -> Endpoints:
        return Endpoints.load(self.settings.endpoints_file)

    def builds(self) -> int:
        """How often the SAM CLI has built."""
        file = self.settings.root / "builds"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def order(self, text: str) -> None:
        """Tell the SAM CLI what to do."""
        (self.settings.root / "sam.json").write_text(text)

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()
        kill_marked(self.settings.run_dir)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with a template, a state directory of its own, and no stack running yet."""
    venvs = tmp_path / ".local" / "venvs"
    (venvs / "sam" / "bin").mkdir(parents=True)
    (venvs / "emulator").symlink_to(PROJECT / ".local" / "venvs" / "emulator")
    python = venvs / "sam" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{venvs}/emulator/bin/python" "{tmp_path}/fake_sam.py" "$@"\n')
    python.chmod(0o755)
    for name in ("fake_sam.py", "template.yaml"):
        shutil.copy(HERE / name, tmp_path)
    made = Project(tmp_path)
    yield made
    made.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what has to come true soon."""
    assert Interrupt().wait_until(condition, DEADLINE_S), "it didn't happen in time"
