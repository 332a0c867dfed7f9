"""The commands under ``costsvc data``: fetch, build, fit and validate the reference tables."""

from dataclasses import replace
from pathlib import Path

import click

from costsvc.evidence.fits import engines, hosted, serving, training
from costsvc.evidence.importers import build
from costsvc.evidence.importers.fetch import fetch
from costsvc.evidence.importers.upstream import manifest
from costsvc.evidence.validation.unseen_sources import Answerer
from costsvc.evidence.validation.validate import (
    compare_hosted,
    compare_inputs,
    publish,
    report,
    score_validation,
    validate,
)
from costsvc.reference.scoreboard import STORED
from costsvc.settings import bundled_data

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PACKAGE = click.option("--into", type=FOLDER, default=bundled_data, help="The data package.")


@click.group()
def data() -> None:
    """Build, fit and validate the reference tables."""


@data.command("fetch")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--from", "offered", type=FOLDER, help="Copy files that no package contains from this folder.")
@click.option("--manifest", "path", type=FILE, help="The manifest, in place of data/upstream.toml.")
def fetch_files(folder: Path, offered: Path | None, path: Path | None) -> None:
    """Fill FOLDER with the upstream files: unpack packages, copy other files from a folder that you prepared."""
    files = fetch(manifest(path), folder, offered)
    for one in files:
        click.echo(f"{one.state}: {one.path}")
    for upstream in dict.fromkeys(one.upstream for one in files if one.state in ("missing", "differs")):
        how = f"; then {upstream.trimmed}" if upstream.trimmed else ""
        click.echo(f"{upstream.name}: get it from {upstream.source or upstream.package}{how}")


@data.command("build")
@click.argument("upstream", type=FOLDER)
@PACKAGE
@click.option("--accept", is_flag=True, help="Write the tables even if figures moved by more than 20 %.")
@click.option("--show", type=click.IntRange(min=0), default=10, help="Moved figures to show of each table.")
def build_tables(upstream: Path, into: Path, accept: bool, show: int) -> None:
    """Rebuild the tables from the upstream files in UPSTREAM, and list the changes."""
    built = build(upstream, into, accept=accept)
    for name, rows in built.rows.items():
        click.echo(f"{name}: {rows} rows")
    for name, file in built.without.items():
        click.echo(f"{name}: left as it is; {file} is absent")
    for name, moved in built.moves.items():
        click.echo(f"{name}: {moved.added} rows added, {moved.removed} removed, {len(moved.figures)} figures moved")
        for figure in moved.figures[:show]:
            click.echo(f"  {figure}")
    if not built.written:
        raise click.ClickException("figures moved by more than 20 %; nothing was written; give --accept to accept them")


@data.command("fit")
@PACKAGE
def fit_tables(into: Path) -> None:
    """Fit hosts, power, utilisation, serving and sizes of hosted models, and print the cross-validated errors."""
    for line in (*training.fit(into), *serving.fit(into), *engines.fit(into), *hosted.fit(into)):
        click.echo(line)


@data.command("validate")
@click.argument("published", type=FOLDER)
@PACKAGE
@click.option("--docs", type=FOLDER, help="Write validation.md and validation.svg into this folder.")
@click.option(
    "--stored", type=FILE, default=STORED, help="With --docs: file for the scoreboard that the service shows."
)
@click.option("--ecologits", help="Command that answers as EcoLogits does: benchmarks/ecologits_energy.py.")
@click.pass_obj
def validate_estimates(
    answer_request: Answerer, published: Path, into: Path, docs: Path | None, stored: Path, ecologits: str | None
) -> None:
    """Compare estimates with the published figures in PUBLISHED, cross-validated."""
    pairs = compare_inputs(published, into, answer_request)
    hosted = compare_hosted(into, answer_request)
    validation = replace(validate(published, into, answer_request), by_input=pairs, hosted=hosted)
    for line in report(validation):
        click.echo(line)
    if docs:
        publish(score_validation(validation, into, ecologits), docs, stored)
