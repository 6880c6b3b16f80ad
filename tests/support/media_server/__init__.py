"""A site with media for tests, on loopback: real files, every way to send them badly, and links into traps.

`made` makes the files once, `serving` serves them. A trap is a server like any other, on an address that nobody may
reach: `trap.connections` stays 0.
"""

from tests.support.media_server.files import Media, made
from tests.support.media_server.manners import Hit, Manner
from tests.support.media_server.server import MediaServer, serving

__all__ = ["Hit", "Manner", "Media", "MediaServer", "made", "serving"]
