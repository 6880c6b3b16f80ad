"""The way of one call: delay, penalties, faults, limits, and then what it asks for."""

import asyncio
from typing import Any

from local.simulator.call import Call
from local.simulator.errors import ApiError, ConnectionReset, too_many_requests, wrapped_too_many_requests
from local.simulator.flood import Refusal
from local.simulator.journal import Refused
from local.simulator.living import LivingWorld
from local.simulator.rules import Rule, Stage


async def dispatch(call: Call) -> Any:
    """The result of a call.

    Penalties come before faults, so that a call which a penalty forbids is always seen as one.

    Raises:
        ApiError: Telegram's answer is an error.
        ConnectionReset: There is to be no answer.
    """
    world, counters = call.world, call.bot.counters
    await _pause(world.way_in(call.bot.id, call.chat_id, call.method.name))
    call.now = world.clock()
    counters.calls[call.method.name] += 1
    try:
        result = await _decide(call)
    except ApiError as error:
        counters.failed(error.code)
        await _pause(world.way_out())
        raise
    await _pause(world.way_out())
    return result


async def _decide(call: Call) -> Any:
    flood, paced = call.world.flood, call.method.paced
    cost = call.method.cost(call.params) if paced else 0
    budget = (call.bot.id, call.chat_id, cost, call.now)
    if paced:
        _arrive(call)
        _refuse(call, flood.arrive(*budget))
    await _fail_before(call, _draw(call, "before"))
    if paced:
        _refuse(call, flood.spend(*budget))
    rule = _draw(call, "after")
    if rule and (error := rule.error()):
        _hold(call, rule)
        raise error
    result = call.method.handle(call)
    call.bot.counters.accepted += 1
    if paced:
        call.bot.counters.accept(call.now)
    if rule and rule.action == "hang_after":
        await asyncio.sleep(rule.seconds)
    elif rule:
        raise ConnectionReset
    return result


def _arrive(call: Call) -> None:
    call.bot.counters.arrive(call.now)
    if world := _world(call):
        world.arrive(call.now)


def _world(call: Call) -> LivingWorld | None:
    """The hidden world that the bot lives in; what spends no budget never meets it."""
    return call.world.worlds.get(call.bot.id) if call.method.paced else None


async def _fail_before(call: Call, rule: Rule | None) -> None:
    """Let a rule have its way with a call that Telegram doesn't get to see."""
    if rule is None:
        return
    if rule.action == "hang_before":
        await asyncio.sleep(rule.seconds)
    error = rule.error()
    if error is None:
        raise ConnectionReset
    if rule.action == "429":
        _hold(call, rule)
        _note_refusal(call, Refusal("chat", rule.retry_after), "fault")
    raise error


def _draw(call: Call, stage: Stage) -> Rule | None:
    """What the bot's world does to the call, or else a rule."""
    world, faults = _world(call), call.world.faults
    rule = world.draw(stage, call.now) if world else None
    if rule is None and faults.active:
        rule = faults.draw(stage, call.bot.id, call.chat_id, call.method.name)
    if rule:
        call.bot.counters.faults[rule.action] += 1
    return rule


def _hold(call: Call, rule: Rule) -> None:
    if rule.action not in {"429", "429_in_400"} or rule.scope == "answer":
        return
    if rule.scope == "bot" or call.chat_id is not None:
        chat_id = None if rule.scope == "bot" else call.chat_id
        call.world.flood.hold(call.bot.id, chat_id, rule.retry_after, call.now)


def _refuse(call: Call, refusal: Refusal | None) -> None:
    if refusal is not None:
        world = _world(call)
        wrapped = world is not None and world.wraps(call.method.name)
        _note_refusal(call, refusal, refusal.scope, wrapped=wrapped)
        raise (wrapped_too_many_requests if wrapped else too_many_requests)(refusal.retry_after)


def _note_refusal(call: Call, refusal: Refusal, scope: str, *, wrapped: bool = False) -> None:
    call.bot.counters.refuse(refusal, scope, wrapped=wrapped)
    retry_after, during = refusal.retry_after, refusal.during
    record = Refused(call.now, call.bot.id, call.chat_id, call.method.name, scope, retry_after, during)
    call.world.refused.append(record)


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
