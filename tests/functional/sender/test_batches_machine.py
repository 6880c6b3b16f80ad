"""Whole batches through several real senders: what must hold in any weather."""

from hypothesis import given

from tests.functional.sender.journeys import calm, stormy
from tests.support.budget import budget
from tests.support.journey import Journey, travel
from tests.support.verdicts import all_is_well, limits_are_kept


@given(calm())
@budget(60)
def test_known_limits_are_never_met(valkey_url: str, journey: Journey) -> None:
    story = travel(journey, valkey_url)

    all_is_well(story)
    limits_are_kept(story)


@given(stormy())
@budget(70)
def test_nothing_is_lost_or_repeated_or_sent_too_soon(valkey_url: str, journey: Journey) -> None:
    all_is_well(travel(journey, valkey_url))
