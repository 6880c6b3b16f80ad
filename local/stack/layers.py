"""Large layers, told to the emulator by where they lie.

The emulator unpacks a function's layers for each of its workers, a quarter of a gigabyte of the media layer, and loses
the bits that make programs of files. `sam deploy` packs and uploads them each time. So a large layer is deployed as a
line that leads to it: workers find the layer that was built, as it was built, and before all others.
"""

import os
import shutil
from pathlib import Path

#: Bytes from which on a layer is large: packing and unpacking it takes longer than a second.
LARGE = 50_000_000
#: Below a layer, what Lambda's Python takes for a site directory: lines of its `.pth` files are carried out.
_SITE = Path("python", "lib", "python3.13", "site-packages")


def lead_to_large(template: Path, run_dir: Path, *, large: int = LARGE) -> Path:
    """Put lines that lead there in place of the large layers of a build.

    The build is shared, and may be made anew while a stack runs. A stack's own files are links to the same contents,
    which cost nothing.

    Returns:
        The template to be deployed: another one beside it, or the same where no layer is large.
    """
    text, own = template.read_text(), run_dir / "layers"
    for built in _large_layers(template.parent, text, large):
        shutil.copytree(built, own / "built" / built.name, copy_function=os.link)
        site = own / "deployed" / built.name / _SITE
        site.mkdir(parents=True)
        packages = str(own / "built" / built.name / "python")
        (site / f"{built.name}.pth").write_text(f"import sys; sys.path.insert(0, {packages!r})\n")
        text = text.replace(_uri(built.name), _uri(str(own / "deployed" / built.name)))
    if text == template.read_text():
        return template
    deployed = template.with_name("deployed.yaml")
    deployed.write_text(text)
    return deployed


def _large_layers(folder: Path, text: str, large: int) -> list[Path]:
    """Folders that the template takes for layers' contents."""
    named = [path for path in sorted(folder.iterdir()) if path.is_dir() and _uri(path.name) in text]
    return [path for path in named if _size(path) >= large]


def _uri(where: str) -> str:
    return f"ContentUri: {where}\n"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
