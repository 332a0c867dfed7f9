"""The same rows have the same results in each kind of file."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv, ipc, parquet

from costsvc.batch.files.reading import Options, read
from costsvc.batch.files.sources import find
from costsvc.batch.running import Job, run
from costsvc.reference.catalog import Catalog
from costsvc.web.registry import answer_request

ROWS = {"accelerator": ["h100", "l4", "h1000"], "hours": [1.5, 2.25, 3.0], "name": ["=1+1", "b, c", "d"]}
JOB = Job(kind="training")


def written(file: Path) -> Path:
    """The rows in a file of the kind that its name says."""
    table = pa.table(ROWS)
    if file.suffix == ".csv":
        csv.write_csv(table, file)
    elif file.suffix == ".parquet":
        parquet.write_table(table, file)
    elif file.suffix == ".arrow":
        with ipc.new_file(file, table.schema) as opened:
            opened.write_table(table)
    else:
        lines = ('{"accelerator": "h100", "hours": 1.5}', '{"accelerator": "l4", "hours": "2.25"}', "no JSON", "")
        file.write_text("\n".join(lines))
    return file


@pytest.mark.parametrize("source", ["in.csv", "in.ndjson", "in.parquet", "in.arrow"])
@pytest.mark.parametrize("target", ["out.csv", "out.ndjson.gz", "out.parquet", "out.arrow"])
def test_results_do_not_depend_on_the_kind_of_file(source: str, target: str, tmp_path: Path, catalog: Catalog) -> None:
    output = str(tmp_path / target)
    summary = run([str(written(tmp_path / source))], output, JOB, catalog)
    assert (summary.rows, summary.estimated, summary.rejected) == (3, 2, 1)
    batches = [chunk.batch for one in find([output]) for chunk in read(one, Options())]
    energy = [float(value) for batch in batches for value in batch.column("energy_kwh").to_pylist() if value]
    answers = [
        answer_request("/v1/estimates/training", {"accelerator": name, "hours": hours}, catalog)
        for name, hours in (("h100", 1.5), ("l4", 2.25))
    ]
    assert energy == pytest.approx([answer["energy_kwh"]["value"] for answer in answers], rel=1e-12)
