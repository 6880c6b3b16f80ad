"""Programs of the media layer, found without starting any: a child would inherit this process's stdin."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

#: Where layers lie.
_LAYERS = Path("/opt")


@dataclass(frozen=True, slots=True)
class Programs:
    """What a download may start.

    Attributes:
        deno: Runs YouTube's JavaScript; None where there is none, and YouTube has fewer formats then.
    """

    ffmpeg: Path
    deno: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        return (self.ffmpeg,) if self.deno is None else (self.ffmpeg, self.deno)


def programs() -> Programs:
    """Those of this environment.

    Raises:
        FileNotFoundError: The media layer isn't there.
    """
    spec = find_spec("imageio_ffmpeg")
    folder = Path(spec.origin).parent / "binaries" if spec and spec.origin else _LAYERS
    ffmpeg = next(iter(sorted(folder.glob("ffmpeg-*"))), None)
    if ffmpeg is None:
        raise FileNotFoundError(f"no ffmpeg in {folder}")
    deno = next((path for path in _denos() if os.access(path, os.X_OK)), None)
    return Programs(ffmpeg, deno)


def _denos() -> Iterator[Path]:
    """Where pip puts a wheel's program: beside the interpreter, or below the folder that it installs into."""
    yield Path(sys.executable).parent / "deno"
    yield from (_LAYERS / "bin" / "deno", _LAYERS / "python" / "bin" / "deno")
    yield from (Path(entry) / "bin" / "deno" for entry in sys.path if entry)
