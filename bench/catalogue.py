"""All scenarios, in the order in which they run and are told: costs come after what measures their quantities."""

from bench.scenario import Scenario
from bench.scenarios import (
    broadcast,
    cost,
    depth,
    dollars,
    downloads,
    faults,
    head_of_line,
    latency,
    peers,
    scale,
    worlds,
)

SCENARIOS: tuple[Scenario, ...] = (
    latency.SCENARIO,
    worlds.SCENARIO,
    broadcast.SCENARIO,
    head_of_line.SCENARIO,
    depth.SCENARIO,
    faults.SCENARIO,
    scale.SCENARIO,
    cost.SCENARIO,
    downloads.SCENARIO,
    dollars.SCENARIO,
    peers.SCENARIO,
)
