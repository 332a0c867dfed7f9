"""Commands over the same calls as the service."""

from pathlib import Path

import click

from costsvc import __version__
from costsvc.errors import CostsvcError
from costsvc.evidence.build import build
from costsvc.settings import Settings, bundled_data
from costsvc.web.api import yaml
from costsvc.web.app import create_app


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
def main() -> None:
    """What AI models cost in energy, CO2, water and dollars."""


@main.command()
def openapi() -> None:
    """Print the OpenAPI document as YAML."""
    click.echo(yaml(create_app(Settings()).extensions["openapi"]), nl=False)


@main.group(cls=Commands)
def data() -> None:
    """Build, fit and check the reference tables."""


@data.command("build")
@click.argument("upstream", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=None, help="The data package.")
def build_tables(upstream: Path, into: Path | None) -> None:
    """Rebuild the tables from the upstream files in UPSTREAM."""
    for name, rows in build(upstream, into or bundled_data()).items():
        click.echo(f"{name}: {rows} rows")
