"""How sites are reached: parameters are read seldom, and never passed over."""

import pytest

from courier.download.access import KNOWN_S, Access, AccessByParameter
from courier.errors import StateUnavailableError


class FakeSecrets:
    """Parameters, and how often they were read."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.reads = 0

    def secret(self, name: str) -> str:
        self.reads += 1
        if name not in self.texts:
            raise StateUnavailableError(f"parameter {name}")
        return self.texts[name]


def test_nothing_named_is_nothing_read() -> None:
    secrets = FakeSecrets()
    assert AccessByParameter(secrets, frozenset({"127.0.0.1:80"}))() == Access(frozenset({"127.0.0.1:80"}))
    assert secrets.reads == 0


def test_what_is_named_is_read_once_in_a_while() -> None:
    now = 0.0
    secrets = FakeSecrets(p="http://proxy.test:1\n", c="cookies\n")
    access = AccessByParameter(secrets, proxy_parameter="p", cookies_parameter="c", clock=lambda: now)
    assert access() == access() == Access(proxy="http://proxy.test:1", cookies="cookies\n")
    assert secrets.reads == 2
    secrets.texts["p"] = "http://proxy.test:2"
    now = KNOWN_S + 1
    assert access().proxy == "http://proxy.test:2"


@pytest.mark.parametrize("texts", [{}, {"p": "socks5://proxy.test:1"}, {"p": "proxy.test:1"}])
def test_without_the_proxy_nobody_is_asked(texts: dict[str, str]) -> None:
    with pytest.raises(StateUnavailableError, match=r"^parameter p"):
        AccessByParameter(FakeSecrets(**texts), proxy_parameter="p")()
