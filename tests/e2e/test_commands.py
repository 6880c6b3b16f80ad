"""Users give commands, and read what comes of them: nothing here looks inside but where it says so."""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from tests.e2e.platform import Platform

ADMIN, USER, OTHER = 9001, 9002, 9003
GROUP = -1_009_000


class Talk:
    """A bot of this test alone, talked to by users.

    Attributes:
        bot_id: Its admin is `ADMIN`.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.bot_id = platform.add_hearing_bot(admins=[ADMIN])
        self._seen: dict[int, int] = defaultdict(int)

    def ask(
        self, text: str, *, user: int = USER, chat: int | None = None, name: str = "", reply_to: int | None = None
    ) -> str:
        """Write something, and give the answer; in the user's private chat, if no other is named."""
        where = user if chat is None else chat
        said = self.platform.telegram.say(
            self.bot_id, where, text, user_id=user, username=name or None, reply_to=reply_to
        )
        assert said is not None, "the bot isn't told"
        return self.answer(where)

    def answer(self, chat: int) -> str:
        """The next message of the bot in a chat."""
        self._seen[chat] += 1
        found = self.platform.telegram.wait_for_messages(self._seen[chat], bot_id=self.bot_id, chat_id=chat)
        assert len(found) == self._seen[chat], "one answer each"
        return found[-1].text

    def forwarded(self) -> Iterator[dict[str, Any]]:
        """The updates that the application gets."""
        while True:
            yield from self.platform.forwarded(self.bot_id, 1)


@pytest.fixture(scope="module")
def talk(platform: Platform) -> Talk:
    """One bot for all tests of this module, each with users of its own."""
    return Talk(platform)


def test_who_may_not_is_told_how_to_come_in(talk: Talk) -> None:
    assert "Hello!" in talk.ask("/start payload", user=10)
    assert "may not use me here yet" in talk.ask(".whoami", user=10)
    assert ".bless 10" in talk.ask(".vdl https://example.com/watch?v=1", user=10)
    assert "Only an admin of mine" in talk.ask(".grace", user=10)
    assert ".whoami" in talk.ask("/help", user=10)


def test_a_blessing_lets_a_user_in_and_forgiving_takes_it_back(talk: Talk) -> None:
    talk.ask(".whoami", user=20, name="ada_l")

    assert "may use me, for 30 days" in talk.ask(".bless @Ada_L 30d", user=ADMIN)
    assert "you may use me, wherever you are" in talk.ask(".whoami", user=20)
    assert "link that I can follow" in talk.ask(".vdl ftp://example.com/video.mp4 720p", user=20)
    assert "nothing to take back" in talk.ask(".cancel", user=20)
    assert "the blessing is taken back" in talk.ask(".forgive @ada_l", user=ADMIN)
    assert "may not use me here yet" in talk.ask("/whoami", user=20)


def test_a_ban_counts_more_than_a_grant_and_ends(talk: Talk) -> None:
    assert "may use me, for ever" in talk.ask(".grace", user=ADMIN, chat=ADMIN)
    assert "for ever" in talk.ask(".bless 30", user=ADMIN)
    assert "banned for 1 hour" in talk.ask(".hammer 30", user=ADMIN)
    assert "you are banned, until" in talk.ask(".whoami", user=30)
    assert "the ban is lifted" in talk.ask(".forgive 30", user=ADMIN)
    assert "admins can't be banned" in talk.ask(f".hammer {ADMIN} 1h", user=ADMIN)
    assert "I don't know @nobody_here" in talk.ask(".bless @nobody_here", user=ADMIN)
    assert "30d" in talk.ask(".bless 30 0d", user=ADMIN)


def test_a_group_is_graced_and_smitten(talk: Talk) -> None:
    assert "Everybody in this chat may use me" in talk.ask("/grace 1h30m", user=ADMIN, chat=GROUP)
    assert "everybody in this chat may use me" in talk.ask("/whoami", user=USER, chat=GROUP)
    assert "This chat is blocked" in talk.ask("/smite", user=ADMIN, chat=GROUP)
    assert "this chat is blocked" in talk.ask("/whoami", user=USER, chat=GROUP)
    assert "the block is lifted" in talk.ask("/forgive", user=ADMIN, chat=GROUP)


