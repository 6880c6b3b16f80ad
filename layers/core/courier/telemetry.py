"""Logs and metrics: Powertools, with a correlation id that survives `asyncio.gather` and tokens that never get out."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from courier.errors import UncorrelatedError
from courier.masking import mask

# The template leaves Lambda's own log level at DEBUG, and there botocore and urllib3 write what nobody may read:
# headers as they are signed, the session token among them.
for _library in ("boto3", "botocore", "urllib3"):
    logging.getLogger(_library).setLevel(logging.WARNING)


#: Made once: `json.dumps` makes an encoder for each line.
_ENCODER = json.JSONEncoder(default=str, separators=(",", ":"))


def _masked(line: dict[str, Any]) -> str:
    # asyncio's name of a task says nothing that the correlation id doesn't.
    line.pop("taskName", None)
    return mask(_ENCODER.encode(line))


__all__ = ["MetricUnit", "correlated", "count", "current_correlation_id", "ensure_correlated", "log"]

_ID = "correlation_id"


@cache
def log() -> Logger:
    """The function's logger; its service name and level come from Powertools' own variables."""
    # A message is words: Powertools would try to read each as JSON.
    return Logger(json_serializer=_masked, json_deserializer=str, log_record_order=["level", "message"], utc=True)


@contextmanager
def correlated(correlation_id: str, **keys: Any) -> Iterator[None]:
    """Every line logged inside carries the id, and no line of a task beside it.

    Powertools' ordinary keys are shared by the whole process; the thread-safe ones live in a context variable, of which
    every asyncio task has its own copy. A block inside another gives its keys back as they were.
    """
    logger, inside = log(), {_ID: correlation_id, **keys}
    before = logger.thread_safe_get_current_keys()
    outside = {name: before[name] for name in inside.keys() & before.keys()}
    logger.thread_safe_append_keys(**inside)
    try:
        yield
    finally:
        logger.thread_safe_remove_keys(inside)
        logger.thread_safe_append_keys(**outside)


def current_correlation_id() -> str | None:
    """The id that lines logged now would carry; None outside of `correlated`."""
    found = log().thread_safe_get_current_keys().get(_ID)
    return found if isinstance(found, str) else None


def ensure_correlated(correlation_id: str) -> None:
    """Stop what is about to be done in another message's name, or in none's.

    Asked before what can't be taken back: a call to Telegram, a reply that is put on a queue.

    Raises:
        UncorrelatedError: if lines logged now wouldn't carry this id.
    """
    found = current_correlation_id()
    if found != correlation_id:
        raise UncorrelatedError(correlation_id, found)


def count(figures: dict[str, float], units: dict[str, MetricUnit] | None = None, **dimensions: str) -> None:
    """Write figures as one EMF line; zeros are left out, and nothing is written where nothing is left.

    Args:
        figures: Values by metric name.
        units: Of those that aren't counts.
        dimensions: By which CloudWatch keeps them apart, besides the function as a whole, which alarms look at; few
            values each, since every combination is paid for.
    """
    present = {name: value for name, value in figures.items() if value}
    if not present:
        return
    metrics = EphemeralMetrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "tg-courier"))
    for dimension, of_it in dimensions.items():
        metrics.add_dimension(dimension, of_it)
    metrics.add_dimensions(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "courier"))
    for name, value in present.items():
        metrics.add_metric(name=name, unit=(units or {}).get(name, MetricUnit.Count), value=value)
    metrics.flush_metrics()
