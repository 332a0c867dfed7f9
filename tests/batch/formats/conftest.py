"""What readers of formats make of rows, as a table."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from costsvc.batch.formats.format import Format, Part

Outcome = dict[str, object] | str
"""The fields of a request, or why there is none."""


def fields_of(parts: Sequence[Part]) -> dict[int, dict[str, object]]:
    return {
        row: {"kind": part.kind}
        | {name: column[place].as_py() for name, column in part.fields.items() if column[place].is_valid}
        for part in parts
        for place, row in enumerate(part.rows.tolist())
    }


def read(of: Format, batch: pa.RecordBatch) -> list[Outcome]:
    """What each row becomes; a row is a request, skipped or rejected, and only one of these."""
    read = of.translate(batch)
    found: dict[int, Outcome] = {}
    skipped = {row: f"skipped: {reason}" for reason, rows in read.skipped.items() for row in rows.tolist()}
    rejected = {one.row: f"{one.column}: {one.reason}" for one in read.rejects}
    requests = fields_of(read.parts)
    assert len(rejected) == len(read.rejects)
    for some in (requests, skipped, rejected):
        assert not found.keys() & some.keys()
        found |= some
    assert sorted(found) == list(range(batch.num_rows))
    assert all(set(part.fields) <= set(part.columns) | {"requests"} for part in (*read.parts, *read.compared))
    return [found[row] for row in range(batch.num_rows)]


@pytest.fixture(scope="session")
def outcomes() -> Callable[[Format, pa.RecordBatch], list[Outcome]]:
    return read


@pytest.fixture(scope="session")
def compared() -> Callable[[Format, pa.RecordBatch], dict[int, dict[str, object]]]:
    return lambda of, batch: fields_of(of.translate(batch).compared)
