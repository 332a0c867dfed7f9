"""The commands ``costsvc batch``, which estimates the rows of a file, and ``costsvc rates``."""

import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import get_args

import click
import pyarrow as pa

from costsvc.answers.quantities import Metric, Quantity
from costsvc.batch.files.writing import STDOUT, OutputError, Target
from costsvc.batch.formats import FORMATS
from costsvc.batch.formats.format import Kind
from costsvc.batch.rates import VIEWS, check_target, join_sql, rates
from costsvc.batch.rejects import Reject
from costsvc.batch.running import MOST_GROUPS, Job, Progress, StrictError, Summary, run
from costsvc.batch.totals import DRIVEN, totals
from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.report import numbers
from costsvc.report.labels import TOTALS
from costsvc.settings import Settings

WRONG_INPUT, REJECTED, NOT_WRITTEN = 2, 3, 4
"""Exit codes of wrong usage or input, of a rejected row under ``--strict``, and of an output that is not written."""
METRICS: dict[str, Metric] = dict(zip(DRIVEN, ("energy_kwh", "carbon_kg", "water_l", "cost_usd"), strict=True))
"""The name of each total of a file in an answer."""
LOCAL, SPARK = ENGINES = ("local", "spark")
SHOWN_GROUPS = 20
SHOWN_REASONS = 10
EXAMPLES = """\b
Examples:
  costsvc batch jobs.csv estimates.csv --by project --totals totals.csv
  costsvc batch sacct.txt jobs.parquet --from slurm --by Account
  costsvc batch bill.parquet bill-with-carbon.parquet --from focus --by SubAccountId
"""
RATES_EXAMPLES = """\b
Examples:
  costsvc rates rates.parquet --region aws:eu-west-1 --region Paris --accelerators 1 --accelerators 8
  costsvc rates rates.csv --accelerator h100 --accelerator a100 --region all --sql spark
  costsvc rates chat.parquet --kind inference --model llama-3.1-8b --accelerator h100 --region Paris \\
    --set input_tokens=500 --set output_tokens=300
"""
ALL = "all"


def _pairs(_: click.Context, option: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    wrong = [text for text in values if not all(part.strip() for part in text.partition("="))]
    if wrong:
        raise click.BadParameter(f"must be FIELD=VALUE, got {wrong[0]!r}", param=option)
    return {name.strip(): text.strip() for name, _, text in (one.partition("=") for one in values)}


@click.command(epilog=EXAMPLES)
@click.argument("source", metavar="INPUT")
@click.argument("target", metavar="OUTPUT")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="training", help="Kind of rows in our own columns.")
@click.option("--from", "name", type=click.Choice(list(FORMATS)), help="Format of others.")
@click.option("--map", "mapping", multiple=True, callback=_pairs, metavar="OURS=THEIRS", help="Column of a field.")
@click.option("--set", "constants", multiple=True, callback=_pairs, metavar="OURS=VALUE", help="Field of all rows.")
@click.option("--by", multiple=True, metavar="COLUMN", help="Totals by the values of a column.")
@click.option("--totals", "to", metavar="FILE", help="File of totals with intervals.")
@click.option("--intervals", is_flag=True, help="The ends of each row's intervals as further columns.")
@click.option("--rejects", metavar="FILE", help="File of rejected rows; default: OUTPUT.rejects.csv.")
@click.option("--strict", is_flag=True, help="Stop at the first rejected row, with exit code 3.")
@click.option("--most-groups", default=MOST_GROUPS, show_default=True, help="Groups from which on a run is refused.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of CSV files.")
@click.option(
    "--engine", type=click.Choice(ENGINES), default=ENGINES[0], help="spark needs costsvc[spark] and Java 17."
)
@click.option("--master", metavar="URL", help="Address of the Spark cluster, or local[4].")
@click.option("--salt", help="Text with which names of people are hashed; default: random.")
@click.pass_context
def batch(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    context: click.Context,
    source: str,
    target: str,
    kind: Kind,
    name: str | None,
    mapping: dict[str, str],
    constants: dict[str, str],
    by: tuple[str, ...],
    to: str | None,
    intervals: bool,
    rejects: str | None,
    strict: bool,
    most_groups: int,
    encoding: str,
    engine: str,
    master: str | None,
    salt: str | None,
) -> None:
    """Estimate the rows of a file, a pattern, a folder or an address; - is the standard input or output.

    CSV, NDJSON, Parquet and Arrow, also compressed, by the names of the files. The output has the columns of the input
    and energy_kwh, carbon_total_kg, water_total_l, cost_total_usd and others.
    """
    of = None if name is None else FORMATS[name]
    salted = {} if salt is None else {"salt": salt}
    job = Job(
        kind=kind,
        mapping=mapping,
        constants=constants,
        of=of,
        by=by,
        intervals=intervals,
        rejects=rejects,
        strict=strict,
        most_groups=most_groups,
        encoding=encoding,
        **salted,
    )
    settings = Settings.from_env()
    catalog = Catalog.load(settings.data_dir, settings.data_overlay)
    gc.freeze()  # the tables stay to the end, so the collector need not go through them
    if engine != SPARK and master is not None:
        raise click.UsageError("--master goes with --engine spark")
    with _exits(context), _progress(engine) as progress:
        if engine == SPARK:
            summary = _run_on_spark(source, target, job, master)
        else:
            summary = run([source], target, job, catalog, progress=progress)
        if to is not None:
            with Target(to) as file:
                for part in totals(summary.sums, summary.templates, by).combine_chunks().to_batches():
                    file.write(part)
    for line in describe(summary, by):
        click.echo(line, err=target == STDOUT)


