"""The handlers of commands. They call nobody but their ports: what they have to say goes out by the bot's queue."""

from aiogram import Router

from courier.commands.routers.access import access_router
from courier.commands.routers.info import info_router
from courier.commands.routers.media import media_router


def routers() -> list[Router]:
    """All of them, new: a router can have one parent only."""
    return [media_router(), access_router(), info_router()]
