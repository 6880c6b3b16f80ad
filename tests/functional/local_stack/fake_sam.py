"""Stands in for the SAM CLI, which takes seconds: `-m samcli build|deploy` as far as the stack calls it.

It runs on the emulator's interpreter, which has boto3. `build` copies the template and counts; `deploy` creates
the stack in the emulator. What the project's file `sam.json` orders is done as well or instead:
{"build": "hang"}, "fail", or "touch" (a source).
"""

import json
import shutil
import sys
import time
from itertools import pairwise
from pathlib import Path


def main() -> None:
    command, *arguments = sys.argv[3:]
    options = dict(pairwise(arguments))
    template = Path(options["--template-file"])
    project = Path(__file__).parent
    orders = project / "sam.json"
    order = json.loads(orders.read_text()).get(command) if orders.exists() else None
    if order == "fail":
        sys.exit(f"Error: {command} of {template.name} failed")
    if order == "hang":
        (project / f"{command}.hangs").touch()
        time.sleep(600)
    if order == "touch":
        (project / "samconfig.toml").touch()
    if command == "build":
        with (project / "builds").open("a") as builds:
            builds.write("built\n")
        target = Path(options["--build-dir"])
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(template, target)
    else:
        deploy(template, options["--stack-name"], arguments[arguments.index("--parameter-overrides") + 1 :])


def deploy(template: Path, stack: str, overrides: list[str]) -> None:
    import boto3  # noqa: PLC0415 - half a second, which `build` needn't pay

    client = boto3.client("cloudformation")
    client.create_stack(
        StackName=stack,
        TemplateBody=template.read_text(),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (override.split("=", 1) for override in overrides)
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    while client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] != "CREATE_COMPLETE":
        time.sleep(0.02)


main()
