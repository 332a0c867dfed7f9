"""The generated month of Slurm's accounting."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv

from costsvc.batch.formats.format import Translated
from costsvc.batch.formats.slurm import SLURM
from costsvc.batch.samples.slurm import generate
from costsvc.reference.catalog import Catalog

DOCS = Path(__file__).parents[3] / "docs"
JOBS = 20_000


@pytest.fixture(scope="module")
def month() -> pa.RecordBatch:
    (batch,) = generate(JOBS, seed=1).to_batches()
    return batch


@pytest.fixture(scope="module")
def translated(month: pa.RecordBatch) -> Translated:
    return SLURM.translate(month)


@pytest.mark.parametrize("jobs", [0, 1, 500])
def test_the_same_seed_gives_the_same_month(jobs: int) -> None:
    assert generate(jobs, seed=3).equals(generate(jobs, seed=3))
    assert generate(jobs, seed=3).num_rows == jobs


def test_another_seed_gives_another_month() -> None:
    assert not generate(500, seed=3).equals(generate(500, seed=4))


def test_has_the_columns_of_the_command_and_of_the_file_in_the_documentation() -> None:
    names = generate(1, seed=1).column_names
    (command,) = [line for line in (DOCS / "formats" / "slurm.md").read_text().splitlines() if "--format" in line]
    assert command.split()[1] == ",".join(names)
    assert (DOCS / "samples" / "slurm.txt").read_text().splitlines()[0] == "|".join(names)


def test_no_row_is_lost(translated: Translated) -> None:
    kinds = (
        *(part.rows for part in translated.parts),
        *translated.skipped.values(),
        [reject.row for reject in translated.rejects],
    )
    assert sorted(int(row) for rows in kinds for row in rows) == list(range(JOBS))


def test_has_all_that_a_month_has(translated: Translated) -> None:
    assert set(translated.skipped) == {"did not run", "uses no accelerator"}
    assert {reject.column for reject in translated.rejects} == {"AllocTRES"}
    (part,) = translated.parts
    assert not any(column.null_count for column in part.fields.values())
    outcomes = Counter(translated.added["outcome"].to_pylist())
    assert set(outcomes) == {
        *("completed", "failed", "out-of-memory", "node-failed", "timed-out"),
        *("cancelled", "preempted", "requeued", "running", "waiting"),
    }
    assert pc.any(pc.greater(translated.added["node_energy_kwh"], 0)).as_py()


def test_names_only_accelerators_that_the_tables_know(translated: Translated, catalog: Catalog) -> None:
    (part,) = translated.parts
    for name in pc.unique(part.fields["accelerator"]).to_pylist():
        catalog.accelerator(name)


def test_runs_of_a_job_follow_one_another_and_have_keys_of_their_own(
    month: pa.RecordBatch, translated: Translated
) -> None:
    keys = translated.added["job_key"].drop_null().to_pylist()
    assert len(set(keys)) == len(keys)
    ends: dict[str, str] = {}
    for job, start, end in zip(*(month.column(name).to_pylist() for name in ("JobIDRaw", "Start", "End")), strict=True):
        if job in ends and start[0].isdigit():
            assert start > ends[job]
        ends[job] = end
    assert len(ends) < JOBS


def test_types_that_a_reader_of_files_infers_change_nothing(month: pa.RecordBatch, translated: Translated) -> None:
    file = BytesIO()
    csv.write_csv(pa.table(month), file, csv.WriteOptions(delimiter="|", quoting_style="none"))
    table = csv.read_csv(BytesIO(file.getvalue()), parse_options=csv.ParseOptions(delimiter="|"))
    assert table.schema.field("ElapsedRaw").type == pa.int64()
    (batch,) = table.combine_chunks().to_batches()
    inferred = SLURM.translate(batch)
    assert inferred.added == translated.added
    assert inferred.parts[0].fields == translated.parts[0].fields
