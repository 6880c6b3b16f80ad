"""Edits of one message that wait together become one: the last text, the last buttons."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from courier.contracts.sending import EditMsg, SendMsg
from courier.sender.calls import Call
from courier.sender.jobs import Job, Link, Unread


def merged(links: Sequence[Link], is_open: Callable[[Job], bool]) -> list[Link]:
    """The links of a chain with each run of edits of one message made one, at the last one's place.

    Args:
        is_open: Whether a job is still to be tried; what is decided is left as it is.
    """
    kept: list[Link] = []
    places: dict[str, int] = {}
    for link in links:
        if not isinstance(link, Job) or not is_open(link):
            if isinstance(link, Unread):
                # It may be about any message.
                places.clear()
            kept.append(link)
            continue
        key = _edited(link)
        if key is None:
            # A delete or a call may be about any message; a new one is about none before it.
            if not isinstance(link.message, SendMsg):
                places.clear()
            kept.append(link)
            continue
        earlier = places.get(key)
        if earlier is not None:
            before = kept.pop(earlier)
            assert isinstance(before, Job)
            places = {other: place - (place > earlier) for other, place in places.items()}
            kept.append(_absorbing(link, before))
        else:
            kept.append(link)
        places[key] = len(kept) - 1
    return kept


def _edited(link: Job) -> str | None:
    if not isinstance(link.message, EditMsg):
        return None
    return f"{link.call.chat}|{link.message.message_id}|{link.target}"


def _absorbing(last: Job, before: Job) -> Job:
    """The last edit, with what only the one before it says."""
    own, earlier = last.call, before.call
    text = {"text", "parse_mode", "link_preview_options"}
    params = dict(own.params)
    if "text" not in own.params:
        params |= {name: value for name, value in earlier.params.items() if name in text}
    if "reply_markup" not in own.params and "reply_markup" in earlier.params:
        params["reply_markup"] = earlier.params["reply_markup"]
    method = "editMessageText" if "text" in params else "editMessageReplyMarkup"
    call = Call(method, params, own.chat_id, own.cost)
    return replace(last, calls=(call,), absorbed=(*before.absorbed, replace(before, absorbed=())))
