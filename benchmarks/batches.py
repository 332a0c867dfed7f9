"""Files of rows, Parquet to Parquet on one core: ``costsvc batch`` beside copying, DuckDB and pandas.

Run it alone as ``python -m benchmarks.batches [ROWS]``, or by ``make bench``.
"""

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from codecarbon.core.emissions import Emissions
from codecarbon.core.units import Energy
from codecarbon.external.geography import CloudMetadata
from codecarbon.input import DataSource

from costsvc.batch.cells import read_numbers
from costsvc.batch.estimating import estimate
from costsvc.batch.plan import RESULTS, plan
from costsvc.batch.rates import rates
from costsvc.batch.running import Job, run
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Templates
from costsvc.batch.totals import totals
from costsvc.reference.catalog import Catalog
from costsvc.settings import Settings

ROWS = 5_000_000
GROUP = 131_072
ACCELERATORS, REGIONS = 80, 200
ROUNDS = 5
MILLION = 1e6
KB_PER_MB = 1024
PRIME = 7919
ONE_BY_ONE = 500
"""Rows for a library that takes one at a time."""
CALLS = {"accelerator": ("h100", "a100", "l4"), "model": ("llama-3.1-8b", "llama-3.1-70b", "mixtral-8x7b")}


def measured(rows: int = ROWS, ecologits_us: float | None = None) -> Iterator[str]:
    """Lines that say how fast each way is.

    Args:
        rows: Rows of each file.
        ecologits_us: Time that EcoLogits needs for a request; None if it was not measured. [us]
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    settings = Settings.from_env()
    catalog = Catalog.load(settings.data_dir, settings.data_overlay)
    gc.freeze()  # as the command does
    with tempfile.TemporaryDirectory() as folder:
        yield from _jobs(Path(folder), catalog, rows)
        yield from _calls(Path(folder), catalog, rows, ecologits_us)


def _jobs(folder: Path, catalog: Catalog, rows: int) -> Iterator[str]:
    source, target = folder / "jobs.parquet", folder / "out.parquet"
    write_jobs(source, rows, catalog)
    subprocess.run(
        [sys.executable, "-m", "costsvc.cli", "batch", source, target], check=True, stdout=subprocess.DEVNULL
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KB_PER_MB
    yield f"{'peak memory':<25}{peak:8.0f} MB (at most 600)"
    looked_up, _ = rates("training", _names(catalog), {"accelerators": "8"}, catalog)
    table = looked_up.select(["accelerator", "region", *RESULTS])
    ways: dict[str, Callable[[], object]] = {
        "costsvc batch": lambda: run([str(source)], str(target), Job(), catalog),
        "reading and writing": lambda: _copied(source, target),
        "DuckDB, look-up only": lambda: _joined(source, target, table),
        "pandas merge": lambda: _merged(source, target, table),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name].append(_seconds(way))
    own = median(seconds["costsvc batch"])
    one_by_one = median(_seconds(_in_codecarbon) for _ in range(ROUNDS)) / ONE_BY_ONE * rows
    speed = f"{rows / one_by_one / MILLION:8.4f} M rows/s, ratio {one_by_one / own:.0f}"
    yield f"{'CodeCarbon, row by row':<25}{speed} (at least 300)"
    bars = {"reading and writing": 0.6, "DuckDB, look-up only": 0.9, "pandas merge": 3.0}
    yield f"{'costsvc batch':<25}{rows / own / MILLION:8.2f} M rows/s, tables resolved anew each time"
    for name, bar in bars.items():
        each = median(seconds[name])
        yield f"{name:<25}{rows / each / MILLION:8.2f} M rows/s, ratio {each / own:.2f} (at least {bar})"
    yield from _phases(source, catalog)
    summary = run([str(source)], str(target), Job(), catalog)
    yield f"{'totals of 16,000 kinds':<25}{_seconds(lambda: totals(summary.sums, summary.templates)):8.2f} s"


def _phases(source: Path, catalog: Catalog) -> Iterator[str]:
    """Lines that say what parts of a run cost."""
    templates, sums = Templates(catalog), Sums(())
    with pq.ParquetFile(source) as file:
        batches = list(file.iter_batches(GROUP))
    planned = plan(batches[0].schema)
    first = _seconds(lambda: estimate(batches[0], planned, templates))
    again = _seconds(lambda: estimate(batches[0], planned, templates))
    yield f"{'resolving templates':<25}{first - again:8.2f} s for {len(templates.all):,} of them"
    begun = time.perf_counter()
    made = [estimate(batch, planned, templates) for batch in batches]
    in_memory = time.perf_counter() - begun
    hours = [batch.column("hours").to_numpy() for batch in batches]
    ids = [one.results.column("template").to_numpy().astype(np.int64) for one in made]
    rows = sum(map(len, hours))
    begun = time.perf_counter()
    for templates_of_rows, of_rows in zip(ids, hours, strict=True):
        sums.add({}, templates_of_rows, of_rows, None, {})
    summed = time.perf_counter() - begun
    checked = _seconds(lambda: [read_numbers(batch.column("hours")) for batch in batches])
    yield f"{'in memory':<25}{rows / in_memory / MILLION:8.2f} M rows/s, templates known"
    yield f"{'of which sums':<25}{summed:8.2f} s of {in_memory:.2f} s; reading and checking hours {checked:.2f} s"


def _calls(folder: Path, catalog: Catalog, rows: int, ecologits_us: float | None) -> Iterator[str]:
    source, target = folder / "calls.parquet", folder / "calls-out.parquet"
    _write(source, rows, _call_columns)
    own = median(_seconds(lambda: run([str(source)], str(target), Job(kind="inference"), catalog)) for _ in range(3))
    copied = median(_seconds(lambda: _copied(source, target)) for _ in range(3))
    speed = f"{rows / own / MILLION:8.2f} M rows/s (at least 3)"
    yield f"{'text serving':<25}{speed}, ratio to copying {copied / own:.2f} (or at least 0.5)"
    if ecologits_us is not None:
        speed = f"{1 / ecologits_us:8.4f} M rows/s, ratio {rows / own / MILLION * ecologits_us:.0f}"
        yield f"{'EcoLogits, call by call':<25}{speed} (at least 1000)"


def _seconds(way: Callable[[], object]) -> float:
    begun = time.perf_counter()
    way()
    return time.perf_counter() - begun


def _names(catalog: Catalog) -> dict[str, list[str]]:
    return {
        "accelerator": [str(key) for key in catalog.tables["accelerators"].rows][:ACCELERATORS],
        "region": [str(key) for key in catalog.tables["regions"].rows][:REGIONS],
    }


def write_jobs(path: Path, rows: int, catalog: Catalog) -> None:
    """Write jobs on 80 accelerators in 200 regions.

    Args:
        path: The file.
        rows: Rows.
        catalog: The reference tables.
    """
    _write(path, rows, lambda rng, size: _job_columns(rng, size, catalog))


def _write(path: Path, rows: int, columns: Callable[[np.random.Generator, int], dict[str, object]]) -> None:
    rng = np.random.default_rng(0)
    writer = None
    for first in range(0, rows, GROUP):
        part = pa.table(columns(rng, min(GROUP, rows - first)))
        writer = writer or pq.ParquetWriter(path, part.schema, compression="zstd")
        writer.write_table(part)
    if writer is not None:
        writer.close()


def _picked(rng: np.random.Generator, names: list[str] | tuple[str, ...], size: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(rng.integers(0, len(names), size).astype(np.int32), list(names))


def _job_columns(rng: np.random.Generator, size: int, catalog: Catalog) -> dict[str, object]:
    named = {name: _picked(rng, names, size) for name, names in _names(catalog).items()}
    return {**named, "accelerators": np.full(size, 8.0), "hours": rng.lognormal(0, 2, size)}


def _call_columns(rng: np.random.Generator, size: int) -> dict[str, object]:
    lengths = {"input_tokens": rng.lognormal(6, 1.5, size), "output_tokens": rng.lognormal(5, 1.5, size)}
    return {
        **{name: _picked(rng, names, size) for name, names in CALLS.items()},
        **{name: np.floor(values) + 2 for name, values in lengths.items()},
        "batch_size": np.floor(rng.lognormal(3, 1, size)) + 1,
    }


def _copied(source: Path, target: Path) -> None:
    """Read the same columns, and write them with the columns that results have."""
    with pq.ParquetFile(source) as file:
        writer = None
        for batch in file.iter_batches(GROUP):
            table = pa.Table.from_batches([batch])
            # numbers as those of results: equal ones would be compressed away
            like = batch.column(batch.num_columns - 1).to_numpy() * np.pi
            for place, name in enumerate(RESULTS):
                table = table.append_column(name, pa.array(like * (place + 1) / 3))
            numbers = np.arange(batch.num_rows, dtype=np.int32) * PRIME % (ACCELERATORS * REGIONS)
            table = table.append_column("template", pa.array(numbers))
            named = [one.name for one in table.schema if not pa.types.is_floating(one.type)]
            writer = writer or pq.ParquetWriter(target, table.schema, compression="zstd", use_dictionary=named)
            writer.write_table(table)
        if writer is not None:
            writer.close()


def _in_codecarbon() -> None:
    """The emissions of some kWh in a cloud region, as CodeCarbon gives them for each row."""
    emissions = Emissions(DataSource())  # type: ignore[no-untyped-call] # it has none
    where = CloudMetadata(provider="gcp", region="us-central1")
    for number in range(ONE_BY_ONE):
        emissions.get_cloud_emissions(Energy.from_energy(kWh=1.0 + number), where)


def _joined(source: Path, target: Path, table: pa.Table) -> None:
    products = ", ".join(f"jobs.hours * 8 * rates.{name} AS {name}" for name in RESULTS)
    with duckdb.connect() as database:
        database.execute("SET threads TO 1")
        database.register("rates", table)
        query = f"SELECT jobs.*, {products} FROM '{source}' AS jobs JOIN rates USING (accelerator, region)"  # noqa: S608 - ours
        database.execute(f"COPY ({query}) TO '{target}' (FORMAT PARQUET, COMPRESSION ZSTD)")


def _merged(source: Path, target: Path, table: pa.Table) -> None:
    jobs = pd.read_parquet(source).astype({"accelerator": str, "region": str})
    found = jobs.merge(table.to_pandas(), on=["accelerator", "region"], how="left")
    for name in RESULTS:
        found[name] = found[name] * found["hours"] * 8
    found.to_parquet(target, compression="zstd")


if __name__ == "__main__":
    given = [*sys.argv[1:], None, None]
    for line in measured(int(given[0] or ROWS), None if given[1] is None else float(given[1])):
        print(line, flush=True)
