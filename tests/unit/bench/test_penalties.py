"""Calls in a penalty, told apart by what could be known when each was started."""

from bench.model.penalties import Judged, judged
from bench.model.telegram import Arrival
from local.simulator.flood import Refusal
from local.simulator.penalty import Scope

#: Seconds of each way of a call.
WAY_S = 0.1


def taken(chat: int, started: float) -> Arrival:
    return Arrival(started, started + WAY_S, chat, "", None, heard=started + 2 * WAY_S)


def refused(
    chat: int, started: float, *, scope: Scope = "chat", seconds: int = 5, during: float | None = None
) -> Arrival:
    refusal = Refusal(scope, seconds, during)
    return Arrival(started, started + WAY_S, chat, "", refusal, heard=started + 2 * WAY_S)


def test_nobody_was_refused() -> None:
    assert judged([taken(1, 0), taken(1, 1)]) == Judged(0, 0, 0)


def test_a_chat_that_was_told_to_wait_is_called_too_early() -> None:
    """Heard at 0.2, known at 0.25, over at 5.1."""
    first = refused(1, 0)
    assert judged([first, refused(1, 0.26, during=0.26)]).known == 1
    assert judged([first, refused(1, 5.0, seconds=1, during=5.0)]).known == 1
    assert judged([first, taken(1, 5.09)]).known == 1
    assert judged([first, taken(1, 5.11)]).known == 0


def test_what_was_under_way_is_told_apart() -> None:
    assert judged([refused(1, 0), refused(1, 0.24, during=0.24)]) == Judged(0, 0, 1)
    assert judged([refused(1, 0), refused(1, 0.1, during=0.1)]) == Judged(0, 0, 1)


def test_other_chats_go_on() -> None:
    """Three chats, each refused for a reason of its own, say nothing of the bot."""
    assert judged([refused(1, 0), refused(2, 0), refused(3, 0), taken(4, 1)]) == Judged(0, 0, 0)


def test_the_bot_is_known_to_be_held_once_three_chats_were_told() -> None:
    """Told at 0.2, 0.5 and 0.8: what is started before is the way to find out."""
    told = [
        refused(1, 0, scope="bot"),
        refused(2, 0.3, scope="bot", during=0.3),
        refused(3, 0.6, scope="bot", during=0.6),
    ]
    assert judged(told) == Judged(0, 2, 0)
    assert judged([*told, refused(4, 0.84, scope="bot", during=0.84)]) == Judged(0, 3, 0)
    assert judged([*told, refused(4, 0.86, scope="bot", during=0.86)]) == Judged(1, 2, 0)


def test_two_chats_of_a_held_bot_are_no_proof_however_often_they_are_told() -> None:
    told = [refused(chat, 0.01 * chat, scope="bot", during=0.0) for chat in (1, 2, 1, 2)]
    assert judged([*told, refused(3, 1, scope="bot", during=1.0)]) == Judged(0, 1, 4)


def test_what_was_told_long_ago_counts_for_nothing() -> None:
    told = [refused(1, 0, scope="bot"), refused(2, 3, scope="bot"), refused(3, 6, scope="bot")]
    assert judged([*told, taken(4, 7)]).known == 0


def test_bots_add_up() -> None:
    assert Judged(1, 2, 3) + Judged(1, 0, 1) == Judged(2, 2, 4)
