"""The model's answers are those of the simulator's worlds, as a sender's client would tell them."""

import asyncio

import pytest

from bench.model.telegram import ModelTelegram, Network
from courier.errors import AnswerLostError, RateLimitedError, ServerFaultError, TelegramError
from local.simulator.config import Limits
from local.simulator.in_process import InProcessWorld
from local.simulator.worlds import Storm, World, WorldFaults
from tests.unit.bench.virtual import virtual

TIGHT = Limits(chat_burst=1, chat_penalty_s=2)


async def ended(telegram: ModelTelegram, chat: int = 1) -> TelegramError | None:
    try:
        await telegram.call("1:fake", "sendMessage", {"chat_id": chat, "text": "x"})
    except TelegramError as error:
        return error
    return None


@virtual
async def test_a_call_is_heard_of_a_way_after_it_arrived() -> None:
    telegram = ModelTelegram(TIGHT, Network(0.2))
    assert await ended(telegram) is None
    error = await ended(telegram)
    assert isinstance(error, RateLimitedError)
    assert (error.code, error.retry_after_s) == (429, 2)
    first, second = telegram.arrivals
    assert (first.started, first.at, first.heard) == pytest.approx((0, 0.1, 0.2))
    assert (second.started, second.heard) == pytest.approx((0.2, 0.4))
    assert telegram.refused() == [second]


@virtual
async def test_a_wrapped_refusal_has_the_code_of_its_wrapping() -> None:
    telegram = ModelTelegram(Limits(), world=World(limits=TIGHT, faults=WorldFaults(wrapped=1)))
    await ended(telegram)
    error = await ended(telegram)
    assert isinstance(error, RateLimitedError)
    assert (error.code, error.retry_after_s) == (400, 2)


@pytest.mark.parametrize(
    ("faults", "expected", "arrived"),
    [
        (WorldFaults(lost_answer=1), AnswerLostError, [True]),
        (WorldFaults(reset_before=1), AnswerLostError, []),
        (WorldFaults(storm=Storm(after_s=0, lasts_s=9, share=1)), ServerFaultError, []),
    ],
)
def test_faults_are_told_as_a_client_sees_them(
    faults: WorldFaults, expected: type[TelegramError], arrived: list[bool]
) -> None:
    @virtual
    async def test() -> None:
        telegram = ModelTelegram(Limits(), world=World(faults=faults))
        assert type(await ended(telegram)) is expected
        assert [arrival.is_lost for arrival in telegram.arrivals] == arrived

    test()


@virtual
async def test_what_happens_is_what_the_simulator_makes_happen() -> None:
    world = World.drawn(6)
    telegram, simulator = ModelTelegram(Limits(), Network(0.0), world=world), InProcessWorld(world)
    for number in range(400):
        error = await ended(telegram, number % 40)
        outcome = simulator.answer(asyncio.get_running_loop().time(), 1, number % 40)
        assert (error is None) == (outcome.ending == "accepted")
        await asyncio.sleep(0.05)
    assert telegram.figures() == simulator.figures(1)
