"""One digest for everything that `sam build` reads."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Files and folders, relative to the project, whose change asks for a new build.
INPUTS = ("template.yaml", "samconfig.toml", "functions", "layers", "requirements/sam.txt")

#: Written by interpreters and checkers, and left out by `sam build` as well.
_IGNORED_FOLDERS = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def digest(root: Path, *, inputs: Iterable[str] = INPUTS, salt: str = "") -> str:
    """A hash of names, executable bits and contents; what doesn't exist counts as such.

    `salt` is for what isn't a file, such as the architecture.
    """
    total = hashlib.sha256(salt.encode())
    for name in inputs:
        for path in _files(root / name):
            executable = path.stat().st_mode & 0o111 != 0
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"\n{path.relative_to(root).as_posix()}\t{executable}\t{content}".encode())
    return total.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    """The files at or below a path, in an order that depends on their names alone."""
    if path.is_file():
        yield path
        return
    found = []
    for folder, subfolders, names in path.walk():
        subfolders[:] = [name for name in subfolders if name not in _IGNORED_FOLDERS]
        found += [folder / name for name in names if not name.endswith(".pyc")]
    yield from sorted(file for file in found if file.is_file())
