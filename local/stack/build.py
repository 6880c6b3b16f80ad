"""`sam build`, skipped when nothing that it reads has changed.

Three speeds: with unchanged sources no process is started at all; with changed code the SAM CLI keeps the
layer's packages (`--cached`); only changed requirements are resolved anew.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from local.stack.environment import sam_environment
from local.stack.errors import StepFailedError
from local.stack.interrupt import Interrupt
from local.stack.lock import FileLock
from local.stack.processes import Child, start, wait_done
from local.stack.progress import Progress
from local.stack.settings import StackSettings, host_architecture
from local.stack.sources import digest

STEP = "sam build"

#: In place of the key while a build runs, and after one that was killed.
_UNFINISHED = "unfinished"

#: A first build downloads packages, on any connection.
_BUILD_TIMEOUT_S = 600.0
#: Another stack may be building and deploying from the same folder.
_LOCK_TIMEOUT_S = 660.0


class Build:
    """The build of the current sources, for this machine's architecture.

    Held from `begin` to `release`, so that a second stack neither builds into nor deploys from a folder
    that this one is using.
    """

    def __init__(self, settings: StackSettings, interrupt: Interrupt) -> None:
        self._settings = settings
        self._interrupt = interrupt
        self._folder = settings.build_dir / "out"
        self._key_file = settings.build_dir / "key"
        self._lock = FileLock(settings.build_dir / "build.lock")
        self._key = ""
        self._child: Child | None = None

    @property
    def template(self) -> Path:
        """The built template, whose paths lead to the artifacts."""
        return self._folder / "template.yaml"

    def begin(self, inherited: Mapping[str, str], progress: Progress) -> Child | None:
        """Start `sam build`, if it is needed; other things can be started meanwhile."""
        self._acquire(progress)
        self._key = digest(self._settings.root, salt=host_architecture())
        built = self._built_key()
        if self.template.is_file() and built == self._key:
            progress.say(STEP, "unchanged, kept from last time")
            return None
        if built == _UNFINISHED:
            self._forget()
        first = "" if self.template.is_file() else " (the first time takes a while: it fetches packages)"
        progress.say(STEP, f"started{first}")
        self._key_file.write_text(_UNFINISHED)
        self._child = start(
            STEP,
            self._command(),
            environment=sam_environment(self._settings, inherited),
            log=self._settings.log_dir / "sam-build.log",
            cwd=self._settings.build_dir,
        )
        return self._child

    def finish(self, progress: Progress) -> None:
        """Wait for the build, and note what it was made from."""
        if self._child is None:
            return
        try:
            wait_done(self._child, self._interrupt, _BUILD_TIMEOUT_S, lambda: progress.remind(STEP))
        except StepFailedError:
            self._key_file.unlink()
            raise
        # A source that was saved meanwhile may be in the build or not: the next start builds again.
        unchanged = digest(self._settings.root, salt=host_architecture()) == self._key
        self._key_file.write_text(self._key if unchanged else "")
        progress.say(STEP, "done")

    def release(self) -> None:
        self._lock.release()

    def _acquire(self, progress: Progress) -> None:
        if not self._lock.try_acquire():
            progress.say(STEP, "waiting for another stack that builds or deploys")
            if not self._interrupt.wait_until(self._lock.try_acquire, _LOCK_TIMEOUT_S):
                raise StepFailedError(f"Another stack still builds in {self._settings.build_dir}.")
        self._settings.build_dir.mkdir(parents=True, exist_ok=True)

    def _forget(self) -> None:
        """Remove what a killed build has left: half of a layer's packages look like all of them."""
        for path in (self._folder, self._settings.build_dir / "cache", self._settings.build_dir / ".aws-sam"):
            shutil.rmtree(path, ignore_errors=True)

    def _built_key(self) -> str:
        try:
            return self._key_file.read_text()
        except OSError:
            return ""

    def _command(self) -> list[str | Path]:
        # Run in its own folder, where it keeps its notes: a developer's `sam build` for another
        # architecture and this one don't undo each other's caches.
        build_dir = self._settings.build_dir
        return [
            *(self._settings.sam_python, "-m", "samcli", "build", "--cached", "--parallel"),
            *("--template-file", self._settings.root / "template.yaml"),
            *("--build-dir", self._folder, "--cache-dir", build_dir / "cache"),
            *("--parameter-overrides", f"Architecture={host_architecture()}"),
        ]
