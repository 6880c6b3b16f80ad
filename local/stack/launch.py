"""Become a command that dies with the process which started it.

Run as a script by an isolated interpreter: `launch.py PARENT_PID COMMAND...`. The kernel remembers the wish
(PR_SET_PDEATHSIG) over the exec, so that even a SIGKILL of the parent leaves nothing behind. It isn't done
between fork and exec of the parent, where Python code is unsafe as soon as there are threads. Other systems
than Linux have no such wish; there the next `up` or `down` finds what was left.
"""

import ctypes
import os
import signal
import sys

#: From linux/prctl.h.
PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("The process that asked for this command is gone already.")
    os.execvp(command[0], command)  # noqa: S606 - replacing this process is the purpose


if __name__ == "__main__":
    main()