def _run_on_spark(source: str, target: str, job: Job, master: str | None) -> Summary:
    """Estimate the rows of files on Spark."""
    if job.strict or target == STDOUT:
        raise click.UsageError("--strict and the standard output go with --engine local")
    try:
        from costsvc.batch import spark, spark_run  # noqa: PLC0415 - an extra of its own
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "pyspark":
            raise
        raise click.ClickException("costsvc batch --engine spark: install costsvc[spark]") from missing
    if job.of is not None and job.of.unfold is not None and spark_run.is_json(source):
        raise click.UsageError(f"JSON of --from {job.of.name} goes with --engine local; Spark reads its tables")
    rejects = job.rejects or f"{target.rstrip('/')}.rejects.csv"
    made = spark_run.run(
        source,
        target,
        lambda frame: job.plan(spark.columns(frame)),
        master=master,
        rejects=rejects,
        salt=job.salt,
    )
    job.check_groups(made.sums)
    version = made.templates.catalog.version
    summary = Summary(templates=made.templates, sums=made.sums, data_version=version)
    summary.rows, summary.estimated, summary.rejected = made.rows, made.estimated, made.rejected
    return summary


@click.command("rates", epilog=RATES_EXAMPLES)
@click.argument("target", metavar="OUTPUT")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="training", help="Kind of work.")
@click.option("--accelerator", multiple=True, metavar="NAME", help="Default: all that the tables have.")
@click.option("--accelerators", multiple=True, metavar="NUMBER", help="Number of accelerators of a job.")
@click.option("--region", multiple=True, required=True, metavar="NAME", help="Place, or all: each cloud region.")
@click.option("--model", multiple=True, metavar="NAME", help="Model.")
@click.option("--instance", multiple=True, metavar="NAME", help="Cloud instance, in place of accelerators.")
@click.option("--set", "constants", multiple=True, callback=_pairs, metavar="FIELD=VALUE", help="Field of all rates.")
@click.option(
    "--sql", "engine", type=click.Choice(list(VIEWS)), default="duckdb", show_default=True, help="SQL for it."
)
@click.pass_context
def write_rates(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    context: click.Context,
    target: str,
    kind: Kind,
    accelerator: tuple[str, ...],
    accelerators: tuple[str, ...],
    region: tuple[str, ...],
    model: tuple[str, ...],
    instance: tuple[str, ...],
    constants: dict[str, str],
    engine: str,
) -> None:
    """Write what one accelerator-hour or one request costs, for each combination of names, as Parquet or CSV.

    It prints the SQL that joins the file to a table of jobs with the same names; - is the standard output as CSV.
    """
    settings = Settings.from_env()
    catalog = Catalog.load(settings.data_dir, settings.data_overlay)
    gc.freeze()  # as above
    has_machine = accelerator or instance or {"accelerator", "instance", "provider"} & constants.keys()
    machines = accelerator if has_machine else (ALL,)
    given = {
        "accelerator": machines,
        "accelerators": accelerators,
        "region": region,
        "model": model,
        "instance": instance,
    }
    tables = {"accelerator": "accelerators", "region": "regions"}
    names = {
        name: [str(key) for key in catalog.tables[tables[name]].rows] if ALL in values and name in tables else values
        for name, values in given.items()
        if values
    }
    with _exits(context):
        check_target(target)
        table, rejects = rates(kind, names, constants, catalog)
        named = {name: values for name, values in given.items() if ALL not in values}
        if any(set(values) - set(table[name].to_pylist()) for name, values in named.items() if values):
            raise BadRequestError(_by_column(rejects))
        with Target(target) as file:
            for part in table.combine_chunks().to_batches():
                file.write(part)
        click.echo(join_sql(kind, list(names), target, engine, catalog.version), err=target == STDOUT)
    for reason, count in Counter(one.reason for one in rejects).most_common(SHOWN_REASONS):
        click.echo(f"  without a rate {count:,}: {reason}", err=True)


