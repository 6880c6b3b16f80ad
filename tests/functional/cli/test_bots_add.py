"""`courier bots add` against SQS, the table and the dead letters; control's part is played by the test."""

import json
from collections.abc import Callable

import pytest

from cli.effects import Effect, Watch
from courier.state.bots import Status
from tests.functional.cli.conftest import Platform
from tests.support.bots import active_bot

TOKEN = "1:fake-token"


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Lets something happen at the first pause of the wait, and time pass without waiting."""

    def plays(part: Callable[[], None]) -> None:
        parts = [part]
        now = [0.0]

        class Watched(Watch):
            def wait(self, timeout_s: float, *_: object) -> Effect:
                def sleep(seconds: float) -> None:
                    now[0] += seconds
                    if parts:
                        parts.pop()()

                return super().wait(timeout_s, lambda: now[0], sleep)

        monkeypatch.setattr("cli.changes.Watch", Watched)

    return plays


def test_a_new_bot(platform: Platform, control: Callable[[Callable[[], None]], None]) -> None:
    control(lambda: platform.bots.put(active_bot(7)))
    args = ["bots", "add", "7", "--token-stdin", "--logs", "--bot-per-second", "20", "--parse-mode", "HTML"]

    result = platform.courier(*args, "--correlation-id", "c-1", text=TOKEN + "\n")

    assert (result.exit_code, result.stdout) == (0, "Bot 7 is active: @bot7\n")
    assert TOKEN not in result.output
    (message,) = platform.take("courier-control.fifo")
    assert message == {
        "group": "7",
        "type": "add_bot",
        "correlation_id": "c-1",
        "data": {
            "bot_id": 7,
            "token": TOKEN,
            "is_sent_logs": True,
            "limits": {"bot_per_second": 20},
            "parse_mode": "HTML",
        },
    }


def test_the_plainest_form_is_the_predecessors_message(platform: Platform) -> None:
    result = platform.courier("bots", "add", "7", "--token-env", "BOT_TOKEN", "--no-wait", BOT_TOKEN=TOKEN)

    assert result.exit_code == 0
    (message,) = platform.take("courier-control.fifo")
    assert message["data"] == {"bot_id": 7, "token": TOKEN, "is_sent_logs": False}
    assert result.stdout == message["correlation_id"] + "\n"


def test_an_active_bot_again(platform: Platform, control: Callable[[Callable[[], None]], None]) -> None:
    platform.add_bot(7)
    control(lambda: platform.write("control", {"message": "bot added", "correlation_id": "c-1"}))

    result = platform.courier(
        "bots", "add", "7", "--token-stdin", "--correlation-id", "c-1", "--json", text=TOKEN, LOG_LEVEL="INFO"
    )

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "bot_id": 7,
        "status": "active",
        "correlation_id": "c-1",
        "username": "bot7",
    }
    assert result.stderr == ""


@pytest.mark.parametrize("form", ["words", "json"])
def test_a_refused_bot(platform: Platform, control: Callable[[Callable[[], None]], None], form: str) -> None:
    control(lambda: platform.bury("x", "data.token: Telegram refuses it (401 Unauthorized)", "c-1"))
    args = ["bots", "add", "7", "--token-stdin", "--correlation-id", "c-1", *(["--json"] if form == "json" else [])]

    result = platform.courier(*args, text=TOKEN)

    assert result.exit_code == 1
    assert "bot 7 wasn't added: data.token: Telegram refuses it (401 Unauthorized)" in result.stderr
    if form == "json":
        assert json.loads(result.stdout)["status"] == "refused"
    assert TOKEN not in result.output


def test_a_bot_that_waits(platform: Platform, control: Callable[[Callable[[], None]], None]) -> None:
    said = {"message": "control message waits", "correlation_id": "c-1", "reason": "the Bot API is away"}
    control(lambda: platform.write("control", said))
    platform.bots.put(active_bot(7).model_copy(update={"status": Status.ADDING}))

    result = platform.courier("bots", "add", "7", "--token-stdin", "--correlation-id", "c-1", text=TOKEN)

    assert result.exit_code == 1
    assert "bot 7 isn't added yet; it waits: the Bot API is away" in result.stderr
    assert "courier trace c-1" in result.stderr


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("--token-stdin", "--token-env", "X"), 2, "give the token once"),
        (("--token-env", "NOT_SET"), 2, "NOT_SET isn't set"),
        ((), 2, "--token-stdin"),
        (("--token-stdin", "--bot-per-second", "0"), 1, "data.limits.bot_per_second"),
        (("--token", "no-such token"), 1, "data.token: isn't a bot token"),
        (("--token-stdin", "--stack", "other"), 1, "other-dead.fifo"),
        (("--token-stdin", "--no-wait", "--stack", "other"), 1, "other-control.fifo"),
    ],
)
def test_what_is_wrong_is_said_without_the_token(
    platform: Platform, args: tuple[str, ...], code: int, says: str
) -> None:
    result = platform.courier("bots", "add", "7", *args, text=TOKEN)

    assert result.exit_code == code
    assert says in result.stderr
    assert TOKEN not in result.output
    assert "no-such" not in result.output
    assert platform.take("courier-control.fifo") == []
