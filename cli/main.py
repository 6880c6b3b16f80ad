"""The `courier` command: its commands and global options put together.

Exit codes: 0 done, 1 refused, not found or not done, 2 wrong command line, 3 the platform can't be reached.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.bots import bots
from cli.dead import dead
from cli.logs import logs, trace
from cli.media import media
from cli.messages import call_method, delete, edit, send
from cli.options import Root, State, TakesNegatives
from cli.queues import queues
from cli.render import Output
from cli.status import status
from cli.target import DEFAULT_ENDPOINTS, DEFAULT_STACK, ENDPOINTS_VARIABLE, Wanted

app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    # A traceback of this program's own faults needs no values of variables: a token may be among them.
    pretty_exceptions_enable=False,
    epilog="Global options may stand anywhere. Exit codes: 1 refused or not found, 2 usage, 3 can't reach.",
)


@app.callback()
def root(
    context: typer.Context,
    *,
    endpoints: Annotated[
        Path | None,
        typer.Option(help=f"A local stack's endpoints file (${ENDPOINTS_VARIABLE}, else {DEFAULT_ENDPOINTS})."),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="AWS, by this profile.")] = None,
    aws: Annotated[bool, typer.Option("--aws", help="AWS, by the environment's credentials.")] = False,
    region: Annotated[str | None, typer.Option(help="The AWS region, if not the profile's.")] = None,
    stack: Annotated[str | None, typer.Option(help=f"The stack's name (on AWS {DEFAULT_STACK}, if not given).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Talk to tg-courier, on the local stack or on AWS."""
    wanted = Wanted(endpoints=endpoints, profile=profile, ambient=aws, region=region, stack=stack)
    context.obj = State(wanted, Output(as_json=as_json))


app.add_typer(bots, name="bots")
app.command(cls=TakesNegatives)(send)
app.command(cls=TakesNegatives)(edit)
app.command(cls=TakesNegatives)(delete)
app.command("call")(call_method)
app.add_typer(media, name="media")
app.command()(queues)
app.add_typer(dead, name="dead")
app.command()(logs)
app.command()(trace)
app.command()(status)


def main() -> None:
    """The entry point that pyproject names."""
    app(prog_name="courier")
