"""How long a download's process takes before it works."""

from bench import looks
from bench.scenario import Clock, Context, Figure, Scenario

#: Looks each way.
_ROUNDS = 7
#: The share of a new process's time that a fork may take.
_SHARE = 0.4


def _run(context: Context) -> list[Figure]:
    took = looks.measure(_ROUNDS)
    return [
        Figure("a look at a link, in a process that starts anew", took.anew_s, Clock.REAL, "s"),
        Figure("the same in the first fork, for which the warm process prepares", took.first_s, Clock.REAL, "s"),
        Figure("the same in a fork of the warm process", took.warm_s, Clock.REAL, "s"),
        Figure("its share of the first", took.warm_s / took.anew_s, Clock.REAL, "%", context.at_most(_SHARE)),
        Figure("memory of the warm process", took.warm_mb, Clock.REAL, "MB"),
    ]


SCENARIO = Scenario(
    "downloads",
    "What a download's process takes before it works",
    "Whoever asks for a video doesn't wait for an import.",
    _run,
    is_quick=False,
)
