"""The generated month of a FOCUS bill, and the small one of the documentation."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv

from costsvc.batch.formats.focus import FOCUS
from costsvc.batch.samples.focus import generate
from costsvc.reference.catalog import Catalog

SAMPLE = Path(__file__).parents[3] / "docs" / "samples" / "focus.csv"
ROWS = 20_000


def test_the_same_seed_gives_the_same_month() -> None:
    assert generate(500, seed=3).equals(generate(500, seed=3))
    assert not generate(500, seed=3).equals(generate(500, seed=4))


def test_has_the_columns_that_the_reader_needs_and_no_row_that_it_rejects() -> None:
    (batch,) = generate(ROWS, seed=1).to_batches()
    assert all(any(name in batch.schema.names for name in names) for names in FOCUS.required)
    translated = FOCUS.translate(batch)
    assert not translated.rejects
    assert {part.kind for part in translated.parts} == {"training", "inference"}
    assert any(part.is_unused for part in translated.parts)
    assert set(translated.added["x_EstimateBasis"].to_pylist()) == {
        *("instance-hours", "accelerator-hours", "tokens", "unused-commitment", "correction", "none"),
    }


def test_names_only_what_the_tables_know(catalog: Catalog) -> None:
    (batch,) = generate(ROWS, seed=1).to_batches()
    for part in FOCUS.translate(batch).parts:
        distinct = {name: set(column.to_pylist()) - {None} for name, column in part.fields.items()}
        for name in distinct.get("instance", ()):
            catalog.read_instance(name)
        for name in distinct.get("accelerator", ()):
            catalog.accelerator(name)
        for name in distinct.get("region", ()):
            catalog.read_place(name)
        models = zip(part.fields["provider"], part.fields["model"], strict=True) if part.kind == "inference" else ()
        for provider, model in {(one.as_py(), other.as_py()) for one, other in models}:
            catalog.hosted_model(catalog.api_provider(provider), model)


@pytest.mark.parametrize("rows", [1, 64, ROWS])
def test_the_size_of_batches_changes_nothing(rows: int) -> None:
    table = generate(ROWS, seed=1).slice(0, 640 if rows == 1 else ROWS)
    found = Counter[str]()
    for batch in table.to_batches(max_chunksize=rows):
        found.update(FOCUS.translate(batch).added["x_EstimateBasis"].to_pylist())
    (whole,) = table.to_batches()
    assert found == Counter(FOCUS.translate(whole).added["x_EstimateBasis"].to_pylist())


@pytest.mark.parametrize("all_text", [pytest.param(False, id="inferred-types"), pytest.param(True, id="text")])
def test_reads_the_small_bill_of_the_documentation(all_text: bool) -> None:
    names = SAMPLE.read_text().partition("\n")[0].split(",")
    types = dict.fromkeys(names, pa.string()) if all_text else None
    table = csv.read_csv(SAMPLE, convert_options=csv.ConvertOptions(column_types=types))
    (batch,) = table.combine_chunks().to_batches()
    translated = FOCUS.translate(batch)
    assert Counter(translated.added["x_EstimateBasis"].to_pylist()) == {
        "none": 15,
        "instance-hours": 11,
        "tokens": 7,
        "accelerator-hours": 3,
        "unused-commitment": 2,
        "correction": 1,
    }
    assert [(reject.row, reject.column, reject.value) for reject in translated.rejects] == [
        (37, "ConsumedUnit", "Machines")
    ]
    assert {reason: len(rows) for reason, rows in translated.skipped.items()} == {
        "a machine without accelerator": 3,
        "a part, a licence or a fee of a machine, which has rows of its own": 3,
        "no instance type, accelerator or tokens": 1,
        "unused commitment without an instance type": 1,
        "correction of a cost without a quantity": 1,
        "service category Storage": 1,
        "service category Networking": 1,
        "charge category Tax": 1,
        "charge category Purchase": 1,
        "charge category Credit": 1,
    }
