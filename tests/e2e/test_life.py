"""The life of a bot on the deployed stack: it is changed, rests, loses its token, and goes, and no message is lost."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.platform import Platform

RESUMED_S = 60
#: Seconds that a removal takes when nothing is queued, a minute of quiet for each of its two halves, and some to spare.
REMOVED_S = 180


def token_of(bot_id: int, secret: str) -> str:
    return f"{bot_id}:{secret}-fake"


def send_msg(bot_id: int, chat_id: int, text: str) -> tuple[str, dict[str, Any]]:
    body = {"type": "send_msg", "correlation_id": f"e2e-{bot_id}-{text}"}
    return str(chat_id), body | {"data": {"bot_id": bot_id, "chat_id": chat_id, "text": text}}


def wait_for_status(platform: Platform, bot_id: int, status: str | None, timeout_s: float = 60) -> None:
    platform.wait_for(lambda: platform.status(bot_id) == status, f"bot {bot_id} {status}", timeout_s)


def letters_of(platform: Platform, bot_id: int, count: int) -> list[dict[str, Any]]:
    """Dead letters of a bot, taken off the queue."""
    found: dict[str, dict[str, Any]] = {}
    url = platform.queue("dead.fifo")

    def look() -> bool:
        answer = platform.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=2
        )
        for message in answer.get("Messages", []):
            attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
            if attributes["source"].startswith(f"courier-bot-{bot_id}"):
                found[message["MessageId"]] = {"body": message["Body"]} | attributes
                platform.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= count

    platform.wait_for(look, f"{count} dead letters of bot {bot_id}", timeout_s=90)
    return list(found.values())


def test_a_paused_bot_keeps_its_messages_and_delivers_them_when_resumed(platform: Platform, bot_id: int) -> None:
    platform.control("pause_bot", bot_id=bot_id)
    wait_for_status(platform, bot_id, "paused")
    platform.wait_for(lambda: set(platform.mappings(bot_id).values()) == {"Disabled"}, "mappings disabled")
    platform.send(bot_id, ((chat, f"{n}") for n in range(3) for chat in (1, 2)))
    platform.send(bot_id, [(3, "news")], broadcast=True)
    # Twice what a mapping takes to hand out what it may hand out.
    time.sleep(2)
    assert platform.telegram.messages(bot_id=bot_id) == []
    assert platform.in_queue(f"bot-{bot_id}.fifo") == 6

    platform.control("resume_bot", bot_id=bot_id)
    arrived = platform.texts(bot_id, 7, timeout_s=RESUMED_S)

    assert [text for chat, text in arrived if chat == 1] == ["0", "1", "2"]
    assert len(arrived) == 7
    assert set(platform.mappings(bot_id).values()) == {"Enabled"}


def test_a_pause_in_mid_run_stops_within_seconds_and_loses_nothing(platform: Platform, bot_id: int) -> None:
    wanted = [(chat, f"{n}") for n in range(4) for chat in range(1, 101)]
    platform.send(bot_id, wanted)
    platform.arrived(bot_id, 30)
    platform.control("pause_bot", bot_id=bot_id)
    wait_for_status(platform, bot_id, "paused")
    # The invariant: known to the sender within 5 s.
    time.sleep(5)
    before = len(platform.telegram.messages(bot_id=bot_id))
    assert before < len(wanted)

    platform.control("resume_bot", bot_id=bot_id)
    first = platform.texts(bot_id, before + 1, timeout_s=RESUMED_S)
    arrived = platform.texts(bot_id, len(wanted), timeout_s=120)

    assert first[:before] == arrived[:before]
    assert sorted(arrived) == sorted(wanted)
    assert all([text for at, text in arrived if at == chat] == ["0", "1", "2", "3"] for chat in range(1, 101))


def test_a_revoked_token_stops_the_bot_and_a_new_one_delivers_everything(platform: Platform) -> None:
    bot_id = platform.add_bot(token=None)
    wanted = [(chat, f"{n}") for n in range(4) for chat in range(1, 51)]
    platform.send(bot_id, wanted)
    platform.arrived(bot_id, 20)
    platform.telegram.revoke(bot_id)
    try:
        wait_for_status(platform, bot_id, "stopped")
        platform.sweep()
        # It finds mappings of a bot that doesn't send.
        platform.wait_for(lambda: set(platform.mappings(bot_id).values()) == {"Disabled"}, "mappings off")
    finally:
        platform.telegram.restore(bot_id)
    time.sleep(1)
    assert len(platform.telegram.messages(bot_id=bot_id)) < len(wanted)

    platform.control("update_bot", bot_id=bot_id, token=token_of(bot_id, "second"))
    arrived = platform.texts(bot_id, len(wanted), timeout_s=RESUMED_S)

    assert sorted(arrived) == sorted(wanted)
    assert platform.status(bot_id) == "active"
    assert not platform.has_dead_letters(bot_id)


def test_an_update_changes_what_it_names(platform: Platform, bot_id: int) -> None:
    platform.control("update_bot", bot_id=bot_id, is_sent_logs=True, limits={"bot_per_second": 10})
    platform.wait_for(lambda: platform.in_queue(f"bot-{bot_id}-logs") is not None, "a logs queue")
    # What a sender knows of a bot may be 5 s old.
    time.sleep(5)
    platform.send(bot_id, ((chat, "x") for chat in range(1, 41)))

    arrived = platform.arrived(bot_id, 40)

    assert arrived[-1].time - arrived[0].time > 2.5
    platform.wait_for(lambda: platform.in_queue(f"bot-{bot_id}-logs") == 40, "40 lines")


def test_the_token_of_another_bot_is_refused(platform: Platform, bot_id: int) -> None:
    correlation_id = platform.control("update_bot", bot_id=bot_id, token=token_of(bot_id + 5000, "foreign"))

    (letter,) = platform.dead_letters(correlation_id)

    assert letter["reason"].startswith("data.token: belongs to @")
    assert "foreign" not in json.dumps(letter)
    platform.send(bot_id, [(1, "still itself")])
    platform.arrived(bot_id, 1)


def test_a_bot_that_nobody_knows_is_refused_with_what_to_do(platform: Platform) -> None:
    for type_ in ("update_bot", "pause_bot", "resume_bot", "remove_bot"):
        more = {"is_sent_logs": True} if type_ == "update_bot" else {}
        (letter,) = platform.dead_letters(platform.control(type_, bot_id=999_001, **more))
        assert letter["reason"].startswith("data.bot_id: no bot 999001 is known;")


@pytest.mark.alone
def test_two_bots_with_one_token_share_a_pace(platform: Platform) -> None:
    token = token_of(7701, "shared")
    bot_ids = [platform.add_bot(token=token) for _ in range(2)]
    for bot_id in bot_ids:
        platform.send(bot_id, ((chat, f"{bot_id}") for chat in range(bot_id * 1000, bot_id * 1000 + 60)))

    arrived = platform.arrived(7701, 120)

    assert (120 - 30) / (arrived[-1].time - arrived[0].time) < 33
    assert platform.refused(7701) == 0


@pytest.fixture
def _all_go_on(platform: Platform) -> Iterator[None]:
    yield
    platform.control("resume_all")


@pytest.mark.alone
@pytest.mark.usefixtures("_all_go_on")
def test_the_stop_switch_holds_every_bot_and_lets_it_go_on(platform: Platform, bot_id: int) -> None:
    platform.control("pause_all", reason="somebody pulled the plug")
    platform.wait_for(lambda: set(platform.mappings(bot_id).values()) == {"Disabled"}, "mappings disabled")
    assert platform.status(bot_id) == "active"
    time.sleep(5)
    platform.send(bot_id, [(1, "a"), (1, "b")])
    time.sleep(2)
    assert platform.telegram.messages(bot_id=bot_id) == []

    platform.control("resume_all")

    assert platform.texts(bot_id, 2, timeout_s=RESUMED_S) == [(1, "a"), (1, "b")]


def test_the_sweep_brings_back_what_was_deleted_by_hand(platform: Platform, bot_id: int) -> None:
    functions = platform.endpoints.aws.functions
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if f"-bot-{bot_id}.fifo" in mapping["EventSourceArn"]:
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
    platform.sqs.delete_queue(QueueUrl=platform.queue(f"bot-{bot_id}-broadcast.fifo"))
    platform.send(bot_id, [(1, "x")])

    platform.wait_for(lambda: len(platform.mappings(bot_id)) == 2, "both mappings", timeout_s=100)

    assert platform.in_queue(f"bot-{bot_id}-broadcast.fifo") == 0
    platform.arrived(bot_id, 1)


def test_a_removed_bot_sends_what_is_queued(platform: Platform) -> None:
    bot_id = platform.add_bot(token="9900:leaving")
    platform.send(bot_id, ((chat, f"{n}") for n in range(3) for chat in range(1, 41)))

    platform.control("remove_bot", bot_id=bot_id)

    assert len(platform.texts(9900, 120)) == 120
    assert platform.status(bot_id) == "removing"


def test_what_a_removed_bot_cant_send_becomes_dead_letters_in_each_chats_order(platform: Platform, bot_id: int) -> None:
    platform.control("pause_bot", bot_id=bot_id)
    wait_for_status(platform, bot_id, "paused")
    bodies = [send_msg(bot_id, chat, f"{n}") for n in range(3) for chat in (1, 2)]
    platform.put(f"bot-{bot_id}.fifo", bodies)

    platform.control("remove_bot", bot_id=bot_id, purge=True)

    platform.sweep()
    letters = letters_of(platform, bot_id, 6)
    assert {letter["reason"] for letter in letters} == {"bot removed"}
    assert [json.loads(letter["body"]) for letter in letters if '"chat_id": 1,' in letter["body"]] == [
        body for group, body in bodies if group == "1"
    ]
    assert {letter["correlation_id"] for letter in letters} == {f"e2e-{bot_id}-{n}" for n in range(3)}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_removed_bot_leaves_nothing_and_can_be_added_again_at_once(platform: Platform) -> None:
    """Two removals side by side, since each waits for minutes of quiet."""
    gone, back = (platform.add_bot(token=f"{9910 + n}:leaving") for n in range(2))
    platform.control("remove_bot", bot_id=gone)
    platform.control("remove_bot", bot_id=back, purge=True)
    platform.control("add_bot", bot_id=back, token="9955:another-bot-with-this-number")

    wait_for_status(platform, gone, "removed", REMOVED_S)
    assert platform.mappings(gone) == {}
    assert platform.in_queue(f"bot-{gone}.fifo") is None
    assert platform.in_queue(f"bot-{gone}-broadcast.fifo") is None
    stored = platform.endpoints.aws.ssm.get_parameters(Names=[f"/courier/bots/{gone}/token"])
    assert stored["Parameters"] == []

    wait_for_status(platform, back, "active", REMOVED_S)
    platform.send(back, [(5, "here again")])
    assert platform.texts(9955, 1) == [(5, "here again")]
