"""The stack as a whole: start it, watch it, stop it so that nothing remains."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from local.stack import deploy, layers, machines, processes, routes, services
from local.stack.build import Build
from local.stack.describe import describe_running
from local.stack.endpoints import Endpoints
from local.stack.environment import needed_programs
from local.stack.errors import AlreadyRunningError, StackError, StepFailedError
from local.stack.interrupt import Interrupt
from local.stack.lock import FileLock, Holder
from local.stack.ports import choose_ports
from local.stack.processes import Child
from local.stack.progress import Print, Progress
from local.stack.settings import (
    HOST,
    REGION,
    STACK_NAME,
    StackSettings,
    host_architecture,
    process_environment,
)

#: `status` holds the lock for an instant too.
_LOCK_S = 0.3
#: Seconds between two looks at the services of a running stack.
_WATCH_S = 0.2


class Stack:
    """One local stack: Valkey, the Telegram simulator, the emulator, and the application deployed into it.

    Use it as a context manager, from the main thread: entering starts it, leaving stops it in any case.
    `running_stack` is the short form for tests.
    """

    def __init__(self, settings: StackSettings, *, echo: Print, interrupt: Interrupt | None = None) -> None:
        self.settings = settings
        self.children: dict[str, Child] = {}
        self._echo = echo
        self._interrupt = interrupt or Interrupt()
        self._lock = FileLock(settings.lock_file)
        self._commands: list[Child] = []
        self._build = Build(settings, self._interrupt)
        self._endpoints: Endpoints | None = None

    @property
    def endpoints(self) -> Endpoints:
        """Where the running stack is to be reached."""
        assert self._endpoints is not None, "the stack isn't running"
        return self._endpoints

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Endpoints:
        """Start everything and wait until it is ready.

        Raises:
            StackError: With nothing left behind; its subclasses say what it was.
        """
        if not self._interrupt.wait_until(self._lock.try_acquire, _LOCK_S):
            raise AlreadyRunningError(describe_running(self.settings, self._lock.holder()))
        try:
            self._lock.write(Holder.current())
            clean(self.settings)
            self._endpoints = self._start()
            self._endpoints.save(self.settings.endpoints_file)
        except (BotoCoreError, ClientError) as error:
            self.stop()
            log = self.settings.log_dir / "emulator.log"
            raise StepFailedError(f"The emulator didn't do what it was asked: {error} (see {log})") from error
        except BaseException:
            self.stop()
            raise
        return self._endpoints

    def watch(self) -> None:
        """Return when the end is asked for.

        Raises:
            StepFailedError: When one of the services has ended by itself.
        """
        while not self._interrupt.wait(_WATCH_S):
            self.check()

    def check(self) -> None:
        """See that all services still run.

        Raises:
            StepFailedError: When one of them has ended by itself.
        """
        for child in self.children.values():
            if child.status is not None:
                raise child.failure(f"ended with status {child.status} while the stack was running")

    def stop(self) -> None:
        """End all processes and remove all that lived as long as they did. Safe to call twice."""
        if not self._lock.is_held:
            return
        self._endpoints = None
        self.settings.endpoints_file.unlink(missing_ok=True)
        processes.stop([*self.children.values(), *self._commands], self.settings.run_dir)
        self.children.clear()
        self._commands.clear()
        self._build.release()
        shutil.rmtree(self.settings.run_dir, ignore_errors=True)
        self._lock.release()

    def _start(self) -> Endpoints:
        settings = self.settings
        for program in needed_programs(settings):
            if not program.exists():
                raise StackError(f"{program} is missing. 'make setup' makes it.")
        ports = choose_ports(self._wanted_ports())
        settings.temporary_dir.mkdir(parents=True)
        settings.log_dir.mkdir(parents=True, exist_ok=True)
        return self._start_services(ports, Progress(self._echo))

    def _start_services(self, ports: Mapping[str, int], progress: Progress) -> Endpoints:
        """Start services and build at once, since each of them waits most of its time; then deploy."""
        settings, inherited = self.settings, process_environment()
        if command := self._build.begin(inherited, progress):
            self._commands.append(command)
        self._keep(services.start_valkey(settings, ports["REDIS_PORT"]))
        if settings.telegram_api_base is None:
            self._keep(services.start_simulator(settings, ports["TELEGRAM_PORT"]))
        self._keep(services.start_emulator(settings, ports["AWS_PORT"]))
        endpoints = self._wait_services(ports, progress)
        self._build.finish(progress)
        deployment = deploy.begin(
            settings,
            endpoints.aws,
            layers.lead_to_large(self._build.template, settings.run_dir),
            parameters=template_parameters(endpoints),
            inherited=inherited,
            progress=progress,
        )
        self._commands.append(deployment)
        deploy.finish(deployment, self._interrupt, progress)
        self._build.release()
        made = routes.create_routes(endpoints.aws, STACK_NAME)
        url = routes.api_url(endpoints.aws, STACK_NAME)
        routes.tell_url(endpoints.aws, STACK_NAME, url)
        progress.say("routes", f"{len(made)} of the HTTP API")
        for name in machines.translate(endpoints.aws, STACK_NAME):
            progress.say("machine", name)
        return endpoints.model_copy(update={"api_url": url})

    def _wait_services(self, ports: Mapping[str, int], progress: Progress) -> Endpoints:
        """Wait until all answer; the HTTP API's address is known only after the deployment."""
        settings, children, interrupt = self.settings, self.children, self._interrupt
        aws, redis, telegram = (f"http://{HOST}:{ports['AWS_PORT']}", f"{HOST}:{ports['REDIS_PORT']}", "")
        services.wait_valkey(children["valkey"], ports["REDIS_PORT"], interrupt)
        progress.say("valkey", f"redis://{redis}/0")
        if settings.telegram_api_base is None:
            telegram = f"http://{HOST}:{ports['TELEGRAM_PORT']}"
            services.wait_simulator(children["simulator"], settings, interrupt)
            progress.say("simulator", telegram)
        services.wait_emulator(children["emulator"], ports["AWS_PORT"], interrupt)
        progress.say("emulator", aws)
        return Endpoints(
            aws_endpoint=aws,
            region=REGION,
            stack=STACK_NAME,
            api_url="",
            api_key=secrets.token_urlsafe(24),
            telegram_url=settings.telegram_api_base or telegram,
            redis_url=f"redis://{redis}/0",
        )

    def _wanted_ports(self) -> dict[str, int]:
        settings = self.settings
        wanted = {"AWS_PORT": settings.aws_port, "REDIS_PORT": settings.redis_port}
        if settings.telegram_api_base is None:
            wanted["TELEGRAM_PORT"] = settings.telegram_port
        return wanted

    def _keep(self, child: Child) -> None:
        self.children[child.name] = child


