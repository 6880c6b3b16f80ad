"""The end-to-end tests of every day on one stack: first those that bear none beside them, then the rest in two rows.

`python -m tests.e2e [arguments of pytest]`; `pytest tests/e2e` runs them one after another.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.stack import running_stack
from local.stack.ports import choose_ports
from tests.e2e.conftest import PARAMETERS, STATE_DIR

FILES = sorted(Path(__file__).parent.glob("test_*.py"))
#: What users do; the rest looks after bots. One row alone may use the site.
USERS = [file for file in FILES if file.stem in {"test_commands", "test_downloads", "test_webhook"}]
BOTS = [file for file in FILES if file not in USERS]


def main(arguments: Sequence[str]) -> int:
    """The first exit status that isn't 0, after all have run."""
    # The tests' site listens where the stack was told that it may download from.
    site = f"127.0.0.1:{choose_ports({'SITE': 0})['SITE']}"
    with running_stack(STATE_DIR, parameters=PARAMETERS | {"MediaAllowedHosts": site}) as stack:
        told = {"COURIER_ENDPOINTS": str(stack.settings.endpoints_file), "MEDIA_ALLOWED_HOSTS": site}

        def run(row: int, marks: str, files: Sequence[Path], output: int | None = None) -> int:
            command = [sys.executable, "-m", "pytest", "-m", marks, *map(str, files), *arguments]
            environment = os.environ | told | {"COURIER_TEST_ROW": str(row)}
            done = subprocess.run(command, env=environment, check=False, stdout=output, text=True)
            sys.stdout.write(done.stdout or "")
            return done.returncode

        statuses = [run(0, "not slow and alone", FILES)]
        with ThreadPoolExecutor() as rows:
            together = [
                rows.submit(run, row, "not slow and not alone", files, subprocess.PIPE)
                for row, files in enumerate((BOTS, USERS), start=1)
            ]
            statuses += [one.result() for one in together]
    return next(filter(None, statuses), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
