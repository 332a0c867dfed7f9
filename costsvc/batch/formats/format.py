"""What a reader of a format gives: rows as requests, rows that are rejected or skipped, and further columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from costsvc.batch.rejects import Reject
from costsvc.units import Array

Kind = Literal["training", "inference"]
Document = Mapping[str, object]
"""A JSON object, as a line of a file or a whole file has it."""
Row = Mapping[str, str | None]
"""A row of a document: text by column."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Rows of a batch that are requests of one kind.

    Attributes:
        kind: Kind of request.
        rows: Index of each request's row in the batch, from 0, ascending; a row is in one part at most.
        fields: Columns of the requests by field of the API, dotted where nested (``pricing.kind``): names, choices
            and dates as text, numbers as float64; null if a request has no such field.
        columns: The column of the file from which each field comes, for the reasons of rejected rows.
        weight: Factor on the results of each row: -1 for a correction, the share of a split row. [1]
        is_unused: Whether the machines were reserved but nobody used them, so that they drew no energy.
    """

    kind: Kind
    rows: npt.NDArray[np.int64]
    fields: Mapping[str, pa.Array]
    columns: Mapping[str, str] = field(default_factory=dict)
    weight: Array | None = None
    is_unused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Translated:
    """A batch of a format.

    Attributes:
        parts: Rows that are requests.
        rejects: Rows that cannot be read.
        skipped: Rows that are not about computing, by reason; they stay in the output without results.
        added: Further columns of the output, with a value for each row of the batch.
        compared: Requests with which rows of ``parts`` are compared: a measured run as an estimate. Their results are
            further columns, are not in the totals, and are null where they cannot be estimated.
    """

    parts: Sequence[Part]
    rejects: Sequence[Reject] = ()
    skipped: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    added: Mapping[str, pa.Array] = field(default_factory=dict)
    compared: Sequence[Part] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Columns of money of a format that has the amounts of a bill.

    Attributes:
        billed: Added column of what was billed. [USD]
        difference: Name in the output of the list price less what was billed. [USD]
    """

    billed: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format:
    """A format that others write.

    Attributes:
        name: Its name on the command line.
        title: Its name for people.
        required: Columns that a file needs; of alternatives one is enough.
        known: All columns that the reader uses, if a file has them.
        translate: Reads a batch of its columns.
        groups: Added columns by which the summary lists totals: ``outcome``.
        personal: Columns that name people, which the output has as hashes.
        results: Name of each result in the output; empty for the usual ones.
        bill: Its columns of money; None if it has none.
        unfold: Takes a JSON document of the format apart into rows; None if its files are tables.
    """

    name: str
    title: str
    required: Sequence[Sequence[str]]
    known: Sequence[str]
    translate: Callable[[pa.RecordBatch], Translated]
    groups: Sequence[str] = ()
    personal: Sequence[str] = ()
    results: Mapping[str, str] = field(default_factory=dict)
    bill: Bill | None = None
    unfold: Callable[[Document], Sequence[Row]] | None = None
