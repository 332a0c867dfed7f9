"""Rows that cannot be estimated, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from costsvc.errors import LONGEST_QUOTE

SCHEMA = pa.schema([("row", pa.int64()), ("column", pa.string()), ("value", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that cannot be estimated.

    Attributes:
        row: Its index in the batch, from 0.
        column: The column of the file with the fault.
        value: The cell as text; None if it is empty.
        reason: What is wrong: ``must be between 0 and 1 h, got 2``.
    """

    row: int
    column: str
    value: str | None
    reason: str


def as_table(rejects: Iterable[Reject], first_row: int) -> pa.RecordBatch:
    """Rejected rows as a table, in the order of the rows.

    Args:
        rejects: The rejected rows of a batch.
        first_row: Number of the batch's first row in the file, from 1.
    """
    ordered = sorted(rejects, key=lambda one: one.row)
    columns = {
        "row": [one.row + first_row for one in ordered],
        "column": [one.column for one in ordered],
        "value": [None if one.value is None else _shortened(one.value) for one in ordered],
        "reason": [one.reason for one in ordered],
    }
    return pa.RecordBatch.from_pydict(columns, schema=SCHEMA)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."
