"""`.local/endpoints.json`: where a running stack is to be reached, for clients and tests."""

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from local.stack.aws import Aws
from local.stack.errors import StackError


class Endpoints(BaseModel):
    """The addresses of one running stack. The file is there exactly while the stack is ready.

    Attributes:
        stack: Name of the CloudFormation stack, `{stack}` of every queue and table.
        api_url: Base of the HTTP API, without a slash at its end.
        api_key: For `X-Api-Key`; random for each run. Nothing checks it before the API does.
        telegram_url: The Bot API that the stack talks to: the simulator, or what TELEGRAM_API_BASE says.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    aws_endpoint: str
    region: str
    stack: str
    api_url: str
    api_key: str
    telegram_url: str
    redis_url: str

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file of a running stack.

        Raises:
            StackError: When no stack is ready there.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise StackError(f"{path} isn't there: no local stack is ready. Start it with 'make up'.") from None
        except ValidationError as error:
            raise StackError(f"{path} is no description of a local stack: {error}") from error

    def save(self, path: Path) -> None:
        """Write the file at once: who finds it finds all of it. Only its owner can read the key."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(self.model_dump_json(indent=2) + "\n")
        unfinished.replace(path)

    @cached_property
    def aws(self) -> Aws:
        """Clients for this stack."""
        return Aws(self.aws_endpoint, self.region)
