"""The environments of the stack's processes.

Nothing of the developer's own AWS settings may reach any of them: with a real profile in reach, a command
meant for the emulator could change a real account. Services get a short list of variables; the tools get
the developer's environment (proxies, package index, certificates) without all that steers AWS or Python.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from local.stack.processes import MARKER
from local.stack.settings import HOST, REGION, StackSettings

#: What a tool doesn't inherit, by the beginning of its name.
NOT_INHERITED = ("AWS_", "SAM_", "__SAM", "PYTHON", "VIRTUAL_ENV", "DOCKER_")

#: The emulator takes any key; it reads an account number out of a key of twelve digits.
ACCESS_KEY = "test"


def service_environment(settings: StackSettings) -> dict[str, str]:
    """For Valkey and the simulator, and the foundation of the emulator's."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(settings.temporary_dir),
        "TMPDIR": str(settings.temporary_dir),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        MARKER: str(settings.run_dir),
    }


def emulator_environment(settings: StackSettings, port: int) -> dict[str, str]:
    """For the emulator. Its Lambda workers inherit all of it, so it holds nothing that Lambda lacks."""
    return service_environment(settings) | {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "STATE_DIR": str(settings.run_dir / "emulator"),
        "S3_DATA_DIR": str(settings.run_dir / "s3"),
        # Listeners that nobody asked for, one of them on all addresses.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # It would clean up a developer's containers.
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    }


def sam_environment(
    settings: StackSettings, inherited: Mapping[str, str], aws_endpoint: str | None = None
) -> dict[str, str]:
    """For the SAM CLI, which needs a `python3.13` with pip on its path and must meet no real account."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(NOT_INHERITED)}
    endpoint = {"AWS_ENDPOINT_URL": aws_endpoint} if aws_endpoint else {}
    return (
        kept
        | {
            "PATH": f"{settings.sam_python.parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
            "TMPDIR": str(settings.temporary_dir),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": _no_proxy(inherited),
            "no_proxy": _no_proxy(inherited),
            MARKER: str(settings.run_dir),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            # Seconds between two looks at a deployment; 5 by default, for a service with quotas.
            "SAM_CLI_POLL_DELAY": "0.2",
            # Its own settings, which it would keep in the home directory.
            "__SAM_CLI_APP_DIR": str(settings.build_dir / "sam"),
        }
        | endpoint
    )


def needed_programs(settings: StackSettings) -> list[Path]:
    """Interpreters that `make setup` makes."""
    return [settings.emulator_python, settings.sam_python]


def _no_proxy(inherited: Mapping[str, str]) -> str:
    given = inherited.get("NO_PROXY") or inherited.get("no_proxy") or ""
    return ",".join(filter(None, [given, HOST, "localhost"]))
