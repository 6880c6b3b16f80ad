"""A message that goes back to its queue for a while."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    """How long, in whole seconds as SQS counts them, and what for."""

    seconds: int
    reason: str


#: A stopped bot, or one that nobody knows: asked again at least this often.
STOPPED = Hold(30, "the bot is stopped")
#: State that can't be reached: nothing is sent blindly.
NO_STATE_S = 5
