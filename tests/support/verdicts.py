"""What must hold of every story, whatever happened in it."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from bench.model.mortal import Call
from courier.errors import RateLimitedError
from tests.support.journey import Story

#: Seconds in which a 429, or that Redis is silent, must be known to every worker: the sender's first invariant.
KNOWN_S = 0.05
#: Seconds in which a pause must be obeyed.
PAUSED_S = 5.0
#: Chats whose 429s within so many seconds are the bot's; a little less than it takes, for what is under way.
SEVERAL, WITHIN_S = 3, 4.5


def nothing_is_lost(story: Story) -> None:
    """All were delivered, or are dead letters with a reason, or had leave to vanish."""
    assert story.is_over, f"{[queue.left for queue in story.queues.values()]} left after {story.ended_s} s"
    arrived = {call.key for call in story.accepted()}
    dead = {letter.record.message_id: letter.reason for letter in story.around.letters}
    for letter, (_, message_id) in zip(story.journey.letters, story.ids, strict=True):
        if message_id in dead:
            assert dead[message_id], "a dead letter without a reason"
            assert not letter.keys or set(letter.keys) & story.journey.rejected, f"{letter}: {dead[message_id]}"
        else:
            assert letter.keys, f"{letter} can't be read, and is no dead letter"
            assert letter.may_vanish or set(letter.keys) <= arrived, f"lost: {letter}"


def order_is_kept(story: Story) -> None:
    """Each group's messages arrive first in the order in which they were queued."""
    firsts = {key: place for place, key in reversed(list(enumerate(call.key for call in story.accepted())))}
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    senders = Counter(key for letter in story.journey.letters for key in letter.keys)
    for letter in story.journey.letters:
        # Which of two twins is delivered isn't promised.
        if all(senders[key] == 1 for key in letter.keys):
            groups[letter.lane.value, letter.group] += letter.keys
    for group, keys in groups.items():
        places = [firsts[key] for key in keys if key in firsts]
        assert places == sorted(places), f"{group}: {keys} arrived at places {places}"


def duplicates_are_excused(story: Story) -> None:
    """Twice only where nobody could know: no answer, no time or no Redis to write it down, or it was flushed away."""
    counts, excuses = Counter(call.key for call in story.accepted()), Counter[str]()
    for call in story.accepted():
        excuses[call.key] += _is_unknown(call, story)
    for at in story.journey.flushes:
        forgotten = [
            key
            for number, letter in enumerate(story.journey.letters[: len(story.ids)])
            if letter.at <= at < story.deleted_at(number)
            for key in letter.keys
        ]
        excuses.update(set(forgotten))
    twice = {key: (count - 1, excuses[key]) for key, count in counts.items() if count - 1 > excuses[key]}
    assert not twice, f"duplicates and what may explain them: {twice}"


def _is_unknown(call: Call, story: Story) -> bool:
    heard = call.heard_at
    if heard is None or (call.arrival is not None and call.arrival.is_lost):
        return True
    died = call.life.died_at
    return (died is not None and died <= heard + KNOWN_S) or _was_silent(story, heard - KNOWN_S, heard + KNOWN_S)


def _was_silent(story: Story, begin: float, end: float) -> bool:
    return any(outage.begin_s < end and begin < outage.end_s for outage in story.journey.outages)


def penalties_are_kept(story: Story) -> None:
    """After a 429 nothing is started for its scope until it is over."""
    for chat, known_at, end in _penalties(story):
        for call in story.calls:
            is_within = known_at + KNOWN_S < call.started < end
            if is_within and (chat is None or call.chat == chat) and not _flushed(story, known_at, call.started):
                scope = "the bot" if chat is None else chat
                raise AssertionError(f"{call.key} started at {call.started}: {scope} was held from {known_at} to {end}")


def _penalties(story: Story) -> Iterator[tuple[str | None, float, float]]:
    """Chat (None for the bot), since when it is known, and until when it holds."""
    met: list[tuple[float, str]] = []
    refused = [call for call in story.calls if isinstance(call.error, RateLimitedError) and call.chat]
    for call in sorted(refused, key=lambda call: call.heard_at or 0.0):
        heard, error = call.heard_at, call.error
        assert isinstance(error, RateLimitedError)
        if heard is None or _died_before(call, heard + KNOWN_S) or _was_silent(story, heard - KNOWN_S, heard + KNOWN_S):
            continue
        end = call.started + error.retry_after_s
        yield call.chat, heard, end
        if call.arrival is None or call.arrival.refusal is None or call.arrival.refusal.scope != "bot":
            # Several chats that were each too fast say nothing of the bot.
            continue
        # What was taken since says that the bot wasn't held any more.
        met = [one for one in met if not _was_called(story, one[0], call.started)]
        met.append((heard, call.chat))
        lately = [at for at, _ in met if at > heard - WITHIN_S]
        chats = {chat for at, chat in met if at > heard - WITHIN_S}
        if len(chats) >= SEVERAL and not _flushed(story, min(lately), heard):
            yield None, heard, end


def _was_called(story: Story, begin: float, end: float) -> bool:
    return any(begin < call.started <= end and call.is_accepted and call.chat for call in story.calls)


def _died_before(call: Call, moment: float) -> bool:
    return call.life.died_at is not None and call.life.died_at <= moment


def _flushed(story: Story, begin: float, end: float) -> bool:
    return any(begin <= at <= end for at in story.journey.flushes)


def silence_is_kept(story: Story) -> None:
    """Nothing is sent while Redis can't say whether it may be."""
    for outage in story.journey.outages:
        blind = [call for call in story.calls if outage.begin_s + KNOWN_S < call.started < outage.end_s]
        assert not blind, f"sent while Redis was silent from {outage.begin_s} to {outage.end_s}: {blind}"


def a_pause_is_kept(story: Story) -> None:
    """A bot that rests is left alone, some seconds after it was told to rest."""
    if story.journey.pause is not None:
        begin, end = story.journey.pause
        late = [call for call in story.calls if begin + PAUSED_S < call.started < end]
        assert not late, f"sent while the bot was paused from {begin} to {end}: {late}"


def limits_are_kept(story: Story) -> None:
    """Telegram's flood control never had a reason."""
    met = [call.arrival for call in story.calls if call.arrival and call.arrival.refusal]
    assert not met, f"met a limit that was known: {met}"


def keys_die(story: Story) -> None:
    """Nothing stays in Redis for ever, and a cluster would have taken every command."""
    assert not story.redis.undying
    assert not story.redis.split


def all_is_well(story: Story) -> None:
    """All of the above but for the limits, which only hold where the sender knows them."""
    for verdict in (
        nothing_is_lost,
        order_is_kept,
        duplicates_are_excused,
        penalties_are_kept,
        silence_is_kept,
        a_pause_is_kept,
        keys_die,
    ):
        verdict(story)
