"""A Telegram to test against: the Bot API over HTTP with flood control, webhooks, `file_id`s, and faults on request.

Run it with `python -m local.simulator`, or within a test:

    async with running_simulator() as telegram:
        ...  # call telegram.url, look at telegram.state
"""

from local.simulator.client import AdminError, Counts, Peak, SimulatorClient
from local.simulator.clock import ManualClock
from local.simulator.config import Limits, Settings, Webhooks
from local.simulator.deliveries import Delivery
from local.simulator.figures import BotFigures
from local.simulator.in_process import InProcessWorld, Outcome
from local.simulator.journal import Accepted, Refused
from local.simulator.rules import Match, Rule
from local.simulator.server import RunningSimulator, create_app, running_simulator
from local.simulator.state import Simulator
from local.simulator.worlds import Storm, World, WorldFaults

__all__ = [
    "Accepted",
    "AdminError",
    "BotFigures",
    "Counts",
    "Delivery",
    "InProcessWorld",
    "Limits",
    "ManualClock",
    "Match",
    "Outcome",
    "Peak",
    "Refused",
    "Rule",
    "RunningSimulator",
    "Settings",
    "Simulator",
    "SimulatorClient",
    "Storm",
    "Webhooks",
    "World",
    "WorldFaults",
    "create_app",
    "running_simulator",
]
