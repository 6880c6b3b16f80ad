"""Queue names are a contract: literally these."""

import pytest

from courier.queues.names import BotQueue, Lane, QueueNames, source_of

NAMES = QueueNames("courier")
ARN = "arn:aws:sqs:eu-west-1:123456789012:"


def test_names() -> None:
    assert NAMES.control == "courier-control.fifo"
    assert NAMES.media == "courier-media.fifo"
    assert NAMES.dead == "courier-dead.fifo"
    assert NAMES.bot(7, Lane.REGULAR) == "courier-bot-7.fifo"
    assert NAMES.bot(7, Lane.BROADCAST) == "courier-bot-7-broadcast.fifo"
    assert NAMES.logs(7) == "courier-bot-7-logs"


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("stack", ["courier", "my-bot-1", "a-broadcast"])
@pytest.mark.parametrize("prefix", ["", ARN])
def test_a_bots_queue_tells_bot_and_lane(prefix: str, stack: str, lane: Lane) -> None:
    assert source_of(prefix + QueueNames(stack).bot(42, lane)) == BotQueue(42, lane)


@pytest.mark.parametrize(
    "name", [NAMES.control, NAMES.dead, NAMES.logs(7), "courier-bot-.fifo", "courier-bot-7", "bot-7.fifo"]
)
def test_no_other_queue_is_a_bots(name: str) -> None:
    with pytest.raises(ValueError, match="no bot's queue"):
        source_of(ARN + name)
