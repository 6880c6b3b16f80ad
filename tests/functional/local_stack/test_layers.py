"""Large layers aren't packed: what is deployed leads to them."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.layers import lead_to_large

#: What the emulator's worker does with an unpacked layer.
_WORKER = """
import site, sys
site.addsitedir(sys.argv[1] + "/python/lib/python3.13/site-packages")
import tool
print(tool.__file__)
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built template with a large layer and a small one."""
    out = tmp_path / "out"
    for layer, size in (("Large", 2000), ("Small", 10)):
        (out / layer / "python" / "bin").mkdir(parents=True)
        (out / layer / "python" / "tool.py").write_text("#" * size)
        (out / layer / "python" / "bin" / "program").touch(mode=0o755)
    template = out / "template.yaml"
    template.write_text("A:\n  ContentUri: Large\nB:\n  ContentUri: Small\nC:\n  CodeUri: Large\n")
    return template


def test_a_large_layer_is_where_it_was_built(built: Path, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"

    deployed = lead_to_large(built, run_dir, large=1000)

    leads = run_dir / "layers" / "deployed" / "Large"
    assert deployed.parent == built.parent, "other paths are relative to it"
    assert deployed.read_text() == f"A:\n  ContentUri: {leads}\nB:\n  ContentUri: Small\nC:\n  CodeUri: Large\n"
    assert sum(path.stat().st_size for path in leads.rglob("*") if path.is_file()) < 500
    # An interpreter that has a `tool` already finds the layer's.
    (tmp_path / "tool.py").write_text("")
    said = subprocess.run(
        [sys.executable, "-c", _WORKER, leads], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    found = Path(said.strip())
    assert found == run_dir / "layers" / "built" / "Large" / "python" / "tool.py"
    assert (found.parent / "bin" / "program").stat().st_mode & 0o111


def test_a_stack_keeps_its_layer_while_another_one_builds(built: Path, tmp_path: Path) -> None:
    lead_to_large(built, tmp_path / "run", large=1000)

    tool = built.parent / "Large" / "python" / "tool.py"
    tool.unlink()
    tool.write_text("another")

    kept = tmp_path / "run" / "layers" / "built" / "Large" / "python" / "tool.py"
    assert kept.read_text() == "#" * 2000


def test_small_layers_are_deployed_as_they_are(built: Path, tmp_path: Path) -> None:
    assert lead_to_large(built, tmp_path / "run", large=10_000) == built
    assert not (tmp_path / "run").exists()
