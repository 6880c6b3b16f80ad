"""`python -m local up|down|status|demo`."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from local.stack import commands
from local.stack.errors import StackError
from local.stack.settings import DEFAULT_PORTS, StackSettings, default_state_dir, process_environment

_EPILOG = """\
environment of up: AWS_PORT, TELEGRAM_PORT, REDIS_PORT (0: any free port), TELEGRAM_API_BASE (another Bot API
in place of the simulator), ADMIN_USER_IDS, MEDIA_ALLOWED_HOSTS.
exit status: 0 stopped on request (demo: all arrived), 1 failed (status: nothing runs), 3 up found a stack running.
"""

_print: Callable[[str], None] = partial(print, flush=True)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = StackSettings.from_environment(
            process_environment(),
            state_dir=options.state_dir,
            ports={name: getattr(options, name.lower(), None) for name in DEFAULT_PORTS},
        )
        if options.command == "demo":
            return _demo(settings)
        command = {"up": commands.up, "down": commands.down, "status": commands.status}[options.command]
        return command(settings, _print)
    except StackError as error:
        print(error, file=sys.stderr)
        return commands.Status.FAILED


def _demo(settings: StackSettings) -> int:
    # Imported here: nobody else needs what it draws with.
    from local.demo.demo import demo  # noqa: PLC0415

    return demo(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="The local stack: emulator, Valkey, Telegram simulator, and the application in it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, text in {
        "up": "run a stack in the foreground",
        "down": "stop it",
        "status": "say whether one runs, and where",
        "demo": "start a stack of its own, send on both lanes, show what arrived, stop",
    }.items():
        subparser = subparsers.add_parser(name, help=text, description=text)
        default = default_state_dir() / "demo" if name == "demo" else default_state_dir()
        subparser.add_argument("--state-dir", type=Path, default=default, help="lock, logs and endpoints of this stack")
        if name == "up":
            for variable in DEFAULT_PORTS:
                option = f"--{variable.lower().replace('_', '-')}"
                subparser.add_argument(option, type=int, help=f"before {variable}; 0: any free port")
    return parser


if __name__ == "__main__":
    sys.exit(main())
