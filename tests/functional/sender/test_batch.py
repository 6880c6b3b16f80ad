"""A batch through the real sender and real Valkey, with a Telegram in process."""

import asyncio
import itertools
import json

from courier.errors import AnswerLostError, NotSentError, RateLimitedError, RejectedError, ServerFaultError
from courier.state.bots import Status
from tests.functional.conftest import Bench, make_bench
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg
from tests.support.telegram import FakeTelegram, Heard


async def test_messages_of_a_batch_are_sent_side_by_side(bench: Bench) -> None:
    bench.telegram.latency_s = 0.1
    began = asyncio.get_running_loop().time()

    kept = await bench.send(*(record(send_msg(chat, f"to {chat}")) for chat in range(1, 11)))

    assert kept == []
    assert sorted(bench.telegram.texts()) == sorted(f"to {chat}" for chat in range(1, 11))
    assert asyncio.get_running_loop().time() - began < 0.5


async def test_one_chat_gets_its_messages_in_order_and_the_rest_stays_together(bench: Bench) -> None:
    records = [record(send_msg(5, f"{n}")) for n in range(6)]

    kept = await bench.send(*records)

    # A burst of three; the fourth must wait a second, and those behind it wait with it.
    assert bench.telegram.texts(5) == ["0", "1", "2"]
    assert kept == [r.message_id for r in records[3:]]
    assert {bench.queues.hidden[r.receipt] for r in records[3:]} == {1}


async def test_a_waiting_chat_holds_back_no_other(bench: Bench) -> None:
    slow = [record(send_msg(5, f"slow {n}")) for n in range(9)]
    began = asyncio.get_running_loop().time()

    await bench.send(*slow, record(send_msg(6, "quick")))

    assert "quick" in bench.telegram.texts(6)
    assert asyncio.get_running_loop().time() - began < 0.5


async def test_no_second_holds_more_than_the_bot_may(bench: Bench) -> None:
    bench.use(active_bot(bot_per_second=10))
    chats = iter(range(1, 1000))

    for _ in range(3):
        kept = await bench.send(*(record(send_msg(next(chats), "x")) for _ in range(10)))
        assert kept == []

    assert len(bench.telegram.heard) == 30
    assert bench.telegram.busiest(1.0) <= 10


async def test_two_workers_share_one_window(bench: Bench) -> None:
    bench.use(active_bot(bot_per_second=10))
    other = make_bench(bench.redis, telegram=bench.telegram, bots=bench.bots)

    await asyncio.gather(
        bench.send(*(record(send_msg(chat, "x")) for chat in range(1, 11))),
        other.send(*(record(send_msg(chat, "x")) for chat in range(11, 21))),
    )

    assert len(bench.telegram.heard) == 20
    assert bench.telegram.busiest(1.0) <= 10


async def test_a_429_holds_its_chat_and_all_that_stands_behind(bench: Bench) -> None:
    bench.telegram.react = lambda heard: (
        RateLimitedError("Too Many Requests", code=429, retry_after_s=7) if heard.chat_id == 5 else None
    )
    held = [record(send_msg(5, "a")), record(send_msg(5, "b"))]

    kept = await bench.send(*held, record(send_msg(6, "c")))

    assert kept == [r.message_id for r in held]
    assert bench.telegram.texts(5) == ["a"]
    assert bench.telegram.texts(6) == ["c"]
    assert {bench.queues.hidden[r.receipt] for r in held} == {7}
    # Another batch, even in another worker, doesn't call that chat either.
    other = make_bench(bench.redis, bots=bench.bots)
    again = [record(send_msg(5, "a")), record(send_msg(6, "d"))]
    assert await other.send(*again) == [again[0].message_id]
    assert other.telegram.texts() == ["d"]


async def test_a_429_stops_calls_of_other_workers_that_wait_already(bench: Bench) -> None:
    bench.use(active_bot(chat_per_second=5, chat_burst=1))
    bench.telegram.react = lambda _: RateLimitedError("Too Many Requests", code=429, retry_after_s=3)
    other = make_bench(bench.redis, bots=bench.bots)
    # The other worker sends to the chat, and its second message waits 0.2 s for it.
    waiting = asyncio.create_task(other.send(record(send_msg(5, "first")), record(send_msg(5, "second"))))
    await other.telegram.called.wait()
    await bench.sender._pacer.penalise(active_bot(), "5", 3.0)

    kept = await waiting

    assert other.telegram.texts() == ["first"]
    assert len(kept) == 1


async def test_429s_of_several_chats_hold_the_bot(bench: Bench) -> None:
    bench.telegram.react = lambda _: RateLimitedError("Too Many Requests", code=429, retry_after_s=4)
    await bench.send(*(record(send_msg(chat, "x")) for chat in (1, 2, 3)))
    bench.telegram.heard.clear()

    kept = await bench.send(record(send_msg(99, "an innocent chat")))

    assert len(kept) == 1
    assert bench.telegram.heard == []


