"""The clients of AWS that hot functions use."""

import os
import ssl
from functools import cache
from typing import Any

from urllib3 import PoolManager

from courier.aws.client import JsonClient
from courier.aws.services import Service

#: Connections that are kept for each service: batches call it from a few threads at once.
_KEPT = 4


def aws_client(service: Service) -> Any:
    """A client of a service, which stands in for boto3's of the same name."""
    return JsonClient(service, _connections(), os.environ)


@cache
def _connections() -> PoolManager:
    # One context for all connections: each would read the certificates of all authorities otherwise.
    return PoolManager(maxsize=_KEPT, ssl_context=ssl.create_default_context())
