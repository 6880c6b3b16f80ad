"""Where the application keeps what its handlers share."""

from aiohttp import web

from local.simulator.state import Simulator

SIMULATOR = web.AppKey("simulator", Simulator)
