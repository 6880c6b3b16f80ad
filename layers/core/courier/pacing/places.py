"""How chats are named where paces are kept: the same for every call, whoever makes it."""


def chat_key(chat_id: int | str) -> str:
    """A chat as keys name it: Telegram's @names don't distinguish case.

    >>> chat_key("@News"), chat_key(-5)
    ('@news', '-5')
    """
    return str(chat_id).lower()


def is_group(chat_id: int | str) -> bool:
    """Whether the limits of groups hold: negative ids do, and an @name does until its id is known.

    >>> is_group("@News"), is_group(-5), is_group(5)
    (True, True, False)
    """
    return isinstance(chat_id, str) or chat_id < 0
