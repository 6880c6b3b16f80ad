"""Which ports the stack listens on."""

import random
import socket
from collections.abc import Mapping

from local.stack.errors import PortTakenError
from local.stack.settings import HOST

#: Below the range that Linux hands to outgoing connections (32768 and up), so that a port which was
#: free when it was chosen isn't taken by somebody's client before the service listens on it.
FREE_PORTS = range(20_000, 32_000)


def choose_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """A port for every variable in `wanted`; 0 means any free one.

    Raises:
        PortTakenError: Names the variable to set, because that is what a person does next.
    """
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        if port and port in chosen.values():
            raise PortTakenError(f"Port {port} is asked for twice; {name} needs another one.")
        if port and not is_free(port):
            raise PortTakenError(
                f"Port {port} is taken by another program. Choose another one with {name}=<port>"
                f" ({name}=0 takes any free one)."
            )
        chosen[name] = port or _free_port(taken={*wanted.values(), *chosen.values()})
    return chosen


def is_free(port: int) -> bool:
    """Whether a service could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do it: a connection that lingers after a stop is no reason to refuse.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _free_port(taken: set[int]) -> int:
    for port in random.sample(FREE_PORTS, len(FREE_PORTS)):
        if port not in taken and is_free(port):
            return port
    raise PortTakenError(f"No port between {FREE_PORTS.start} and {FREE_PORTS.stop} is free.")