@contextmanager
def running_stack(
    state_dir: Path,
    *,
    aws_port: int = 0,
    telegram_port: int = 0,
    redis_port: int = 0,
    parameters: Mapping[str, str] | None = None,
    echo: Print = print,
) -> Iterator[Stack]:
    """A stack of its own for a test session, on free ports, beside whatever a developer runs.

    It is deployed as `make up` would do it. `parameters` are further template parameters.
    """
    settings = StackSettings(
        state_dir=state_dir.resolve(),
        aws_port=aws_port,
        telegram_port=telegram_port,
        redis_port=redis_port,
        parameters=parameters or {},
    )
    with Stack(settings, echo=echo) as stack:
        yield stack


def template_parameters(endpoints: Endpoints) -> dict[str, str]:
    """What the template is deployed with; it has to know all of these."""
    return {
        "Architecture": host_architecture(),
        "RedisUrl": endpoints.redis_url,
        "TelegramApiBase": endpoints.telegram_url,
        # Each is a process here, which takes half a second of processor to start.
        "WebhookConnections": "4",
        # The emulator knows no such resource.
        "SavedQueries": "off",
    }


def clean(settings: StackSettings) -> list[int]:
    """Remove what a killed run has left; gives the ids of its processes. Only for who holds the lock."""
    left = processes.kill_marked(settings.run_dir)
    settings.endpoints_file.unlink(missing_ok=True)
    shutil.rmtree(settings.run_dir, ignore_errors=True)
    return left
