"""What can go wrong with the local stack.

StackError
├── AlreadyRunningError   another stack holds this state directory
├── PortTakenError        somebody else listens on a port that was asked for
├── StepFailedError       a command or service failed; carries the end of its log
└── StopRequestedError    not a failure: somebody asked for the end while a step was running

Each message is meant for the person at the terminal: it is printed without a traceback.
"""


class StackError(Exception):
    """The local stack can't go on, and the message says why and what to do."""


class AlreadyRunningError(StackError):
    """A second `up` on the same state directory."""


class PortTakenError(StackError):
    """A port that was asked for isn't free."""


class StepFailedError(StackError):
    """A step of the start, or a service that should be running, failed."""


class StopRequestedError(StackError):
    """A signal, or `down`, came while the stack was starting."""
