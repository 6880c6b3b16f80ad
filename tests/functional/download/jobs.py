"""What the tests' guarded processes do; `courier.download.guard.running` finds these functions by their names."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from courier.download.guard.downloader import guarded_ydl
from courier.download.guard.rules import Guard

type Note = Callable[[Any], None]


def name_server(names: Mapping[str, list[str]]) -> Callable[..., list[Any]]:
    """A `getaddrinfo` with names of its own, each with the addresses that it has from one time to the next."""
    real, left = socket.getaddrinfo, {name: list(addresses) for name, addresses in names.items()}

    def getaddrinfo(host: Any, port: Any, *arguments: Any, **options: Any) -> list[Any]:
        addresses = left.get(str(host).removesuffix("."))
        if addresses is None:
            return list(real(host, port, *arguments, **options))
        found = list(real(addresses.pop(0) if len(addresses) > 1 else addresses[0], port, *arguments, **options))
        sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)
        return found

    return getaddrinfo


def download(
    url: str, folder: Path, guard: Guard, ffmpeg: Path, *, names: Mapping[str, list[str]] | None = None, **options: Any
) -> str:
    """Have yt-dlp download, as our own jobs do; the name of the file."""
    socket_getaddrinfo = socket.getaddrinfo
    socket.getaddrinfo = name_server(names or {})  # a resolver for one test
    wishes = {
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "outtmpl": str(folder / "out.%(ext)s"),
        "ffmpeg_location": str(ffmpeg),
        "socket_timeout": 5,
        "skip_unavailable_fragments": False,
        "logger": Silence(),
        **options,
    }
    try:
        with guard.deciding(), guarded_ydl(wishes, guard) as ydl:
            guard.check_entry(url)
            ydl.extract_info(url)
    finally:
        socket.getaddrinfo = socket_getaddrinfo
    return next(path.name for path in sorted(folder.glob("out.*")))


class Silence:
    """yt-dlp's words, for nobody."""

    def debug(self, _: str) -> None: ...
    def info(self, _: str) -> None: ...
    def warning(self, _: str) -> None: ...
    def error(self, _: str) -> None: ...


def fetch(payload: dict[str, Any], guard: Guard, note: Note) -> str:
    """`download` in the child."""
    note("started")
    return download(
        payload["url"],
        Path(payload["folder"]),
        guard,
        Path(payload["ffmpeg"]),
        names=payload.get("names"),
        **payload.get("options", {}),
    )


def environment(_: Any, __: Guard, ___: Note) -> dict[str, Any]:
    """What a job finds around it."""
    return {
        "names": sorted(os.environ),
        "stdin": str(Path("/proc/self/fd/0").readlink()),
        "folder": str(Path.cwd()),
        "files": sorted({str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()}),
        "curl": "curl_cffi" in sys.modules and sys.modules["curl_cffi"] is None,
    }


def in_thread(payload: str, _: Guard, __: Note) -> None:
    """Ask for a URL in a thread, and hide what comes of it."""

    def ask() -> None:
        with suppress(OSError):
            urllib.request.build_opener().open(payload, timeout=5)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()


def start(payload: list[str], _: Guard, __: Note) -> str:
    """Start a program."""
    return subprocess.run(payload, stdin=subprocess.DEVNULL, capture_output=True, check=False).stderr.decode()[-300:]


def wait(payload: dict[str, Any], _: Guard, note: Note) -> None:
    """Start a program that waits, tell of both processes, and wait as well."""
    with subprocess.Popen(payload["program"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as program:
        note([os.getpid(), program.pid])
        time.sleep(60)


def crash(_: Any, __: Guard, ___: Note) -> None:
    print("out of luck", flush=True)  # noqa: T201 - a job's output is kept for its crash
    os._exit(7)


def fail(payload: str, _: Guard, __: Note) -> None:
    raise ValueError(payload)


def parent(_payload: Any, _guard: Guard, _note: Note) -> int:
    """Who started this process."""
    return os.getppid()


def echo(payload: Any, _guard: Guard, _note: Note) -> Any:
    """What it was told."""
    return payload


def compute(payload: dict[str, Any], _guard: Guard, note: Note) -> None:
    """Work for hours without letting another thread have its turn, beside a program."""
    process = subprocess.Popen(payload["program"], stdin=subprocess.PIPE)
    note([os.getpid(), process.pid])
    re.match("(a+)+$", "a" * 60 + "b")


def fall_silent(_payload: Any, _guard: Guard, note: Note) -> None:
    """Close whatever is open, and live on."""
    note(os.getpid())
    os.closerange(3, 100)
    time.sleep(60)


def for_ever() -> None:
    """A preparation without an end."""
    os.write(1, b"preparing\n")
    while True:
        time.sleep(3600)


def die() -> None:
    """The same that ends its process."""
    os._exit(1)
