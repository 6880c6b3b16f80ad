"""All scenarios, in the order in which they run and are told."""

from bench.scenario import Scenario
from bench.scenarios import broadcast, depth, head_of_line, latency

SCENARIOS: tuple[Scenario, ...] = (latency.SCENARIO, broadcast.SCENARIO, head_of_line.SCENARIO, depth.SCENARIO)
