"""All scenarios, in the order in which they run and are told."""

from bench.scenario import Scenario
from bench.scenarios import latency

SCENARIOS: tuple[Scenario, ...] = (latency.SCENARIO,)
