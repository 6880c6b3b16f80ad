"""Run a command for a bounded time, and leave nothing of it behind."""

import asyncio
import os
import re
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = re.compile(r"\b[a-z][a-z+]*://\S+")
#: Characters of an error's text that a report shows.
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended by itself."""

    code: int
    stdout: str
    stderr: str

    def complaint(self) -> str:
        r"""The end of what it wrote to stderr, in one line.

        Addresses are left out: reports are kept in the repository, and a registry's address is the machine's own.

        >>> Finished(1, "", "Trace\nno route to https://index.example/simple/x\n").complaint()
        'exit code 1: Trace | no route to (address)'
        """
        lines = [line.strip() for line in _ADDRESS.sub("(address)", self.stderr).splitlines() if line.strip()]
        text = " | ".join(lines)
        return f"exit code {self.code}: {text[-_SHOWN:] or 'it said nothing'}"


async def run_command(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], timeout_s: float
) -> Finished:
    """Run `command` to its end.

    It leads a process group of its own, so that its children (npm has some) end with it, on a timeout as well as when
    the caller is cancelled.

    Raises:
        TimeoutError: It took longer than `timeout_s`, and was killed.
        OSError: It could not be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout_s):
            stdout, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return Finished(process.returncode or 0, stdout.decode(errors="replace"), stderr.decode(errors="replace"))
