"""What hot functions must not load: import contracts see packages, this sees the modules in them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[3] / "functions"
#: The SDK's machinery and its models' readers, and what else costs a cold start more than it gives.
SLOW = {"boto3", "botocore.session", "botocore.client", "botocore.config", "botocore.model", "aiohttp.web", "aiogram"}


@pytest.mark.parametrize("stage", ["sender", "webhook", "api"])
def test_a_hot_function_loads_nothing_slow(stage: str) -> None:
    script = "import handler, json, sys; print(json.dumps(sorted(sys.modules)))"
    path = f"import sys; sys.path.insert(0, {str(FUNCTIONS / stage)!r}); "
    listed = subprocess.run([sys.executable, "-c", path + script], capture_output=True, check=True, text=True)

    assert not SLOW & set(json.loads(listed.stdout))
