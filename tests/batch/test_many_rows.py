"""Ten thousand rows have the same results in files of each kind, on Spark and from the API, one by one."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, ipc, parquet

from costsvc.batch import spark_run
from costsvc.batch.files.reading import Options, read
from costsvc.batch.files.sources import find
from costsvc.batch.plan import RESULTS, plan
from costsvc.batch.running import Job, run
from costsvc.batch.spark import columns
from costsvc.reference.catalog import Catalog
from tests.batch.comparing import answered

pytestmark = pytest.mark.slow
ROWS = 10_000


@pytest.fixture(scope="module")
def table(catalog: Catalog) -> pa.Table:
    """Jobs on any machine in any region."""
    rng = np.random.default_rng(16)

    def drawn(names: list[str]) -> list[str]:
        return [names[place] for place in rng.integers(0, len(names), ROWS)]

    return pa.table(
        {
            "id": np.arange(ROWS),
            "accelerator": drawn([str(key) for key in catalog.tables["accelerators"].rows]),
            "region": drawn([str(key) for key in catalog.tables["regions"].rows]),
            "accelerators": rng.integers(1, 64, ROWS),
            "hours": rng.lognormal(1, 2, ROWS),
            "year": rng.integers(2023, 2027, ROWS),
            "pricing.kind": drawn(["on-demand", "spot", "owned"]),
        }
    )


@pytest.fixture(scope="module")
def expected(table: pa.Table, catalog: Catalog) -> Mapping[str, np.ndarray]:
    """Each result of each row as the API gives it."""
    fields = table.drop(["id"]).to_pylist()
    answers = [answered("training", row, catalog) or {} for row in fields]
    return {name: np.array([one.get(name) for one in answers], dtype=float) for name in RESULTS}


def write_lines(table: pa.Table, path: Path) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in table.to_pylist()))


def write_arrow(table: pa.Table, path: Path) -> None:
    with ipc.new_file(path, table.schema) as file:
        file.write_table(table)


def check(results: pa.Table, expected: Mapping[str, np.ndarray]) -> None:
    ordered = results.set_column(0, "id", results["id"].cast(pa.int64())).sort_by("id")
    for name, values in expected.items():
        found = np.array([None if value == "" else value for value in ordered[name].to_pylist()], dtype=float)
        np.testing.assert_allclose(found, values, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("write", "ending"),
    [
        pytest.param(csv.write_csv, ".csv", id="csv"),
        pytest.param(write_lines, ".ndjson", id="ndjson"),
        pytest.param(parquet.write_table, ".parquet", id="parquet"),
        pytest.param(write_arrow, ".arrow", id="arrow"),
    ],
)
def test_files_have_the_results_of_the_api(
    write: Callable[[pa.Table, Path], None],
    ending: str,
    table: pa.Table,
    expected: Mapping[str, np.ndarray],
    tmp_path: Path,
    catalog: Catalog,
) -> None:
    source, target = tmp_path / f"jobs{ending}", tmp_path / f"estimates{ending}"
    write(table, source)
    assert run([str(source)], str(target), Job(), catalog).rows == ROWS
    batches = [chunk.batch for one in find([str(target)]) for chunk in read(one, Options())]
    check(pa.Table.from_batches(batches), expected)


@pytest.mark.spark
def test_spark_has_the_results_of_the_api(
    needs: Callable[[str], str], table: pa.Table, expected: Mapping[str, np.ndarray], tmp_path: Path
) -> None:
    needs("java")
    parquet.write_table(table, tmp_path / "jobs.parquet")
    done = spark_run.run(
        str(tmp_path / "jobs.parquet"),
        str(tmp_path / "out"),
        lambda frame: plan(columns(frame)),
        master="local[2]",
    )
    assert done.rows == ROWS
    check(parquet.read_table(tmp_path / "out"), expected)
