"""Commands over the same calls as the service."""

from pathlib import Path

import click

from costsvc import __version__
from costsvc.errors import CostsvcError
from costsvc.evidence import fit_engines, fit_serving, fit_training
from costsvc.evidence.build import build
from costsvc.evidence.fetch import fetch
from costsvc.evidence.published import STORED
from costsvc.evidence.upstream import manifest
from costsvc.evidence.validate import publish, report, scored, validate
from costsvc.settings import Settings, bundled_data
from costsvc.web.app import create_app
from costsvc.web.context import services_of
from costsvc.web.openapi import yaml
from costsvc.web.registry import answer_request


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
    click.echo(yaml(services_of(create_app(Settings())).openapi()), nl=False)


@main.group(cls=Commands)
def data() -> None:
    """Build, fit and check the reference tables."""


FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PACKAGE = click.option("--into", type=FOLDER, default=bundled_data, help="The data package.")


@data.command("fetch")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--from", "offered", type=FOLDER, help="Take files that no package carries from this folder.")
@click.option("--manifest", "path", type=FILE, help="The manifest, in place of data/upstream.toml.")
def fetch_files(folder: Path, offered: Path | None, path: Path | None) -> None:
    """Fill FOLDER with the upstream files: unpack packages, take other files from a folder that you filled."""
    found = fetch(manifest(path), folder, offered)
    for one in found:
        click.echo(f"{one.state}: {one.path}")
    for upstream in dict.fromkeys(one.upstream for one in found if one.state in ("missing", "differs")):
        how = f"; then {upstream.trimmed}" if upstream.trimmed else ""
        click.echo(f"{upstream.name}: get it from {upstream.source or upstream.package}{how}")


@data.command("build")
@click.argument("upstream", type=FOLDER)
@PACKAGE
@click.option("--accept", is_flag=True, help="Write the tables though figures moved by more than 20 %.")
@click.option("--show", type=click.IntRange(min=0), default=10, help="Moved figures to show of each table.")
def build_tables(upstream: Path, into: Path, accept: bool, show: int) -> None:
    """Rebuild the tables from the upstream files in UPSTREAM, and tell what moved."""
    found = build(upstream, into, accept=accept)
    for name, rows in found.rows.items():
        click.echo(f"{name}: {rows} rows")
    for name, file in found.without.items():
        click.echo(f"{name}: left as it is; {file} is absent")
    for name, moved in found.moves.items():
        click.echo(f"{name}: {moved.added} rows added, {moved.removed} removed, {len(moved.figures)} figures moved")
        for figure in moved.figures[:show]:
            click.echo(f"  {figure}")
    if not found.written:
        raise click.ClickException("figures moved by more than 20 %; nothing was written; give --accept to accept them")


@data.command("fit")
@PACKAGE
def fit_tables(into: Path) -> None:
    """Fit hosts, power, utilisation and serving to the measurements, and print what was missed."""
    for line in (*fit_training.fit(into), *fit_serving.fit(into), *fit_engines.fit(into)):
        click.echo(line)


@data.command("validate")
@click.argument("published", type=FOLDER)
@PACKAGE
@click.option("--docs", type=FOLDER, help="Write validation.md and validation.svg into this folder.")
@click.option("--stored", type=FILE, default=STORED, help="With --docs: what the service shows, written here.")
@click.option("--ecologits", help="Command that answers as EcoLogits does: benchmarks/ecologits_energy.py.")
def validate_estimates(published: Path, into: Path, docs: Path | None, stored: Path, ecologits: str | None) -> None:
    """Hold estimates against the published figures in PUBLISHED, each left out of the fits."""
    found = validate(published, into, answer_request)
    for line in report(found):
        click.echo(line)
    if docs:
        publish(scored(found, into, ecologits), docs, stored)
