"""Commands over the same calls as the service."""

from pathlib import Path

import click

from costsvc import __version__
from costsvc.errors import CostsvcError
from costsvc.evidence import fit_serving, fit_training
from costsvc.evidence.build import build
from costsvc.evidence.published import STORED
from costsvc.evidence.validate import publish, report, scored, validate
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


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PACKAGE = click.option("--into", type=FOLDER, default=bundled_data, help="The data package.")


@data.command("build")
@click.argument("upstream", type=FOLDER)
@PACKAGE
def build_tables(upstream: Path, into: Path) -> None:
    """Rebuild the tables from the upstream files in UPSTREAM."""
    for name, rows in build(upstream, into).items():
        click.echo(f"{name}: {rows} rows")


@data.command("fit")
@PACKAGE
def fit_tables(into: Path) -> None:
    """Fit hosts, power, utilisation and serving to the measurements, and print what was missed."""
    for line in (*fit_training.fit(into), *fit_serving.fit(into)):
        click.echo(line)


@data.command("validate")
@click.argument("published", type=FOLDER)
@PACKAGE
@click.option("--docs", type=FOLDER, help="Write validation.md and validation.svg into this folder.")
@click.option("--stored", type=FILE, default=STORED, help="With --docs: what the service shows, written here.")
@click.option("--ecologits", help="Command that answers as EcoLogits does: benchmarks/ecologits_energy.py.")
def validate_estimates(published: Path, into: Path, docs: Path | None, stored: Path, ecologits: str | None) -> None:
    """Hold estimates against the published figures in PUBLISHED, each left out of the fits."""
    cases = list(validate(published, into))
    for line in report(cases):
        click.echo(line)
    if docs:
        publish(scored(cases, into, ecologits), docs, stored)
