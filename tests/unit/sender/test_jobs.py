"""Records as chains of jobs: one chain a group, and a reason for each that is no job."""

from typing import Any

import pytest

from courier.queues.records import Record
from courier.sender.jobs import Chain, Job, Refusal, chains_of, read
from courier.sender.marks import Identity
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg
from tests.unit.contracts.opening import nested
from tests.unit.sender.messages import QUEUE, job

BOT = active_bot()


def chains(*records: Record) -> list[Chain]:
    return chains_of([read(one, QUEUE, BOT) for one in records])


def refusal(body: Any) -> str:
    link = read(record(body), QUEUE, BOT)
    assert isinstance(link, Refusal)
    return link.reason


def test_each_group_is_a_chain_in_the_queues_order() -> None:
    records = [record(send_msg(chat, "x"), group=group) for chat, group in ((1, "a"), (2, "b"), (3, "a"), (1, "b"))]

    made = chains(*records)

    assert [chain.number for chain in made] == [1, 2]
    assert [[link.record for link in chain.links] for chain in made] == [records[::2], records[1::2]]


def test_a_refused_record_keeps_its_place_in_the_chain() -> None:
    records = [record(send_msg(5, "a")), record("{", group="5"), record(send_msg(5, "b"))]

    (chain,) = chains(*records)

    assert [type(link).__name__ for link in chain.links] == ["Job", "Refusal", "Job"]
    assert [link.call.params["text"] for link in chain.jobs()] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the body isn't JSON: "),
        ("[]", "the body must be a JSON object, not list"),
        (send_msg(5, "x", bot_id=2), "data.bot_id: is 2, but this is the queue of bot 1"),
        (send_msg(5, "x", version=2), "version: 2 is newer than 1"),
        (send_msg(5, ""), "data.text: is empty"),
        (send_msg(0, "x"), "data.chat_id: must be a chat's number"),
        *[
            ({"type": name, "data": {"bot_id": 1, "token": "1:fake"}}, f"type: '{name}' isn't taken by this queue")
            for name in ("add_bot", "update_bot", "remove_bot", "pause_bot", "resume_bot", "pulse", "other")
        ],
    ],
)
def test_what_is_no_job_has_a_reason(body: Any, reason: str) -> None:
    assert refusal(body).startswith(reason)


@pytest.mark.parametrize("field", ["link_preview_options", "reply_markup"])
def test_depth_that_json_bears_but_a_model_doesnt_is_refused(field: str) -> None:
    assert refusal(send_msg(5, "x", **{field: {"remove_keyboard": True} | nested(300)}))


@pytest.mark.parametrize(
    ("external_id", "external"),
    [(None, None), (7, "send_msg:7"), ("7", "send_msg:7"), ("a b", "send_msg:a b"), (0, "send_msg:0")],
)
def test_identity_is_bot_type_and_external_id(external_id: int | str | None, external: str | None) -> None:
    assert job(external_id=external_id).identity == Identity(1, "m", external)


def test_a_mark_has_its_bots_slot_and_an_external_id_a_key_of_its_own() -> None:
    assert Identity(1, "m", None).pair() == ("c1:{1}:m:m", "c1:{1}:m:m")
    assert Identity(1, "m", "send_msg:7").pair() == ("c1:{1}:m:m", "c1:{1}:i:send_msg:7")


def test_every_key_can_be_sent_to_redis() -> None:
    assert refusal(send_msg(5, "x", external_id="\ud800")).startswith("data.external_id: ")
    made = read(record(send_msg("@Ünï", "x", external_id="ü€😀")), QUEUE, BOT)
    assert not isinstance(made, Job) or [key.encode() for key in made.identity.claimed_keys()]
