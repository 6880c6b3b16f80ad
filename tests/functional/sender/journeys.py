"""Journeys that hypothesis makes up."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bench.model.mortal import Outage
from bench.model.queue import Order
from bench.model.reaper import Kill
from bench.model.telegram import Faults, Network
from courier.contracts.control import Limits as Configured
from courier.queues.names import Lane
from local.simulator.config import Limits
from tests.support.journey import BOT_ID, Hold, Journey, Letter

CHATS: list[int | str] = [1, 2, 3, 4, 5, -1, -2, "@news"]
#: Kinds of messages; most are plain texts.
KINDS = ["text"] * 12 + [
    "long",
    "edit",
    "delete",
    "album",
    "answer",
    "garbage",
    "stranger",
    "expired",
    "twins",
    "twins",
]
#: A text of two parts.
LONG = 4_090

type Drawn = tuple[float, Lane, int | str, str]


def _body(kind: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "data": {"bot_id": BOT_ID} | data})


def _call(method: str, params: dict[str, Any]) -> str:
    return _body("call", {"method": method, "params": params})


def _changed(number: int, kind: str, key: str, to: dict[str, Any]) -> dict[str, Any]:
    """How the message of a kind differs from a plain text."""
    items = [{"type": "photo", "media": "file", "caption": key}] + [{"type": "photo", "media": "file"}] * 3
    long = {"text": f"{key}a {'x' * LONG} {key}b"}
    old = {"text": key, "expires_at": "2020-01-01T00:00:00Z"}
    ways: dict[str, dict[str, Any]] = {
        "text": {},
        "long": {"body": _body("send_msg", to | long), "keys": (f"{key}a", f"{key}b")},
        "edit": {"body": _body("edit_msg", to | {"message_id": 7, "text": key}), "may_vanish": "merged"},
        "delete": {"body": _body("del_msg", to | {"message_id": 1000 + number}), "keys": (f"{1000 + number}",)},
        "album": {"body": _call("sendMediaGroup", to | {"media": items})},
        "answer": {"body": _call("answerCallbackQuery", {"callback_query_id": key}), "group": "answerCallbackQuery"},
        "garbage": {"body": f"no message {number}", "keys": ()},
        "stranger": {"body": _body("send_msg", to | {"text": key, "bot_id": 2}), "keys": ()},
        "expired": {"body": _body("send_msg", to | old), "may_vanish": "expired"},
        "twins": {"body": _body("send_msg", to | {"text": key, "external_id": number})},
    }
    return ways[kind]


def _letters(number: int, drawn: Drawn) -> list[Letter]:
    """What an application sends for one drawn message; its number makes its keys."""
    at, lane, chat, kind = drawn
    key, to = f"k{number}", {"chat_id": chat}
    plain = Letter(at, lane, str(chat), _body("send_msg", to | {"text": key}), (key,))
    one = replace(plain, **_changed(number, kind, key, to))
    twin = replace(one, at=at + 0.05, lane=Lane.BROADCAST if number % 2 else lane)
    return [one, twin] if kind == "twins" else [one]


moments = st.one_of(st.just(0.0), st.floats(0, 5), st.floats(0, 40)).map(lambda at: round(at, 3))
lanes = st.sampled_from([Lane.REGULAR, Lane.REGULAR, Lane.BROADCAST])


@st.composite
def traffic(draw: st.DrawFn, most: int = 40) -> list[Letter]:
    drawn: list[Drawn] = draw(
        st.lists(st.tuples(moments, lanes, st.sampled_from(CHATS), st.sampled_from(KINDS)), min_size=3, max_size=most)
    )
    drawn.sort(key=lambda one: one[0])
    letters = [letter for number, one in enumerate(drawn) for letter in _letters(number, one)]
    return sorted(letters, key=lambda letter: letter.at)


limits = st.builds(
    Configured,
    bot_per_second=st.sampled_from([1, 3, 10, 30]),
    chat_per_second=st.sampled_from([0.5, 1.0, 5.0]),
    chat_burst=st.sampled_from([2, 3, 30]),
    group_per_minute=st.sampled_from([4, 20]),
)
networks = st.builds(
    Network, latency_s=st.sampled_from([0.01, 0.05, 0.3, 1.0]), jitter_s=st.sampled_from([0.0, 0.01, 0.015])
)
kills = st.lists(
    st.one_of(
        st.builds(Kill, st.integers(1, 12), steps=st.integers(0, 40)),
        st.builds(Kill, st.integers(1, 12), ms=st.integers(0, 2_500)),
    ),
    max_size=3,
    unique_by=lambda kill: kill.invocation,
)


def hidden(configured: Configured, **changes: Any) -> Limits:
    """Telegram's own, like those that the bot's row names but for some."""
    return Limits(**(configured.model_dump() | {"penalty_max_s": 20.0} | changes))


@st.composite
def calm(draw: st.DrawFn) -> Journey:
    """Workers die and connections break, but Telegram's limits are known, and Redis forgets nothing."""
    configured = draw(limits)
    return Journey(
        draw(traffic()),
        limits=hidden(configured),
        configured=configured,
        network=draw(networks),
        faults=Faults(reset=draw(st.sampled_from([0.0, 0.1])), broken=draw(st.sampled_from([0.0, 0.1]))),
        kills=draw(kills),
        order=draw(st.sampled_from(Order)),
        workers=draw(st.integers(1, 4)),
        lag_s=draw(st.sampled_from([0.0, 0.002])),
        seed=draw(st.integers(0, 100)),
    )


spans = st.tuples(st.integers(0, 40), st.integers(1, 30)).map(lambda span: (float(span[0]), float(sum(span))))
outages = st.builds(lambda span, how: Outage(span[0], span[1], how), spans, st.sampled_from(["refuses", "hangs"]))
holds = st.builds(
    lambda span, chat, seconds: Hold(span[0], span[1], f"{chat}", seconds),
    spans,
    st.sampled_from(CHATS),
    st.integers(1, 20),
)
#: How Telegram's limits differ from those that the bot's row names.
stricter = st.fixed_dictionaries(
    {},
    optional={
        "bot_per_second": st.sampled_from([1, 3, 10]),
        "chat_burst": st.just(1),
        "group_per_minute": st.just(3),
        "penalty_growth": st.just(2.0),
    },
)


@st.composite
def stormy(draw: st.DrawFn) -> Journey:
    """Everything at once."""
    journey = draw(calm())
    keys = [key for letter in journey.letters for key in letter.keys if len(letter.keys) == 1]
    return replace(
        journey,
        limits=hidden(journey.configured, **draw(stricter)),
        faults=replace(journey.faults, lost=draw(st.sampled_from([0.0, 0.1, 0.3])), storm=draw(spans)),
        flushes=sorted(draw(st.lists(moments, max_size=2))),
        outages=draw(st.lists(outages, max_size=1)),
        pause=draw(st.none() | spans),
        holds=draw(st.lists(holds, max_size=5)),
        rejected=frozenset(draw(st.lists(st.sampled_from(keys), max_size=3)) if keys else []),
    )
