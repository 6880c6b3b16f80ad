"""Bots come: on the deployed stack."""

import json
import urllib.request

from tests.e2e.platform import Platform


def test_a_bots_queues_are_high_throughput_encrypted_and_redriven(platform: Platform, bot_id: int) -> None:
    for suffix in (".fifo", "-broadcast.fifo"):
        url = platform.queue(f"bot-{bot_id}{suffix}")
        attributes = platform.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert attributes["DeduplicationScope"] == "messageGroup"
        assert attributes["FifoThroughputLimit"] == "perMessageGroupId"
        assert attributes["SqsManagedSseEnabled"] == "true"
        assert int(attributes["VisibilityTimeout"]) > 15
        assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith(":courier-dead.fifo")


def test_the_same_bot_again_changes_nothing(platform: Platform, bot_id: int) -> None:
    mappings = platform.endpoints.aws.functions.list_event_source_mappings

    def of_the_bot() -> list[str]:
        found = mappings()["EventSourceMappings"]
        return sorted(one["UUID"] for one in found if f"-bot-{bot_id}" in one["EventSourceArn"])

    before = of_the_bot()
    assert len(before) == 2
    platform.add_bot(bot_id)
    platform.send(bot_id, [(1, "still here")])

    assert [message.text for message in platform.arrived(bot_id, 1)] == ["still here"]
    assert of_the_bot() == before


def test_a_bad_token_is_refused_with_its_reason_and_masked(platform: Platform) -> None:
    platform.telegram.revoke(66)
    token = "66:" + "secret" * 6
    correlation_id = platform.control("add_bot", bot_id=66, token=token)

    (letter,) = platform.dead_letters(correlation_id)

    assert "data.token: Telegram refuses it (401 Unauthorized)" in letter["reason"]
    assert token not in json.dumps(letter)
    assert platform.status(66) is None


def test_an_unreachable_api_deletes_nothing_and_is_asked_again(platform: Platform) -> None:
    platform.telegram.fault("5xx", bot_id=67, method="getMe", code=503, times=1)
    try:
        platform.add_bot(67)
    finally:
        platform.telegram.clear_faults()
    platform.send(67, [(1, "x")])
    platform.arrived(67, 1)


def test_a_pulse_is_answered_in_the_log(platform: Platform) -> None:
    correlation_id = platform.control("pulse", beat=42)
    platform.wait_for(lambda: any(line.get("pulse") == {"beat": 42} for line in platform.log(correlation_id)), "pulse")


def test_no_token_is_ever_logged(platform: Platform) -> None:
    secret = "never-to-be-seen-" * 2
    platform.add_bot(68, token=f"68:{secret}")
    platform.send(68, [(1, "x")])
    platform.arrived(68, 1)
    bad = {"type": "add_bot", "correlation_id": "e2e-token", "data": {"bot_id": "x", "token": f"68:{secret}"}}
    platform.put("control.fifo", [("68", bad)])
    (letter,) = platform.dead_letters("e2e-token")

    assert secret not in json.dumps(letter)
    for stage in ("control", "sender", "api"):
        assert secret not in platform.log_text(stage)
    files = [path for path in platform.state_dir.rglob("*") if path.is_file() and path.suffix in {".log", ".json"}]
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]


def test_health(platform: Platform) -> None:
    with urllib.request.urlopen(f"{platform.endpoints.api_url}/v1/health", timeout=20) as answer:  # noqa: S310 - http, of this machine
        assert json.load(answer)["parts"] == {"redis": "ok", "table": "ok"}
