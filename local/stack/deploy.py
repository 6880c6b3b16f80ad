"""`sam deploy` of the built template into the emulator: the command that one would run for AWS."""

from collections.abc import Mapping
from pathlib import Path

from local.stack.aws import Aws
from local.stack.environment import sam_environment
from local.stack.interrupt import Interrupt
from local.stack.processes import Child, start, wait_done
from local.stack.progress import Progress
from local.stack.settings import REGION, STACK_NAME, StackSettings
from local.stack.template import parameter_overrides, undeclared

STEP = "sam deploy"

#: Where the artifacts go. `--resolve-s3` would deploy a stack of its own for it, which takes seconds.
BUCKET = "tg-courier-local-artifacts"

_DEPLOY_TIMEOUT_S = 300.0


def begin(
    settings: StackSettings,
    aws: Aws,
    template: Path,
    *,
    parameters: Mapping[str, str],
    inherited: Mapping[str, str],
    progress: Progress,
) -> Child:
    """Start the deployment."""
    aws.s3.create_bucket(Bucket=BUCKET)
    left_out = undeclared(template, settings.passed_on)
    for name in left_out:
        progress.say(STEP, f"left out: the template declares no parameter {name}")
    passed_on = {name: value for name, value in settings.passed_on.items() if name not in left_out}
    overrides = parameter_overrides(template, {**parameters, **settings.parameters, **passed_on})
    command: list[str | Path] = [
        *(settings.sam_python, "-m", "samcli", "deploy"),
        *("--template-file", template, "--stack-name", STACK_NAME, "--region", REGION),
        *("--s3-bucket", BUCKET, "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        *("CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *("--no-progressbar", "--parameter-overrides", *overrides),
    ]
    progress.say(STEP, "started")
    return start(
        STEP,
        command,
        environment=sam_environment(settings, inherited, aws.endpoint),
        log=settings.log_dir / "sam-deploy.log",
        # Away from the project's samconfig.toml: its defaults are for AWS.
        cwd=settings.run_dir,
    )


def finish(child: Child, interrupt: Interrupt, progress: Progress) -> None:
    wait_done(child, interrupt, _DEPLOY_TIMEOUT_S, lambda: progress.remind(STEP))
    progress.say(STEP, f"done: stack {STACK_NAME} in {REGION}")
