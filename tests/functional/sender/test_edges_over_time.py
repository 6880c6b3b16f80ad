"""Courses that hypothesis is unlikely to find, or found once, each as small as it gets."""

from dataclasses import replace

from bench.model.mortal import Outage
from bench.model.telegram import Network
from courier.contracts.control import Limits as Configured
from local.simulator.config import Limits
from tests.support.journey import Journey, texts, travel
from tests.support.verdicts import a_pause_is_kept, all_is_well, limits_are_kept, nothing_is_lost


def test_two_chats_dont_extend_the_bots_penalty_for_ever(valkey_url: str) -> None:
    hidden = Limits(bot_per_second=1, penalty_extends=True, penalty_growth=2.0, penalty_max_s=20.0)

    story = travel(Journey(texts((1, 2), 5), limits=hidden, limit_s=3600.0), valkey_url)

    nothing_is_lost(story)


def test_a_chat_without_a_burst_keeps_its_distance_in_a_jittering_network(valkey_url: str) -> None:
    configured = Configured(chat_per_second=5.0, chat_burst=1)
    network = Network(latency_s=0.05, jitter_s=0.025)
    hidden = Limits(chat_per_second=5.0, chat_burst=1)
    journey = Journey(texts((1, 2, 3), 20), limits=hidden, configured=configured, network=network, lag_s=0.0)

    story = travel(journey, valkey_url)

    all_is_well(story)
    limits_are_kept(story)


def test_a_redis_whose_answers_are_lost_for_a_minute_buries_nothing(valkey_url: str) -> None:
    story = travel(Journey(texts(range(1, 6), 3), outages=[Outage(0.0, 60.0, "deaf")]), valkey_url)

    nothing_is_lost(story)


def test_a_pause_ends_a_batch_that_is_under_way(valkey_url: str) -> None:
    slow = Network(latency_s=1.5)
    configured = Configured(chat_burst=30)
    journey = Journey(texts((1,), 10), network=slow, configured=configured, limits=Limits(chat_burst=30), workers=1)

    a_pause_is_kept(travel(replace(journey, pause=(0.5, 60.0)), valkey_url))
