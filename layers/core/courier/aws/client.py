"""A client of one service, called as boto3's would be, and raising what that raises.

Whoever works with a service doesn't know which of the two it has. In each cold start boto3 reads the models of 239
operations, of which the sender needs seven: 20 MB, and a fifth of the time; see `docs/decisions.md`.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from courier.aws.services import Service
from courier.aws.signing import region_of, signed_headers
from courier.deadlines import seconds_left

#: Seconds to connect and to wait for an answer: a function has few to give.
CONNECT_S, READ_S = 2.0, 5.0
#: Seconds that a call has at least, when the invocation's deadline is past: urllib3 takes no timeout of 0.
_LEAST_S = 0.001
#: Times that a call is tried, as far as the invocation's deadline allows.
TRIES = 3
#: Seconds of the longest first pause; each further one is twice as long. Throttled calls give the service more time.
PAUSE_S, THROTTLED_PAUSE_S = 0.05, 1.0

#: What AWS's SDKs take for throttling, and for faults that pass.
_THROTTLING = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException"),
        *("RequestThrottled", "TooManyRequestsException", "ProvisionedThroughputExceededException"),
        *("RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown"),
        *("TransactionInProgressException", "PriorRequestNotComplete", "EC2ThrottledException"),
    }
)
_PASSING_CODES = frozenset({"RequestTimeout", "RequestTimeoutException", "InternalError"})
_PASSING_STATUSES = frozenset({500, 502, 503, 504})
_SUCCESS = 200


class Errors:
    """The classes of errors that callers tell from others, as `client.exceptions` has them."""

    def __init__(self, codes: frozenset[str]) -> None:
        self._classes: dict[str, type[ClientError]] = {code: type(code, (ClientError,), {}) for code in codes}

    def __getattr__(self, code: str) -> type[ClientError]:
        try:
            return self._classes[code]
        except KeyError:
            raise AttributeError(code) from None

    def of(self, code: str) -> type[ClientError]:
        """The class of a code; the general one where nobody asks for more."""
        return self._classes.get(code, ClientError)


class JsonClient:
    """One service.

    Args:
        http: Connections, which all clients of a process may share.
        environment: Gives region, address and credentials. It is read at each call, since Lambda renews credentials.
        sleep: Waits between tries, in seconds.
    """

    def __init__(
        self,
        service: Service,
        http: PoolManager,
        environment: Mapping[str, str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._http = http
        self._environment = environment
        self._sleep = sleep
        self.exceptions = Errors(service.errors)

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        """An operation, named as boto3 names it: `get_item(TableName=…)`."""
        operation = "".join(part.capitalize() for part in method.split("_"))
        if operation not in self._service.operations:
            raise AttributeError(f"{self._service.name} isn't asked for {method} here")
        return partial(self._call, operation)

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Make a call.

        Raises:
            ClientError: what the service said.
            BotoCoreError: that it couldn't be asked.
        """
        body = json.dumps(parameters).encode()
        for tried in range(1, TRIES + 1):
            answer = self._try(operation, body)
            if isinstance(answer, dict):
                return answer
            longest_s = _pause(answer)
            # Jitter keeps those who failed together from coming back together; it is no secret.
            pause_s = random.uniform(0, (longest_s or 0.0) * 2 ** (tried - 1))  # noqa: S311
            if tried == TRIES or longest_s is None or seconds_left() <= pause_s:
                raise answer
            self._sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    def _try(self, operation: str, body: bytes) -> dict[str, Any] | ClientError | BotoCoreError:
        url = self._service.url(region_of(self._environment), self._environment) + "/"
        headers = {
            "Content-Type": f"application/x-amz-json-{self._service.version}",
            "X-Amz-Target": f"{self._service.target}.{operation}",
            "User-Agent": "tg-courier",
        }
        signed = signed_headers(self._service.name, url, headers, body, self._environment)
        left_s = max(_LEAST_S, seconds_left())
        timeout = Timeout(
            connect=min(CONNECT_S, left_s), read=min(READ_S, left_s), total=min(CONNECT_S + READ_S, left_s)
        )
        try:
            answer = self._http.request(
                "POST", url, body=body, headers=signed, timeout=timeout, retries=False, redirect=False
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            return EndpointConnectionError(endpoint_url=url, error=error)
        except HTTPError as error:
            return HTTPClientError(error=error)
        read = self._read(answer.data)
        if answer.status == _SUCCESS and read is not None:
            return read
        return self._error(operation, answer.status, answer.headers.get("x-amzn-query-error"), read)

    def _read(self, data: bytes) -> dict[str, Any] | None:
        """The answer's JSON; None where it is none."""
        try:
            read = json.loads(data, object_hook=self._with_times) if data else {}
        except ValueError:
            return None
        return read if isinstance(read, dict) else None

    def _with_times(self, fields: dict[str, Any]) -> dict[str, Any]:
        for name in self._service.times & fields.keys():
            fields[name] = datetime.fromtimestamp(fields[name], UTC)
        return fields

    def _error(
        self, operation: str, status: int, query_error: str | None, answer: dict[str, Any] | None
    ) -> ClientError:
        """What stands in an answer that is no success. SQS has the codes that people know in a header."""
        told = answer or {}
        code = (query_error or "").partition(";")[0] or str(told.get("__type", "")).rpartition("#")[2] or str(status)
        words = str(told.get("message") or told.get("Message") or f"HTTP {status}")
        parsed: Any = {"Error": {"Code": code, "Message": words}, "ResponseMetadata": {"HTTPStatusCode": status}}
        if "CancellationReasons" in told:
            # DynamoDB: why a transaction wasn't made, item by item.
            parsed["CancellationReasons"] = told["CancellationReasons"]
        return self.exceptions.of(code)(parsed, operation)


def _pause(error: ClientError | BotoCoreError) -> float | None:
    """The longest pause (seconds) before a second try; None for what another try won't change."""
    if not isinstance(error, ClientError):
        return PAUSE_S
    code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    if code in _THROTTLING or status == 429:  # noqa: PLR2004 - too many requests
        return THROTTLED_PAUSE_S
    # A success whose body is no JSON was cut off or comes from somebody in between.
    passes = code in _PASSING_CODES or status in _PASSING_STATUSES or status == _SUCCESS
    return PAUSE_S if passes else None