async def test_server_faults_come_back_with_growing_pauses(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    bench.telegram.react = lambda _: ServerFaultError("Bad Gateway", code=502)
    message = record(send_msg(5, "x"), message_id="m")
    pauses = []
    for _ in range(6):
        assert await bench.send(message) == ["m"]
        pauses.append(bench.queues.hidden[message.receipt])

    assert pauses[0] == 1
    assert pauses[-1] >= 20
    bench.telegram.react = lambda _: None
    assert await bench.send(message) == []


async def test_a_refused_message_is_buried_and_its_chat_goes_on(bench: Bench) -> None:
    bench.telegram.react = lambda heard: (
        RejectedError("Bad Request: chat not found", code=400) if heard.text == "bad" else None
    )

    kept = await bench.send(record(send_msg(5, "bad")), record(send_msg(5, "good")))

    assert kept == []
    assert bench.telegram.texts() == ["bad", "good"]
    assert bench.queues.reasons() == ["Telegram refuses it: 400 Bad Request: chat not found"]


async def test_what_cant_be_buried_stays_in_its_queue(bench: Bench) -> None:
    bench.queues.is_down = True

    kept = await bench.send(record("no JSON", group="g"), record(send_msg(5, "behind"), group="g"))

    assert len(kept) == 2
    assert bench.telegram.heard == []


async def test_a_redelivery_of_a_sent_message_sends_nothing(bench: Bench) -> None:
    bench.use(active_bot(logs=True))
    message = record(send_msg(5, "once"), message_id="m")

    assert await bench.send(message) == []
    assert await bench.send(message) == []

    assert bench.telegram.texts() == ["once"]
    assert [line["outcome"] for line in bench.queues.lines()] == ["delivered", "delivered"]
    assert bench.queues.lines()[0]["sent_msg_id"] == bench.queues.lines()[1]["sent_msg_id"]


async def test_a_second_message_with_the_same_external_id_is_a_duplicate(bench: Bench) -> None:
    bench.use(active_bot(logs=True))

    await bench.send(record(send_msg(5, "x", external_id=7)))
    assert await bench.send(record(send_msg(5, "x", external_id=7))) == []

    assert bench.telegram.texts() == ["x"]
    assert [line["outcome"] for line in bench.queues.lines()] == ["delivered", "duplicate"]


async def test_twins_in_one_batch_are_sent_once(bench: Bench) -> None:
    kept = await bench.send(record(send_msg(5, "x", external_id="a")), record(send_msg(5, "x", external_id="a")))

    assert kept == []
    assert bench.telegram.texts() == ["x"]


async def test_a_twin_waits_while_its_owner_is_undecided_and_is_tried_if_that_fails(bench: Bench) -> None:
    bench.telegram.react = lambda _: ServerFaultError("Bad Gateway", code=502)
    owner, twin = (record(send_msg(5, "x", external_id=1), message_id=name) for name in ("owner", "twin"))
    assert await bench.send(owner) == ["owner"]
    assert await bench.send(twin) == ["twin"]
    assert len(bench.telegram.heard) == 1

    bench.telegram.react = lambda _: RejectedError("Bad Request: no", code=400)
    assert await bench.send(owner) == []
    bench.telegram.react = lambda _: None
    assert await bench.send(twin) == []

    assert len(bench.telegram.heard) == 3


async def test_a_lost_answer_is_tried_again_or_let_be_as_the_message_says(bench: Bench) -> None:
    bench.use(active_bot(logs=True))
    bench.telegram.react = lambda _: AnswerLostError("no answer")

    kept = await bench.send(
        record(send_msg(5, "again"), message_id="again"), record(send_msg(6, "let be", on_unknown="drop"))
    )

    assert kept == ["again"]
    assert {line["text"]: line["outcome"] for line in bench.queues.lines()} == {
        "again": "retrying",
        "let be": "unknown",
    }


async def test_an_expired_message_is_dropped(bench: Bench) -> None:
    bench.use(active_bot(logs=True))

    assert await bench.send(record(send_msg(5, "late", expires_at="2020-01-01T00:00:00Z"))) == []

    assert bench.telegram.heard == []
    assert [line["outcome"] for line in bench.queues.lines()] == ["expired"]


async def test_broadcasts_take_only_what_is_free_now(bench: Bench) -> None:
    bench.use(active_bot(bot_per_second=20))
    broadcast = [record(send_msg(chat, "broadcast"), queue="courier-bot-1-broadcast.fifo") for chat in range(100, 110)]
    sending = asyncio.create_task(bench.send(*broadcast, *()))
    await asyncio.sleep(0)
    assert await sending == []
    # Ten of twenty are taken; a regular batch finds its room at once.
    began = asyncio.get_running_loop().time()
    assert await bench.send(*(record(send_msg(chat, "reply")) for chat in range(1, 11))) == []
    assert asyncio.get_running_loop().time() - began < 0.3
    assert bench.telegram.busiest(1.0) <= 20


async def test_nothing_is_sent_blindly_without_redis(bench: Bench) -> None:
    blind = make_bench(bench.redis, bots=bench.bots)

    async def refuse(*_: object) -> None:
        raise ConnectionError("Redis is gone")

    blind.redis.execute_command = refuse  # type: ignore[method-assign]

    kept = await blind.send(record(send_msg(5, "x")), record(send_msg(6, "y")))

    assert len(kept) == 2
    assert blind.telegram.heard == []
    assert set(blind.queues.hidden.values()) == {5}


async def test_a_bot_that_isnt_active_keeps_its_messages(bench: Bench) -> None:
    bench.use(active_bot().model_copy(update={"status": Status.STOPPED}))

    kept = await bench.send(record(send_msg(5, "x")))

    assert len(kept) == 1
    assert bench.telegram.heard == []
    assert set(bench.queues.hidden.values()) == {30}


async def test_the_invocations_end_is_kept(bench: Bench) -> None:
    bench.use(active_bot(bot_per_second=1))
    records = [record(send_msg(chat, "x")) for chat in range(1, 4)]

    kept = await bench.send(*records, remaining_s=7.5)

    # A call may last five seconds and closing takes two: half a second is left to start in.
    assert len(bench.telegram.heard) == 1
    assert len(kept) == 2


async def test_no_connection_is_no_answer_lost(bench: Bench) -> None:
    bench.use(active_bot(logs=True))
    bench.telegram.react = lambda _: NotSentError("refused")

    assert len(await bench.send(record(send_msg(5, "x", on_unknown="drop")))) == 1

    assert [line["outcome"] for line in bench.queues.lines()] == ["retrying"]


async def test_the_designs_message_goes_out_whole(bench: Bench) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}]]}
    body = send_msg(123, "Hello World!", external_id=123, message_id=123, reply_markup=keyboard)

    assert await bench.send(record(body)) == []

    (heard,) = bench.telegram.heard
    assert heard.method == "sendMessage"
    assert heard.params == {"chat_id": 123, "text": "Hello World!", "reply_markup": keyboard}
    assert json.dumps(heard.params)


