import socket

import pytest

from local.stack import PortTakenError
from local.stack.ports import FREE_PORTS, choose_ports, is_free


def test_zero_takes_free_ports_that_differ() -> None:
    chosen = choose_ports({"AWS_PORT": 0, "TELEGRAM_PORT": 0, "REDIS_PORT": 0})
    assert len(set(chosen.values())) == 3
    assert all(port in FREE_PORTS and is_free(port) for port in chosen.values())


def test_a_free_port_is_taken_as_asked() -> None:
    (port,) = choose_ports({"AWS_PORT": 0}).values()
    assert choose_ports({"AWS_PORT": port}) == {"AWS_PORT": port}


def test_a_taken_port_names_the_variable_to_set() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"Port {port} is taken.*REDIS_PORT=<port>"):
            choose_ports({"AWS_PORT": 0, "REDIS_PORT": port})
    assert is_free(port)


def test_one_port_for_two_services_is_refused() -> None:
    (port,) = choose_ports({"AWS_PORT": 0}).values()
    with pytest.raises(PortTakenError, match=f"{port} is asked for twice; REDIS_PORT"):
        choose_ports({"AWS_PORT": port, "REDIS_PORT": port})
