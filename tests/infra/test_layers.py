"""What functions carry. Lambda counts all layers of a function together, unzipped."""

import re
from importlib.metadata import distribution
from pathlib import Path

from tests.infra.cfn import ROOT

MB = 1_000_000
#: Lambda: 262,144,000 bytes for a function and its layers; a few are kept for the functions themselves.
LAMBDA_LIMIT = 255 * MB
#: Our own, for the layer of hot functions: what is not there need not be read at a cold start. It is about 26 MB.
CORE_LIMIT = 40 * MB
#: In Lambda's runtime already, and large.
NOT_IN_LAYERS = {"boto3", "botocore", "aiogram"}


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder.

    For built layers: `size_of(build_dir / "CoreLayer")`.
    """
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def requirements(layer: str) -> dict[str, str]:
    """Pinned versions by package."""
    lines = (ROOT / "layers" / layer / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([\w.-]+)==(\S+)", line.partition(";")[0].strip()) for line in lines if line.strip()]
    assert all(pins), "every line pins a package"
    return {pin[1]: pin[2] for pin in pins if pin is not None}


def installed_size(package: str) -> int:
    """Bytes of a package as it lies in this environment, without compiled files."""
    files = distribution(package).files or []
    return sum(
        Path(str(file.locate())).stat().st_size for file in files if file.suffix != ".pyc" and ".." not in file.parts
    )


def test_the_core_layer_is_small() -> None:
    """The development environment holds the layer's own pins, so that it needs no build to know."""
    pins = requirements("core")
    assert {package: distribution(package).version for package in pins} == pins

    size = size_of(ROOT / "layers" / "core" / "courier") + sum(installed_size(package) for package in pins)

    assert size < CORE_LIMIT < LAMBDA_LIMIT


def test_layers_leave_out_what_is_there_or_too_slow() -> None:
    assert not NOT_IN_LAYERS & requirements("core").keys()


def test_sizes_add_up(tmp_path: Path) -> None:
    (tmp_path / "python" / "package").mkdir(parents=True)
    (tmp_path / "python" / "package" / "module.py").write_bytes(b"12345")
    (tmp_path / "python" / "top.py").write_bytes(b"123")

    assert size_of(tmp_path) == 8
