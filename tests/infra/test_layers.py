"""What functions carry. Lambda counts all layers of a function together, unzipped."""

import platform
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.infra.cfn import ROOT

MB = 1_000_000
#: Lambda: 262,144,000 bytes for a function and its layers; a few are kept for the functions themselves.
LAMBDA_LIMIT = 255 * MB
#: Our own, for the layer of hot functions: what is not there need not be read at a cold start. It is about 26 MB.
CORE_LIMIT = 40 * MB
#: Bytes of the media layer as built, bytecode included, and the pins that they are of: nearly all of it is these three.
#: After `make lock` has taken others, `make test-slow` says what stands here then.
MEDIA_SIZES = {"arm64": 176_600_000, "x86_64": 214_100_000}
MEASURED_PINS = {"deno": "2.9.8", "imageio-ffmpeg": "0.6.0", "yt-dlp": "2026.8.19"}
#: ELF's number of a processor, by Lambda's name.
MACHINES = {"arm64": 183, "x86_64": 62}
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


def core_size() -> int:
    """Bytes of the core layer as built for this machine, without compiled files."""
    return size_of(ROOT / "layers" / "core" / "courier") + sum(map(installed_size, requirements("core")))


def test_the_core_layer_is_small() -> None:
    """The development environment holds the layer's own pins, so that it needs no build to know."""
    pins = requirements("core")
    assert {package: distribution(package).version for package in pins} == pins

    assert core_size() < CORE_LIMIT < LAMBDA_LIMIT


def test_layers_leave_out_what_is_there_or_too_slow() -> None:
    assert not NOT_IN_LAYERS & (requirements("core") | requirements("media")).keys()


def test_layers_of_one_function_have_nothing_twice() -> None:
    assert not requirements("core").keys() & (requirements("media") | requirements("aiogram")).keys()


@pytest.mark.parametrize("architecture", MEDIA_SIZES)
def test_the_media_and_core_layers_fit_together(architecture: str) -> None:
    pins = requirements("media")
    assert {package: pins[package] for package in MEASURED_PINS} == MEASURED_PINS

    assert core_size() + MEDIA_SIZES[architecture] <= LAMBDA_LIMIT


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("architecture", MEDIA_SIZES)
def test_the_media_layer_as_built(architecture: str, tmp_path: Path) -> None:
    makefile = f"{architecture}/Makefile"
    command = ["make", "-C", str(ROOT / "layers" / "media"), "-f", makefile, "build-MediaLayer"]
    subprocess.run([*command, f"ARTIFACTS_DIR={tmp_path}"], check=True, stdin=subprocess.DEVNULL)

    layer = tmp_path / "python"
    programs = [layer / "bin" / "deno", *(layer / "imageio_ffmpeg" / "binaries").glob("ffmpeg-linux-*")]
    assert size_of(tmp_path) == pytest.approx(MEDIA_SIZES[architecture], abs=100_000)
    assert [machine_of(program) for program in programs] == [MACHINES[architecture]] * 2
    assert list((layer / "yt_dlp" / "__pycache__").glob("YoutubeDL.*.pyc")), "its import takes seconds otherwise"
    if architecture == {"aarch64": "arm64"}.get(platform.machine(), platform.machine()):
        assert runs(layer, programs)


def machine_of(program: Path) -> int:
    """The processor that a program is for."""
    return int.from_bytes(program.read_bytes()[18:20], "little")


def runs(layer: Path, programs: list[Path]) -> bool:
    """Whether yt-dlp finds everything of the layer, and the programs start."""
    code = (
        "import sys, yt_dlp, yt_dlp.dependencies as has, yt_dlp_ejs, mutagen, deno\n"
        "assert all([has.Cryptodome.AES, has.brotli, has.mutagen, has.requests, has.websockets, has.certifi])\n"
        "assert yt_dlp.__file__.startswith(sys.argv[1]) and deno.__file__.startswith(sys.argv[1])"
    )
    path = f"import sys; sys.path.insert(0, {str(layer)!r})\n"
    imported = [sys.executable, "-P", "-c", path + code, str(layer)]
    started = [[str(programs[0]), "--version"], [str(programs[1]), "-version"]]
    done = [subprocess.run(one, stdin=subprocess.DEVNULL, check=False).returncode for one in (imported, *started)]
    return done == [0, 0, 0]


def test_sizes_add_up(tmp_path: Path) -> None:
    (tmp_path / "python" / "package").mkdir(parents=True)
    (tmp_path / "python" / "package" / "module.py").write_bytes(b"12345")
    (tmp_path / "python" / "top.py").write_bytes(b"123")

    assert size_of(tmp_path) == 8
