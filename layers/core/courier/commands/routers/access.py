"""Who may use the bot: what admins grant and take."""

from collections.abc import Collection
from dataclasses import replace

from aiogram import Router
from aiogram.types import Message

from courier.access.durations import spoken
from courier.commands.ports import Asker, People, Replies, Rulings
from courier.commands.reading.commands import Command
from courier.commands.reading.targets import Order, Person, order_of
from courier.commands.reading.unclear import Unclear
from courier.commands.routers.rights import for_admins
from courier.commands.routers.words import lasting
from courier.state.rulings import Ruling, RulingKind

#: Seconds of a ban whose length nobody named.
HAMMER_S = 3_600
_LIFTED = {
    RulingKind.BLESS: "the blessing is taken back",
    RulingKind.HAMMER: "the ban is lifted",
    RulingKind.GRACE: "the grace is taken back",
    RulingKind.SMITE: "the block is lifted",
}


def access_router() -> Router:
    router = Router(name="access")
    for handler in (grace, bless, smite, hammer, forgive):
        for_admins(router, handler.__name__, handler)
    return router


async def grace(message: Message, command: Command, asker: Asker, replies: Replies, rulings: Rulings) -> None:
    """This chat may use the bot."""
    order = order_of(message, command, time=True)
    if isinstance(order, Unclear):
        return replies.say(order.html)
    await rulings.grace(_end(order.seconds, asker))
    return replies.say(f"Everybody in this chat may use me, {lasting(order.seconds, asker.now)}.")


async def bless(
    message: Message, *, command: Command, asker: Asker, replies: Replies, rulings: Rulings, people: People
) -> None:
    """A user may use the bot everywhere."""
    order = await _found(order_of(message, command, person=True, time=True), asker, people)
    if isinstance(order, Unclear):
        return replies.say(order.html)
    if order.person is None or order.person.user_id is None:
        return replies.say(_whom(command))
    await rulings.bless(order.person.user_id, _end(order.seconds, asker))
    return replies.say(f"{order.person.html} may use me, {lasting(order.seconds, asker.now)}.")


async def smite(message: Message, command: Command, replies: Replies, rulings: Rulings) -> None:
    """Nobody in this chat may use the bot."""
    order = order_of(message, command)
    if isinstance(order, Unclear):
        return replies.say(order.html)
    await rulings.smite()
    return replies.say("This chat is blocked, for ever. <code>.forgive</code> takes that back.")


async def hammer(
    message: Message,
    *,
    command: Command,
    asker: Asker,
    replies: Replies,
    rulings: Rulings,
    people: People,
    admins: Collection[int] = (),
) -> None:
    """A user may not use the bot for a while.

    Args:
        admins: All of the bot's, also those of the whole stack, where the caller knows them.
    """
    order = await _found(order_of(message, command, person=True, time=True), asker, people)
    if isinstance(order, Unclear):
        return replies.say(order.html)
    if order.person is None or order.person.user_id is None:
        return replies.say(_whom(command))
    user_id = order.person.user_id
    if user_id == asker.user_id or user_id in admins or user_id in (asker.bot.admins or ()):
        return replies.say(f"{order.person.html} is one of my admins, and admins can't be banned.")
    seconds = order.seconds or HAMMER_S
    await rulings.hammer(user_id, asker.now + seconds)
    return replies.say(f"{order.person.html} is banned {lasting(seconds, asker.now)}.")


async def forgive(
    message: Message, *, command: Command, asker: Asker, replies: Replies, rulings: Rulings, people: People
) -> None:
    """What was ruled about a user, or else about this chat, counts no more."""
    order = await _found(order_of(message, command, person=True), asker, people)
    if isinstance(order, Unclear):
        return replies.say(order.html)
    if order.person is None or order.person.user_id is None:
        lifted, whose = await rulings.forgive_chat(), "This chat"
    else:
        lifted, whose = await rulings.forgive_user(order.person.user_id), order.person.html
    return replies.say(f"{whose}: {_told(lifted, asker.now)}.")


async def _found(order: Order | Unclear, asker: Asker, people: People) -> Order | Unclear:
    """The order with its user's id. The bot itself is nobody's to judge."""
    if isinstance(order, Unclear) or order.person is None:
        return order
    person = order.person
    name = person.name.removeprefix("@")
    if person.user_id == asker.bot.telegram_id or _is_bots(person, asker):
        return Unclear("That is me. I mean well, but nothing can be ruled about me.")
    if person.user_id is not None:
        return order
    user_id = await people.find(name)
    if user_id is None:
        return Unclear(
            f"I don't know {person.name}: I only know users who wrote where I could read it. "
            "Reply to one of their messages, or give their id, which <code>.whoami</code> tells them."
        )
    return replace(order, person=Person(user_id, person.name))


def _is_bots(person: Person, asker: Asker) -> bool:
    return person.user_id is None and person.name.lower() == f"@{asker.bot.username or ''}".lower()


def _whom(command: Command) -> str:
    name = command.name
    return (
        f"Whom? Reply <code>.{name}</code> to one of their messages, or write <code>.{name} @name</code> "
        f"or <code>.{name} 12345</code> with their id."
    )


def _end(seconds: int | None, asker: Asker) -> int | None:
    return None if seconds is None else asker.now + seconds


def _told(lifted: Ruling | None, now: int) -> str:
    """What was lifted; what had ended by itself is nothing."""
    if lifted is None or (lifted.until is not None and lifted.until <= now):
        return "there was nothing to forgive"
    rest = "" if lifted.until is None else f", {spoken(lifted.until - now)} before its end"
    return _LIFTED[lifted.kind] + rest
