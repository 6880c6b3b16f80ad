"""Which peers there are, how each is installed, and how it is run."""

from collections.abc import Sequence
from dataclasses import dataclass

#: In a command: `{root}` is the project, `{home}` the peer's environment, `{pins}` the file that says what belongs in
#: there, `{python}` and `{uv}` the project's own. Where packages come from is the machine's setting, never ours.
type Command = Sequence[str]

#: Versions below the direct ones are fixed by `overrides`, for a lock file would hold the registry's address.
_NPM_INSTALL = (
    ("cp", "{pins}", "{home}/package.json"),
    ("npm", "install", "--prefix", "{home}", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"),
)
_PIP_INSTALL = (
    ("{python}", "-m", "venv", "{home}"),
    ("{uv}", "pip", "install", "--quiet", "--compile-bytecode", "--python", "{home}/bin/python", "-r", "{pins}"),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """One sender to measure against.

    Attributes:
        name: As in the reports and on the command line.
        title: What it is, for people.
        home: Its environment's folder; peers may share one.
        pins: The file of pinned packages, in this folder. A change makes the environment anew.
        needs: Programs that must be on this machine.
        install: Commands that fill an empty environment.
        run: With `{job}` for the path of the job.
        cwd: Where it runs.
    """

    name: str
    title: str
    home: str
    pins: str
    needs: Sequence[str]
    install: Sequence[Command]
    run: Command
    cwd: str = "{root}"


def _python(name: str, title: str, *, pins: str, module: str) -> Peer:
    run = ("{home}/bin/python", "-m", f"bench.peers.{module}", "{job}")
    return Peer(name, title, home=name, pins=pins, needs=(), install=_PIP_INSTALL, run=run)


def _grammy(name: str, title: str, *mode: str) -> Peer:
    return Peer(
        name,
        title,
        home="grammy",
        pins="package.json",
        needs=("node", "npm"),
        install=_NPM_INSTALL,
        run=("node", "{root}/bench/peers/grammy.mjs", "{job}", *mode),
        cwd="{home}",
    )


PEERS = (
    _python("ptb", "python-telegram-bot with AIORateLimiter", pins="ptb.txt", module="ptb"),
    _grammy("grammy", "grammY with transformer-throttler and auto-retry"),
    _grammy("grammy-loop", "grammY with auto-retry, one message after another", "loop"),
    _python("aiogram", "aiogram 3 in a plain loop", pins="aiogram.txt", module="aiogram_loop"),
)


def find_peer(name: str) -> Peer:
    """The peer of that name.

    Raises:
        KeyError: There is none.
    """
    return {peer.name: peer for peer in PEERS}[name]
