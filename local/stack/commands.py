"""`up`, `down` and `status`: what `make` calls."""

import os
import signal
import sys
import time
from enum import IntEnum

import psutil

from local.stack.describe import describe_running, urls
from local.stack.errors import AlreadyRunningError, StackError, StopRequestedError
from local.stack.interrupt import Interrupt
from local.stack.lock import FileLock
from local.stack.progress import Print
from local.stack.settings import StackSettings
from local.stack.stack import Stack, clean

#: A running stack needs some seconds to stop; one that is starting may be within a call.
_STOP_TIMEOUT_S = 30.0
#: Between taking the lock and writing the holder's name into it.
_HOLDER_TIMEOUT_S = 2.0


class Status(IntEnum):
    """Exit statuses of these commands."""

    OK = 0
    #: Something failed; for `status`: nothing runs.
    FAILED = 1
    #: `up` found a stack that runs already.
    ALREADY_RUNNING = 3


def up(settings: StackSettings, echo: Print) -> Status:
    """Run a stack until a signal or `down` comes."""
    began = time.monotonic()
    interrupt = Interrupt()
    with interrupt.on_signals():
        try:
            with Stack(settings, echo=echo, interrupt=interrupt) as stack:
                echo(urls(stack.endpoints))
                echo(f"ready in {time.monotonic() - began:.1f} s; Ctrl-C or 'make down' stops it")
                stack.watch()
                echo("stopping ...")
        except StopRequestedError:
            pass
        except AlreadyRunningError as error:
            return _fail(error, Status.ALREADY_RUNNING)
        except StackError as error:
            return _fail(error, Status.FAILED)
    echo("stopped; nothing is left running")
    return Status.OK


def down(settings: StackSettings, echo: Print) -> Status:
    """Stop the stack of this state directory, or clean up what is left of one that was killed."""
    lock = FileLock(settings.lock_file)
    with lock.held() as nobody_runs:
        if nobody_runs:
            left = settings.run_dir.exists()
            killed = clean(settings)
            what = f"cleaned up after a killed one ({len(killed)} processes)" if left else "nothing to do"
            echo(f"No stack is running: {what}.")
            return Status.OK
    process = _running_process(lock)
    if process is None:
        return _fail(StackError(f"{settings.lock_file} is held, but doesn't say by whom."), Status.FAILED)
    echo(f"stopping the stack (process {process.pid}) ...")
    process.send_signal(signal.SIGTERM)
    if not _taken_over(lock, _STOP_TIMEOUT_S):
        echo("it doesn't stop by itself; killing it")
        process.kill()
        if not _taken_over(lock, _STOP_TIMEOUT_S):
            return _fail(StackError(f"Process {process.pid} can't be killed."), Status.FAILED)
    clean(settings)
    lock.release()
    echo("stopped; nothing is left running")
    return Status.OK


def status(settings: StackSettings, echo: Print) -> Status:
    """Say whether a stack runs, and where."""
    lock = FileLock(settings.lock_file)
    with lock.held() as nobody_runs:
        if nobody_runs:
            echo(f"No stack is running in {settings.state_dir}. 'make up' starts one.")
            return Status.FAILED
    echo(describe_running(settings, lock.holder()))
    return Status.OK


def _running_process(lock: FileLock) -> psutil.Process | None:
    """The holder, waited for if it has only just started; never this process itself."""
    deadline = time.monotonic() + _HOLDER_TIMEOUT_S
    while time.monotonic() < deadline:
        holder = lock.holder()
        if holder and holder.pid != os.getpid() and (process := holder.process()):
            return process
        time.sleep(0.05)
    return None


def _taken_over(lock: FileLock, seconds: float) -> bool:
    """Wait for the lock: the kernel frees it when its holder is gone, and not before."""
    return Interrupt().wait_until(lock.try_acquire, seconds)


def _fail(error: StackError, code: Status) -> Status:
    print(error, file=sys.stderr)
    return code