def test_status_is_for_admins(talk: Talk) -> None:
    status = talk.ask(".status", user=ADMIN)

    assert f"Bot {talk.bot_id}: active" in status
    assert "Dead letters:" in status
    assert "Only an admin" in talk.ask(".status", user=40)


@pytest.mark.alone
def test_a_flush_of_redis_changes_no_grant(talk: Talk) -> None:
    talk.ask(".bless 50", user=ADMIN)

    with Redis.from_url(talk.platform.endpoints.redis_url) as redis:
        redis.flushall()

    assert "you may use me, wherever you are" in talk.ask(".whoami", user=50)


@pytest.mark.alone
def test_an_update_that_comes_again_later_gets_no_second_answer(talk: Talk) -> None:
    """SQS remembers an update for five minutes. What comes later comes as here: on the queue, under another key."""
    talk.ask(".whoami", user=60)
    group = f"{talk.bot_id}:60"
    sent = next(one for one in talk.forwarded() if one["group"] == group)
    del sent["group"]
    with Redis.from_url(talk.platform.endpoints.redis_url) as redis:
        redis.flushall()

    talk.platform.sqs.send_message(
        QueueUrl=talk.platform.queue("updates.fifo"),
        MessageBody=json.dumps(sent),
        MessageGroupId=group,
        MessageDeduplicationId=f"{uuid.uuid4()}",
    )
    # The next of its chat is answered after it, so whatever it brings is there by then.
    assert "Id:" in talk.ask(".whoami", user=60)


def test_one_id_from_the_webhook_to_the_reply(talk: Talk) -> None:
    update_id = talk.platform.telegram.say(talk.bot_id, 70, ".whoami")
    talk.answer(70)
    correlation_id = f"update-{talk.bot_id}-{update_id}"

    for stage in ("webhook", "commands", "sender"):
        talk.platform.wait_for(lambda stage=stage: correlation_id in talk.platform.log_text(stage), f"{stage}'s line")


def test_odd_updates_hold_nobody_up(talk: Talk) -> None:
    telegram = talk.platform.telegram
    telegram.happen(talk.bot_id, "news_from_2031", {"chat": {"id": 80, "type": "private"}, "n": [1, {"x": None}]})
    telegram.happen(talk.bot_id, "poll", {"id": "5", "question": "?"})
    telegram.happen(talk.bot_id, "message", {"chat": {"id": 80, "type": "private"}, "text": 5, "from": "nobody"})
    telegram.happen(talk.bot_id, "message", {"chat": {"id": 80, "type": "private"}, "text": ".vdl " + "x" * 100_000})

    assert "Id:" in talk.ask(".whoami", user=80)


@pytest.mark.parametrize(
    "many",
    [pytest.param(40, id="200"), pytest.param(200, id="1000", marks=[pytest.mark.slow, pytest.mark.timeout(400)])],
)
def test_many_updates_at_once_are_answered_in_their_order(talk: Talk, many: int) -> None:
    """Five from each chat; a thousand take the bot's rate alone more than half a minute."""
    chats, each, telegram = range(100 * many, 101 * many), 5, talk.platform.telegram
    deeds = [
        {"bot_id": talk.bot_id, "chat_id": chat, "text": f".hammer {chat}{n}"} for n in range(each) for chat in chats
    ]
    there = telegram.messages(bot_id=talk.bot_id)

    telegram.do(*deeds)

    wanted = len(there) + len(deeds)
    arrived = telegram.wait_for_messages(wanted, bot_id=talk.bot_id, timeout_s=350 if many == 200 else 100)
    found = [one for one in arrived if one.chat_id in chats]
    by_chat: dict[int | None, list[int | None]] = defaultdict(list)
    for one in found:
        by_chat[one.chat_id].append(one.reply_to)
    assert len(found) == len(deeds)
    assert len(by_chat) == len(chats)
    assert all(replied == sorted(replied, key=lambda number: number or 0) for replied in by_chat.values())
    assert all(len(set(replied)) == each for replied in by_chat.values())
