"""The methods of the Bot API, a module for each family."""

from itertools import chain

from local.simulator.call import Method
from local.simulator.errors import ApiError
from local.simulator.methods import album, bots, chats, delete, edit, media, relay, text, webhook

_FAMILIES = (text, media, album, edit, delete, relay, chats, bots, webhook)
_METHODS: dict[str, Method] = {
    method.name.lower(): method for method in chain.from_iterable(f.METHODS for f in _FAMILIES)
}


def find_method(name: str) -> Method:
    """The method of that name, in whatever case; one that starts with `send` and isn't known sends something.

    Raises:
        ApiError: 404 for any other.
    """
    method = _METHODS.get(name.lower())
    if method is not None:
        return method
    if name.lower().startswith("send"):
        return Method(name, text.send_anything)
    raise ApiError(404, "Not Found")
