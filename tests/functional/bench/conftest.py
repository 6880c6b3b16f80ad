from collections.abc import Iterator

import pytest

from bench.live.services import Services, running_services


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """Valkey and a simulator of this module's own."""
    with running_services() as running:
        yield running
