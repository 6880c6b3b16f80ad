"""`python -m local.simulator`: serve until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import signal
from pathlib import Path

from local.simulator.config import Settings
from local.simulator.server import running_simulator
from local.simulator.state import HISTORY, Simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="gets the URL once it answers")
    parser.add_argument("--config", default="{}", help='settings as JSON, e.g. {"latency_ms": 50}')
    parser.add_argument("--history", type=int, default=HISTORY, help="messages kept")
    arguments = parser.parse_args()
    simulator = Simulator(Settings.model_validate_json(arguments.config), history=arguments.history)
    asyncio.run(_serve(simulator, arguments.host, arguments.port, arguments.ready_file))


async def _serve(simulator: Simulator, host: str, port: int, ready_file: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Messages live long, and looking through hundreds of thousands of them would be a pause for every call: only
    # what is young is collected.
    gc.freeze()
    gc.set_threshold(5_000, 1_000_000)
    async with running_simulator(simulator, host=host, port=port) as running:
        if ready_file is not None:
            _write(ready_file, running.url)
        print(running.url, flush=True)
        await stop.wait()


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for somebody is watching."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    main()
