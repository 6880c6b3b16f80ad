"""The core layer as `sam build` lays it out: the package, and the packages that its requirements pin.

The files come from this environment, where the same pins are installed, so that nothing is fetched. `sam build` leaves
bytecode out of what it packs; Lambda can't write any, so each cold start compiles what it imports.
"""

import compileall
import py_compile
import shutil
from importlib.metadata import distribution
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_SOURCES = PROJECT / "layers" / "core"


def lay_out(folder: Path, *, has_bytecode: bool) -> Path:
    """Make the layer in a folder that doesn't exist yet, and give the folder."""
    shutil.copytree(_SOURCES / "courier", folder / "courier", ignore=shutil.ignore_patterns("__pycache__"))
    for pin in (_SOURCES / "requirements.txt").read_text(encoding="utf-8").split():
        found = distribution(pin.partition("==")[0])
        for file in found.files or []:
            if "__pycache__" in file.parts or file.parts[0] == "..":
                continue
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.locate_file(file), target)  # type: ignore[arg-type]
    if has_bytecode:
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, quiet=2, workers=0, invalidation_mode=unchecked)
    return folder
