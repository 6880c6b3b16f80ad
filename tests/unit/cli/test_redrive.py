"""Dead letters go back in their order, once, and never without what was masked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from cli.errors import NotFoundError, UsageError
from cli.letters import DeadLetterBox, Letter
from cli.redrive import HELD_S, Outcome, Work
from cli.selection import Selection, bot_of, found, selected
from courier.errors import NoSuchQueueError
from courier.queues.sqs import Outbound
from tests.unit.cli.fakes import FifoQueue, Stored

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

ALL = Selection()
SOURCE = "courier-bot-7.fifo"


def stored(name: str, chat: int = 5, *, bot: int = 7, **more: Any) -> Stored:
    """A letter as the platform writes it."""
    body = {"type": "send_msg", "data": {"bot_id": bot, "chat_id": chat, "text": name}}
    attributes = {
        "reason": more.pop("reason", "no"),
        "source": f"courier-bot-{bot}.fifo",
        "correlation_id": f"c-{name}",
    }
    return Stored(name, f"{bot}:{chat}", json.dumps(more.pop("body", body)), attributes | more.pop("named", {}), more)


def masked(name: str, kind: str = "add_bot", bot: int = 7) -> Stored:
    body = {"type": kind, "data": json.dumps({"bot_id": bot, "token": "***"})}
    attributes = {"reason": "no", "source": "courier-control.fifo", "correlation_id": "c"}
    return Stored(name, f"control:{bot}", json.dumps(body), attributes)


@dataclass
class Sources:
    """The queues that letters came from; one swallows what it had in the last five minutes, as SQS does."""

    missing: set[str] = field(default_factory=set)
    taken: list[tuple[str, Outbound]] = field(default_factory=list)
    fails_at_once: FifoQueue | None = None
    interrupt_at: int | None = None

    def put(self, queue: str, messages: Sequence[Outbound], taken: dict[int, str]) -> None:
        (message,) = messages
        if queue in self.missing:
            raise NoSuchQueueError(queue)
        ids = [one.deduplication_id for _, one in self.taken]
        if message.deduplication_id not in ids:
            self.taken.append((queue, message))
            ids.append(message.deduplication_id)
        sqs_id = f"sqs-{ids.index(message.deduplication_id)}"
        if self.interrupt_at == len(self.taken):
            self.interrupt_at = None
            raise KeyboardInterrupt
        taken[0] = sqs_id
        if self.fails_at_once is not None:
            assert self.fails_at_once.receives < 100, "it goes in circles"
            again = Stored(
                f"again-{sqs_id}",
                f"7:{message.group}",
                message.body,
                {"reason": "no", "source": queue},
                {"MessageDeduplicationId": sqs_id},
            )
            self.fails_at_once.messages.append(again)

    @property
    def texts(self) -> list[str]:
        return [json.loads(message.body)["data"]["text"] for _, message in self.taken]


def box(queue: FifoQueue) -> DeadLetterBox:
    return DeadLetterBox(cast("SQSClient", queue), "https://sqs.test/courier-dead.fifo", 0)


def redriven(
    queue: FifoQueue, sources: Sources, selection: Selection = ALL, tokens: dict[int, str] | None = None
) -> Outcome:
    return Work(box(queue), selection).redrive(sources, tokens or {})


def test_all_of_a_deep_chat_goes_back_in_its_order() -> None:
    queue, sources = FifoQueue([stored(f"{n}") for n in range(25)]), Sources()

    outcome = redriven(queue, sources)

    assert sources.texts == [f"{n}" for n in range(25)]
    assert (len(outcome.done), outcome.stayed, queue.messages) == (25, [], [])
    queues, message = sources.taken[3]
    assert (queues, message.group, message.attributes) == (SOURCE, "5", {"correlation_id": "c-3"})


def test_what_failed_again_meanwhile_is_not_tried_in_circles() -> None:
    queue = FifoQueue([stored(f"{n}") for n in range(12)])
    sources = Sources(fails_at_once=queue)

    outcome = redriven(queue, sources)

    assert len(outcome.done) == 12
    assert sources.texts == [f"{n}" for n in range(12)]
    assert (len(queue.messages), queue.held) == (12, [])


def test_an_interruption_between_put_and_delete_is_harmless() -> None:
    queue, sources = FifoQueue([stored(f"{n}", chat=n) for n in range(3)]), Sources(interrupt_at=2)

    with pytest.raises(KeyboardInterrupt):
        redriven(queue, sources)
    assert [message.id for message in queue.messages] == ["1", "2"]
    assert queue.held == []

    redriven(queue, sources)
    assert sources.texts == ["0", "1", "2"]
    assert queue.messages == []
    assert HELD_S < 300, "else a letter of a killed redrive comes back when SQS has forgotten it"


@pytest.mark.parametrize(
    ("selection", "back"),
    [
        (Selection(bot_id=8), ["c"]),
        (Selection(reason="BLOCKED"), ["b"]),
        (Selection(ids=frozenset({"a", "c"})), ["a", "c"]),
        (Selection(ids=frozenset({"a"}), bot_id=8), []),
    ],
)
def test_only_what_is_meant_goes(selection: Selection, back: list[str]) -> None:
    letters = [stored("a"), stored("b", 6, reason="403 bot was blocked by the user"), stored("c", bot=8)]
    queue, sources = FifoQueue(letters), Sources()

    redriven(queue, sources, selection)

    assert sources.texts == back
    assert sorted(message.id for message in queue.messages) == sorted({"a", "b", "c"} - set(back))
    assert queue.held == []


def test_a_queue_that_is_gone_keeps_its_letters_and_only_those() -> None:
    queue, sources = FifoQueue([stored("a"), stored("b", bot=8)]), Sources({SOURCE})

    outcome = redriven(queue, sources)

    assert [(letter.message_id, why) for letter, why in outcome.stayed] == [
        ("a", "its queue courier-bot-7.fifo doesn't exist any more")
    ]
    assert sources.texts == ["b"]


@pytest.mark.parametrize("kind", ["add_bot", "update_bot"])
def test_a_masked_token_is_put_in_and_never_guessed(kind: str) -> None:
    queue, sources = FifoQueue([masked("a", kind), masked("b", kind, bot=8)]), Sources()

    outcome = redriven(queue, sources, tokens={7: "1:fake-token"})

    ((queue_name, message),) = sources.taken
    assert (queue_name, message.group) == ("courier-control.fifo", "7")
    assert json.loads(message.body) == {"type": kind, "data": {"bot_id": 7, "token": "1:fake-token"}}
    ((letter, why),) = outcome.stayed
    assert (letter.message_id, "masked" in why) == ("b", True)


def test_what_stands_behind_a_letter_that_stays_stays_too() -> None:
    later = masked("b")
    later.body = json.dumps({"type": "pause_bot", "data": {"bot_id": 7}})
    queue, sources = FifoQueue([masked("a"), later, stored("c")]), Sources()

    outcome = redriven(queue, sources)

    assert [letter.message_id for letter, _ in outcome.stayed] == ["a", "b"]
    assert sources.texts == ["c"]


@pytest.mark.parametrize(
    "letter",
    [
        stored("a", named={"source": ""}),
        stored("a", body={"type": "call", "data": {"params": {"x": [{"token": "***"}]}}}),
        stored("a", reason="too long (its body is cut to 1032192 bytes)"),
    ],
)
def test_what_can_not_be_whole_again_stays(letter: Stored) -> None:
    queue, sources = FifoQueue([letter]), Sources()

    outcome = redriven(queue, sources)

    assert (sources.taken, len(outcome.stayed), queue.held) == ([], 1, [])


def test_a_letter_that_sqs_moved_goes_back_with_its_own_group_and_body() -> None:
    body = '{"type": "add_bot", "data": {"bot_id": 7, "token": "1:fake-token"}}'
    system = {"DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:1:courier-control.fifo"}
    sources = Sources()

    redriven(FifoQueue([Stored("m", "7", body, system=system)]), sources)

    ((name, message),) = sources.taken
    assert (name, message.group, message.body) == ("courier-control.fifo", "7", body)


def test_dropping_takes_what_is_meant_and_nothing_else() -> None:
    queue = FifoQueue([*(stored(f"{n}") for n in range(12)), stored("x", bot=8)])

    outcome = Work(box(queue), Selection(bot_id=7)).drop()

    assert len(outcome.done) == 12
    assert ([message.id for message in queue.messages], queue.held) == (["x"], [])


def letters(*names: str) -> list[Letter]:
    return [Letter.of(cast("Any", stored(name).received())) for name in names]


def test_ids_may_be_cut_as_long_as_they_name_one() -> None:
    seen = letters("abcdef-1", "abcdef-2", "abcdef")

    assert found("abcdef-2", seen).message_id == "abcdef-2"
    assert found("abcdef", seen).message_id == "abcdef"
    for name, says in (("abcdef-", "beginning of 2"), ("abc", "no dead letter"), ("zzzzzz", "no dead letter")):
        with pytest.raises(NotFoundError, match=says):
            found(name, seen)


def test_something_must_be_named() -> None:
    seen = letters("abcdef-1")
    with pytest.raises(UsageError):
        selected([], None, None, all_letters=False, seen=seen)
    with pytest.raises(UsageError):
        selected(["abcdef-1"], None, None, all_letters=True, seen=seen)
    assert selected(["abcdef"], None, None, all_letters=False, seen=seen).ids == {"abcdef-1"}


def test_whom_a_letter_is_about() -> None:
    control = Letter.of(cast("Any", masked("m").received()))
    assert (bot_of(letters("a")[0]), bot_of(control)) == (7, 7)
