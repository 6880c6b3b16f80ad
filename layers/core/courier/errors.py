"""Every exception that the project raises on purpose.

CourierError
├── RefusedMessageError        what came in can't be carried out: dead letter, its neighbours go on
├── TryLaterError              nothing is wrong with the message: it stays in its queue
├── UncorrelatedError          a fault of ours: work is done under another message's correlation id
├── NoSuchQueueError           the bot or the stack that a message is for isn't there
├── StateUnavailableError      Redis or AWS can't be reached: nothing is sent, everything stays queued
│   └── NotTakenError          (courier.producer) SQS didn't take some of an application's messages
└── TelegramError              the Bot API's answer, or the lack of one
    ├── RateLimitedError       429, also when it is wrapped in a 400
    ├── TokenRefusedError      401: the whole bot stops
    ├── UnreachableError       403: this recipient can't be reached
    ├── MigratedError          400: the group has a new id
    ├── AlreadyDoneError       400: the edit or delete had happened before
    ├── RejectedError          any other 4xx: it will never work
    ├── ServerFaultError       5xx: later
    ├── NotSentError           the request never left: later
    └── AnswerLostError        the request left, its answer never came: it may have been carried out
"""


class CourierError(Exception):
    """The root: catch it to catch whatever the project raises on purpose."""


class RefusedMessageError(CourierError):
    """A message that can't be carried out as it is; its text is the reason that a person reads."""


class TryLaterError(CourierError):
    """Something outside isn't ready; the message goes back to its queue.

    Attributes:
        after_s: Seconds after which another try makes sense.
    """

    def __init__(self, reason: str, *, after_s: int) -> None:
        super().__init__(reason)
        self.after_s = after_s


class UncorrelatedError(CourierError):
    """What is about to be done for one message would be told as another's: the message stays in its queue.

    Attributes:
        expected: The message's correlation id.
        found: That of the context; None where it has none.
    """

    def __init__(self, expected: str, found: str | None) -> None:
        super().__init__(f"the correlation id here is {found}, and the message's is {expected}")
        self.expected = expected
        self.found = found


class NoSuchQueueError(CourierError):
    """There is no queue of that name: its bot was never added, or is gone, or the stack is another.

    Attributes:
        queue: The name.
    """

    def __init__(self, queue: str) -> None:
        super().__init__(f"there is no queue {queue}: is its bot added, and is the stack's name right?")
        self.queue = queue


class StateUnavailableError(CourierError):
    """Redis or an AWS service didn't answer, so nothing may be sent."""


class TelegramError(CourierError):
    """What the Bot API said.

    Attributes:
        code: HTTP status, or None where no answer came.
        description: Telegram's words, or what happened on the way.
    """

    def __init__(self, description: str, *, code: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class RateLimitedError(TelegramError):
    """Flood control.

    Attributes:
        retry_after_s: Seconds for which no call may be started.
    """

    def __init__(self, description: str, *, code: int, retry_after_s: float) -> None:
        super().__init__(description, code=code)
        self.retry_after_s = retry_after_s


class TokenRefusedError(TelegramError):
    """The token is wrong or was revoked."""


class UnreachableError(TelegramError):
    """The recipient blocked the bot, left, or is gone."""


class MigratedError(TelegramError):
    """The group became a supergroup.

    Attributes:
        new_chat_id: The id under which it answers now.
    """

    def __init__(self, description: str, *, code: int, new_chat_id: int) -> None:
        super().__init__(description, code=code)
        self.new_chat_id = new_chat_id


class AlreadyDoneError(TelegramError):
    """Nothing was left to do: the edit is applied, or the message is gone."""


class RejectedError(TelegramError):
    """Telegram will never accept this call."""


class ServerFaultError(TelegramError):
    """Telegram has a problem of its own."""


class NotSentError(TelegramError):
    """The connection failed before the request left: certainly not carried out."""


class AnswerLostError(TelegramError):
    """The request left and no answer came: carried out or not, nobody knows."""
