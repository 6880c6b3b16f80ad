"""The same traffic in the same worlds for this project and for what else there is, by this machine's clock."""

import math
from collections.abc import Iterator

from bench.live.contest import OURS, Bout, Standing, Terms, ours, theirs
from bench.live.course import LiveCourse
from bench.model.telegram import Network
from bench.model.traffic import each_chat, mixed, numbered
from bench.peers.catalogue import PEERS, Peer
from bench.scenario import Clock, Context, Figure, Scenario

_WORLDS = range(1, 7)
#: The most that a run in these may take: five of them are to be over in minutes.
_WORLDS_S = 40.0
_CHAT_A = 1_000_000
_OTHERS = range(1, 61)


def _bouts() -> Iterator[Bout]:
    latency = Network(0.1)
    # A message more than eight full windows: a share of what they hold is then one of the rate.
    known = LiveCourse(each_chat(241), network=latency)
    yield Bout("known limits, 100 ms", [known])
    worlds = [LiveCourse(mixed(seed, 150), world=seed, network=Network(0.05), batches=2) for seed in _WORLDS]
    yield Bout(f"{len(worlds)} hidden worlds at once", worlds, _WORLDS_S)
    # Those behind wait for nothing of their own: three seconds would do for them.
    behind = LiveCourse(numbered([*[_CHAT_A] * 20, *_OTHERS]), network=latency)
    yield Bout("60 chats behind 20 messages to one, first 5 s", [behind], 5.0, 5.0, frozenset(_OTHERS))


def _run(context: Context) -> list[Figure]:
    figures: list[Figure] = []
    peers = list(PEERS)
    for bout in _bouts():
        mine, terms = ours(bout, context.services, context.seed)
        figures += _told(context, bout, mine, terms)
        for peer in list(peers):
            came = theirs(peer, bout, terms, context.services, seed=context.seed)
            if isinstance(came, Standing):
                figures += _told(context, bout, came, terms)
            else:
                context.notes.append(f"{bout.name}: {peer.name} {came.outcome}: {came.reason}")
                _drop(peers, peer, came.outcome)
    return figures


def _drop(peers: list[Peer], peer: Peer, outcome: str) -> None:
    """What can't be had isn't tried again."""
    if outcome == "skipped":
        peers.remove(peer)


def _told(context: Context, bout: Bout, standing: Standing, terms: Terms) -> list[Figure]:
    """What is measured of each; only this project's own figures are judged."""
    is_ours = standing.system == OURS

    def figure(what: str, value: float, unit: str = "", *, judged: bool = False) -> Figure:
        judge = context.at_most(0) if judged and not unit else context.at_least(1.0) if judged else None
        return Figure(f"{bout.name}: {standing.system}: {what}", value, Clock.REAL, unit, judge)

    figures = [
        figure(f"delivered in {terms.within_s:.0f} s", standing.delivered, "%", judged=is_ours),
        figure("429s", standing.refused),
    ]
    if bout.counted is None:
        figures += [
            figure("makespan to the optimum", standing.ratio, "x"),
            figure("calls in a penalty", standing.late),
            figure("calls since its begin", standing.late_since_begin),
        ]
        # Who delivered nothing has no such figure.
        figures += [figure("CPU for 1000", standing.cpu_s, "s")] if math.isfinite(standing.cpu_s) else []
    return [*figures, figure("out of order", standing.disordered, judged=True)] if is_ours else figures


SCENARIO = Scenario(
    "peers",
    "This project and its peers, in real time on the same simulator",
    "What else there is loses time or messages where Telegram isn't what it was configured for.",
    _run,
    is_quick=False,
)