def _by_column(rejects: Sequence[Reject]) -> dict[str, str]:
    """The reasons of refused combinations, each once."""
    reasons: dict[str, dict[str, None]] = {}
    for one in rejects:
        reasons.setdefault(one.column, {})[one.reason] = None
    return {name: " ".join(texts) for name, texts in reasons.items()}


@contextmanager
def _exits(context: click.Context) -> Iterator[None]:
    """Exit codes for errors of a run."""
    try:
        yield
    except StrictError as error:
        _exit(context, error, REJECTED)
    except OutputError as error:
        _exit(context, error, NOT_WRITTEN)
    except BadRequestError as error:
        for field, text in error.problems.items():
            click.echo(f"Error: {field}: {text}", err=True)
        context.exit(WRONG_INPUT)


def _exit(context: click.Context, error: Exception, code: int) -> None:
    click.echo(f"Error: {error}", err=True)
    context.exit(code)


@contextmanager
def _progress(engine: str) -> Iterator[Progress | None]:
    """A bar on a terminal, with rows per second and the time left; nothing elsewhere, and Spark tells nothing."""
    if engine == SPARK or not sys.stderr.isatty():
        yield None
        return
    begun = time.monotonic()
    with click.progressbar(length=1, file=sys.stderr, show_eta=True) as bar:
        done = 0

        def step(rows: int, bytes_done: int, bytes_all: int) -> None:
            nonlocal done
            bar.length = max(bytes_all, bytes_done, 1)
            rate = rows / max(time.monotonic() - begun, 1e-9)
            bar.label = f"{rows:,} rows, {rate:,.0f} rows/s"
            bar.update(bytes_done - done)
            done = bytes_done

        yield step


def describe(summary: Summary, by: Sequence[str]) -> Iterator[str]:
    """What a run did, as lines for a terminal.

    Args:
        summary: What it did.
        by: Columns by whose values totals are added up.
    """
    yield f"{summary.rows:,} rows: {summary.estimated:,} estimated, {summary.rejected:,} rejected"
    for reason, count in summary.reasons.most_common(SHOWN_REASONS):
        yield f"  rejected {count:,}: {reason}"
    for reason, count in summary.skipped.most_common(SHOWN_REASONS):
        yield f"  skipped {count:,}: {reason}"
    yield from (f"Warning: {text}" for text in summary.warnings)
    for names in dict.fromkeys(((), *((name,) for name in summary.sums.by if name not in by), tuple(by))):
        table = totals(summary.sums, summary.templates, names)
        yield ""
        yield from _lines(table, names)
    yield ""
    yield f"Reference tables {summary.data_version[:12]}; intervals hold 90 % of what is likely."


def _lines(table: pa.Table, by: Sequence[str]) -> Iterator[str]:
    """Totals in columns, the groups with most energy first."""
    yield f"Totals by {', '.join(by)}" if by else "Total"
    rows = sorted(table.to_pylist(), key=lambda row: -(row["energy_kwh"] or 0.0))
    for row in rows[:SHOWN_GROUPS]:
        label = ", ".join(row[name] or "(none)" for name in by) or "all"
        yield f"  {label} ({row['rows']:,} row{'s' if row['rows'] != 1 else ''})"
        for name, metric in METRICS.items():
            if row[name] is not None:
                quantity: Quantity = {"value": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
                text = numbers.format_quantity(quantity, metric)
                missing = row[f"{name}_missing_rows"]
                without = f"  ({missing:,} rows without)" if missing else ""
                ends = f"{text.low} to {text.high} {text.unit}"
                yield f"    {TOTALS[metric].title:<8}{f'{text.value} {text.unit}':>16}    {ends}{without}"
    if len(rows) > SHOWN_GROUPS:
        yield f"  and {len(rows) - SHOWN_GROUPS:,} further groups; --totals FILE has all"
