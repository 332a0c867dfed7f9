"""Commands over the same calls as the service."""

import os
import sys

import click

from costsvc import __version__
from costsvc.commands import compare, estimate
from costsvc.errors import CostsvcError
from costsvc.settings import Settings
from costsvc.web.app import create_app
from costsvc.web.http import services_of
from costsvc.web.openapi import yaml
from costsvc.web.registry import answer_request

try:
    from costsvc.evidence.commands import data
except ModuleNotFoundError as missing:
    if not (missing.name or "").startswith(("scipy", "costsvc.evidence")):
        raise

    @click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def data(arguments: tuple[str, ...]) -> None:
        """Build, fit and validate the reference tables; needs costsvc[calibration]."""
        raise click.ClickException(f"costsvc data {' '.join(arguments[:1])}: install costsvc[calibration]")


try:
    from costsvc.batch.commands import batch, write_rates
except ModuleNotFoundError as missing:
    if not (missing.name or "").startswith("pyarrow"):
        raise

    @click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def batch(arguments: tuple[str, ...]) -> None:  # noqa: ARG001 - takes whatever the command takes
        """Estimate the rows of files; needs costsvc[batch]."""
        raise click.ClickException("costsvc batch: install costsvc[batch]")

    @click.command("rates", context_settings={"ignore_unknown_options": True}, add_help_option=False)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def write_rates(arguments: tuple[str, ...]) -> None:  # noqa: ARG001 - takes whatever the command takes
        """Write what one accelerator-hour costs; needs costsvc[batch]."""
        raise click.ClickException("costsvc rates: install costsvc[batch]")


class Commands(click.Group):
    """Commands whose domain errors end in a message and not in a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except CostsvcError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """What AI models cost in energy, CO2, water and dollars."""
    context.obj = answer_request


@main.command()
def openapi() -> None:
    """Print the OpenAPI document as YAML."""
    click.echo(yaml(services_of(create_app(Settings())).openapi()), nl=False)


@main.command(epilog="Example: costsvc serve --port 9000")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on; default: PORT, else 8000.")
def serve(port: int | None) -> None:
    """Run the service, as `make run` does."""
    if port is not None:
        os.environ["PORT"] = str(port)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", "python:costsvc.web.gunicorn_conf"])  # noqa: S606 - ours


@main.command()
def mcp() -> None:
    """Serve tools for language models on standard input and output (MCP); needs costsvc[mcp]."""
    try:
        from costsvc.mcp_server import serve  # noqa: PLC0415 - it takes a second and may not be installed
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "mcp":
            raise
        raise click.ClickException("costsvc mcp: install costsvc[mcp]") from missing
    serve(create_app(Settings.from_env()))


main.add_command(data)
main.add_command(estimate)
main.add_command(compare)
main.add_command(batch)
main.add_command(write_rates)
