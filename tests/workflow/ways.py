"""Ways through the definition: what steps answer, and which states are entered because of that."""

from dataclasses import dataclass

from tests.workflow.scripts import (
    ABSENT,
    ACCEPTED,
    AGAIN,
    DONE,
    EXTRACT,
    KILLED,
    LARGE,
    RAISES,
    STALE,
    STORED,
    TOO_LONG,
    WAIT,
    Script,
)

START = ["Begin", "Beginning"]
BEGIN = [*START, "Probe", "Probed"]
FIND = [*BEGIN, "Find", "Found"]
FETCH = [*FIND, "Sized", "Fetch", "Fetched"]
END = ["Deliver", "Delivered", "Done"]


@dataclass(frozen=True)
class Way:
    """A way through the machine.

    Attributes:
        script: Answers by step; who isn't in it isn't asked, but deliver, which is done at once.
        states: What is entered.
        failure: Of which deliver is told, and that is all that it is told; None of a success.
        detail: What is in the failure's detail.
        retried: How often a task is tried again.
    """

    script: Script
    states: list[str]
    failure: str | None = None
    detail: str = ""
    retried: int = 0


FOUND: Script = {"probe": [ACCEPTED], "find": [ABSENT]}
SOUND: Script = {"probe": [ACCEPTED], "find": [EXTRACT]}
WAYS = {
    "fetched": Way({**FOUND, "fetch": [STORED]}, [*FETCH, "Ended", *END]),
    "stored already": Way({"probe": [ACCEPTED], "find": [STORED]}, [*FIND, "Ended", *END]),
    "sound of a stored video": Way({**SOUND, "extract": [STORED]}, [*FIND, "Extract", "Extracted", "Ended", *END]),
    "the stored video vanished": Way(
        {**SOUND, "extract": [ABSENT], "fetch": [STORED]},
        [*FIND, "Extract", "Extracted", "Sized", "Fetch", "Fetched", "Ended", *END],
    ),
    "the stored video is broken": Way(
        {**SOUND, "extract": [TOO_LONG]}, [*FIND, "Extract", "Extracted", "Ended", *END], "too_long", "5 hours"
    ),
    "making sound crashes": Way(
        {**SOUND, "extract": [RAISES], "fetch": [STORED]},
        [*FIND, "Extract", "Sized", "Fetch", "Fetched", "Ended", *END],
        retried=1,
    ),
    "refused": Way({"probe": [TOO_LONG]}, [*BEGIN, "Ended", *END], "too_long", "5 hours"),
    "a failure without detail": Way(
        {"probe": [{"outcome": "failed", "failure": "gone"}]}, [*BEGIN, "Ended", *END], "gone"
    ),
    "known to be large": Way(
        {"probe": [{"outcome": "accepted", "page": LARGE}], "find": [ABSENT]},
        [*FIND, "Sized", "Transfer", "Ended", *END],
        "too_large",
    ),
    "large after all": Way(
        {**FOUND, "fetch": [{"outcome": "transfer", "reason": "size"}]},
        [*FETCH, "Transfer", "Ended", *END],
        "too_large",
    ),
    "slow after all": Way(
        {**FOUND, "fetch": [{"outcome": "transfer", "reason": "time"}]},
        [*FETCH, "Transfer", "Ended", *END],
        "too_large",
    ),
    "fetching fails": Way({**FOUND, "fetch": [TOO_LONG]}, [*FETCH, "Ended", *END], "too_long", "5 hours"),
    "a probe is tried again": Way(
        {"probe": [RAISES, KILLED, TOO_LONG]}, [*BEGIN, "Ended", *END], "too_long", retried=2
    ),
    "a probe crashes for good": Way(
        {"probe": [RAISES]}, [*START, "Probe", "Apologise", *END], "temporary", "nobody foresaw this", retried=2
    ),
    "finding crashes for good": Way(
        {"probe": [ACCEPTED], "find": [RAISES]},
        [*BEGIN, "Find", "Apologise", *END],
        "temporary",
        "nobody foresaw this",
        retried=2,
    ),
    "a fetch is killed once": Way({**FOUND, "fetch": [KILLED, STORED]}, [*FETCH, "Ended", *END], retried=1),
    "a fetch is killed for good": Way(
        {**FOUND, "fetch": [KILLED]},
        [*FIND, "Sized", "Fetch", "Apologise", *END],
        "temporary",
        retried=1,
    ),
    "the site wants a pause": Way(
        {"probe": [WAIT, WAIT, TOO_LONG]},
        [*START, *["Probe", "Probed", "WaitForSite"] * 2, "Probe", "Probed", "Ended", *END],
        "too_long",
    ),
    "a word that nobody knows": Way(
        {"probe": [{"outcome": "perhaps"}]},
        [*BEGIN, "Ended", "Misunderstood", *END],
        "temporary",
        'answer not understood: {"outcome":"perhaps"}',
    ),
    "no answer at all": Way({"probe": [None]}, [*BEGIN, "Ended", "Misunderstood", *END], "temporary"),
    "accepted without a page": Way(
        {"probe": [{"outcome": "accepted"}]}, [*BEGIN, "Ended", "Misunderstood", *END], "temporary"
    ),
    "a pause without an end": Way(
        {"probe": [{"outcome": "wait"}]},
        [*BEGIN, "Deliver", "Delivered", "Done"],
        "temporary",
    ),
    "a failure without a class": Way(
        {"probe": [{"outcome": "failed"}]}, [*BEGIN, "Ended", "Misunderstood", *END], "temporary"
    ),
    "many wait": Way(
        {**FOUND, "fetch": [STORED], "deliver": [AGAIN, AGAIN, DONE]},
        [*FETCH, "Ended", *["Deliver", "Delivered", "Breathe"] * 2, *END],
    ),
    "deliver is tried again": Way(
        {**FOUND, "fetch": [STORED], "deliver": [KILLED, RAISES, DONE]}, [*FETCH, "Ended", *END], retried=2
    ),
    "deliver finds another attempt": Way(
        {**FOUND, "fetch": [STORED], "deliver": [STALE]}, [*FETCH, "Ended", "Deliver", "Delivered", "Stale"]
    ),
}
#: Executions that Step Functions shows as failed: the sweep goes on with them.
UNANSWERED = {
    "deliver never ends": Way(
        {"probe": [TOO_LONG], "deliver": [AGAIN]},
        [*BEGIN, "Ended", *["Deliver", "Delivered", "Breathe"] * 12, "Deliver", "Delivered", "Unanswered"],
        "too_long",
    ),
    "deliver crashes for good": Way(
        {"probe": [TOO_LONG], "deliver": [RAISES]}, [*BEGIN, "Ended", "Deliver", "Unanswered"], "too_long", retried=4
    ),
    "deliver says nothing": Way(
        {"probe": [TOO_LONG], "deliver": [None]}, [*BEGIN, "Ended", "Deliver", "Delivered", "Unanswered"], "too_long"
    ),
}
#: Executions that end without a word, by the step that finds out that nobody wants them.
STALE_AT = {
    "probe": Way({"probe": [STALE]}, [*BEGIN, "Ended", "Stale"]),
    "find": Way({"probe": [ACCEPTED], "find": [STALE]}, [*FIND, "Ended", "Stale"]),
    "extract": Way({**SOUND, "extract": [STALE]}, [*FIND, "Extract", "Extracted", "Ended", "Stale"]),
    "fetch": Way({**FOUND, "fetch": [STALE]}, [*FETCH, "Ended", "Stale"]),
}
#: Nothing to be done but answers.
ANSWERED = [*START, *END]
#: The pauses that a site may ask for until it is too much, of a minute each.
PATIENCE = [*START, *["Probe", "Probed", "WaitForSite"] * 15, "Probe", "Probed", *END]