async def test_latency_doesnt_slow_a_bot_down(bench: Bench) -> None:
    slow = make_bench(bench.redis, telegram=FakeTelegram(latency_s=0.1), bots=bench.bots)
    began = asyncio.get_running_loop().time()
    chats = iter(range(1, 1000))

    for _ in range(9):
        assert await slow.send(*(record(send_msg(next(chats), "x")) for _ in range(10))) == []

    took = slow.telegram.heard[-1].at - began
    assert 90 / took > 28
    assert slow.telegram.busiest(1.0) <= 30


async def test_a_fault_of_ours_with_one_message_costs_its_neighbours_nothing(bench: Bench) -> None:
    def break_down(heard: Heard) -> None:
        if heard.chat_id == 5:
            raise ZeroDivisionError("a fault")

    bench.use(active_bot(chat_burst=30))
    bench.telegram.react = break_down
    faulty = record(send_msg(5, "x"), message_id="m")
    for neighbour in range(4):
        assert await bench.send(faulty, record(send_msg(60 + neighbour, "y"))) == ["m"]
    assert bench.queues.letters == []
    assert {heard.chat_id for heard in bench.telegram.heard} == {5, 60, 61, 62, 63}

    assert await bench.send(faulty) == []
    assert bench.queues.reasons() == ["tg-courier failed on it: ZeroDivisionError a fault"]


async def test_windows_hold_where_telegram_counts_them(bench: Bench) -> None:
    bench.use(active_bot(bot_per_second=20))
    # A fresh worker's first calls wait for their connection; later ones are quick.
    ways = itertools.chain(itertools.repeat(0.2, 10), itertools.repeat(0.0))
    bench.telegram.way_s = lambda: next(ways)
    chats = iter(range(1, 1000))

    for _ in range(4):
        assert await bench.send(*(record(send_msg(next(chats), "x")) for _ in range(10))) == []

    assert len(bench.telegram.heard) == 40
    assert bench.telegram.busiest(1.0) <= 20


async def test_a_chats_pace_holds_where_telegram_counts_it(bench: Bench) -> None:
    bench.use(active_bot(chat_per_second=10, chat_burst=1))
    ways = itertools.chain([0.25], itertools.repeat(0.0))
    bench.telegram.way_s = lambda: next(ways)

    await bench.send(record(send_msg(5, "late")), record(send_msg(5, "next")))

    late, following = (heard.at for heard in bench.telegram.heard)
    assert following - late >= 0.1
