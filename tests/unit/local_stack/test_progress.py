from local.stack.progress import REMIND_S, Progress


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_silent_step_speaks_up_now_and_then() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = Progress(lines.append, clock)
    progress.say("sam build", "started")
    for _ in range(12):
        clock.now += REMIND_S / 5
        progress.remind("sam build")
    assert lines == [
        "   0.0 s  sam build   started",
        "   5.0 s  sam build   still running ...",
        "  10.0 s  sam build   still running ...",
    ]
