"""How many examples hypothesis tries: the same few on every run, or many new ones where `HYPOTHESIS_PROFILE=soak`."""

import os

from hypothesis import HealthCheck, settings

#: A long run tries so many times as many.
SOAK_FACTOR = 40


def budget(examples: int, steps: int = 50) -> settings:
    """Settings for a property that is worth so many examples in every run."""
    is_soak = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
    return settings(
        max_examples=examples * (SOAK_FACTOR if is_soak else 1),
        stateful_step_count=steps,
        derandomize=not is_soak,
        print_blob=is_soak,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
