"""A service on loopback, and a client of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from urllib3 import PoolManager

from courier.aws.client import JsonClient
from courier.aws.services import Service
from tests.functional.aws.server import FakeService, fake_service


@dataclass
class World:
    """What a function would have around it."""

    service: FakeService
    environment: dict[str, str]
    http: PoolManager
    slept: list[float] = field(default_factory=list)

    def client(self, service: Service) -> Any:
        return JsonClient(service, self.http, self.environment, sleep=self.slept.append)


@pytest.fixture
def world() -> Iterator[World]:
    with fake_service() as service, PoolManager() as http:
        environment = {
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": service.url,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "not-so-secret",
            "AWS_SESSION_TOKEN": "session+token/with=signs",
        }
        yield World(service, environment, http)
