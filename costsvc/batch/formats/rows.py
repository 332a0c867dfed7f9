"""Rows of a batch on their way to requests: what their columns have, and why a row is none."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_numbers, read_text
from costsvc.batch.formats.documents import as_text
from costsvc.batch.formats.format import Part, Translated
from costsvc.batch.rejects import Reject
from costsvc.schemas.fields import shown
from costsvc.units import Array

Mask = npt.NDArray[np.bool_]
TEXT = pa.scalar(None, pa.string())
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$"
EPOCH = r"^[0-9]{9,19}([.][0-9]*)?$"
DIVISORS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Numbers of time from which on they count nanoseconds, microseconds and milliseconds since 1970, and their unit."""
S_PER_DAY = 86_400
ISO_DAY = 10
"""Letters of a day as ISO 8601 writes it."""


class Rows:
    """Rows of a batch; columns are asked for by all names that they have in versions of a format.

    Attributes:
        remains: Rows that may become requests.
        count: Number of rows of the batch.
    """

    def __init__(self, batch: pa.RecordBatch) -> None:
        """Begin with all rows.

        Args:
            batch: The batch.
        """
        self._batch = batch
        self._rejects: list[Reject] = []
        self._skipped: dict[str, npt.NDArray[np.int64]] = {}
        self.count: int = batch.num_rows
        self.remains: Mask = np.ones(self.count, dtype=bool)

    @property
    def left(self) -> npt.NDArray[np.int64]:
        """Index of the rows that may become requests."""
        return np.flatnonzero(self.remains)

    def present(self, names: Sequence[str]) -> list[str]:
        """The columns that the batch has of several.

        Args:
            names: Their names, the preferred one first.
        """
        return [name for name in names if name in self._batch.schema.names]

    def column(self, name: str) -> pa.Array:
        """A column as it is.

        Args:
            name: Its name.
        """
        return self._batch.column(name)

    def text(self, *names: str) -> pa.Array:
        """The first of several columns that has text, in each row; null if none has.

        Args:
            names: Their names, the preferred one first.
        """
        columns = [read_text(self.column(name)) for name in self.present(names)]
        return pc.coalesce(*columns) if columns else pa.nulls(self.count, pa.string())

    def numbers(self, *names: str) -> Array:
        """The first of several columns that has a number, in each row; NaN if none has. Rows with text are rejected.

        Args:
            names: Their names, the preferred one first.
        """
        values = np.full(self.count, np.nan)
        for name in self.present(names):
            read = read_numbers(self.column(name))
            self.reject(read.is_wrong & np.isnan(values), name, "must be a number")
            values = np.where(np.isnan(values), read.values, values)
        return values

    def days(self, *names: str) -> pa.Array:
        """The day of the first of several columns that has a time, in each row.

        Args:
            names: Their names, the preferred one first.
        """
        columns = [read_days(self.column(name)) for name in self.present(names)]
        return pc.coalesce(*columns) if columns else pa.nulls(self.count, pa.string())

    def skip(self, where: Mask, reason: str) -> None:
        """Leave out rows that are not about computing.

        Args:
            where: The rows.
            reason: Why.
        """
        rows = np.flatnonzero(where & self.remains)
        if len(rows):
            before = self._skipped.get(reason, rows[:0])
            self._skipped[reason] = np.sort(np.concatenate([before, rows]))
            self.remains[rows] = False

    def reject(self, where: Mask, column: str, reason: str) -> None:
        """Reject rows that cannot be estimated.

        Args:
            where: The rows.
            column: The column with the fault.
            reason: What is wrong; the value is added.
        """
        rows = np.flatnonzero(where & self.remains)
        if not len(rows):
            return
        cells = self.column(column).take(pa.array(rows)).to_pylist() if self.present([column]) else [None] * len(rows)
        for row, cell in zip(rows.tolist(), cells, strict=True):
            text = reason if cell in (None, "") else f"{reason}, got {shown(cell)}"
            self._rejects.append(Reject(row=row, column=column, value=as_text(cell), reason=text))
        self.remains[rows] = False

    def translated(
        self, parts: Sequence[Part], added: Mapping[str, pa.Array] | None = None, compared: Sequence[Part] = ()
    ) -> Translated:
        """What the batch has become.

        Args:
            parts: The requests.
            added: Further columns of the output.
            compared: Requests with which rows are compared.
        """
        return Translated(
            parts=[part for part in parts if len(part.rows)],
            rejects=self._rejects,
            skipped=self._skipped,
            added=added or {},
            compared=[part for part in compared if len(part.rows)],
        )


def given(fields: Mapping[str, pa.Array | Array], rows: npt.NDArray[np.int64]) -> dict[str, pa.Array]:
    """The fields of some rows, without those that none of them has.

    Args:
        fields: Fields of all rows; NaN and null if a row has no such field.
        rows: Index of the rows.
    """
    index = pa.array(rows)
    taken = {name: as_column(values).take(index) for name, values in fields.items()}
    return {name: column for name, column in taken.items() if column.null_count < len(column)}


def as_column(values: pa.Array | Array) -> pa.Array:
    """Numbers as a column that is null where they are NaN; a column stays as it is.

    Args:
        values: The numbers.
    """
    return pa.array(values, from_pandas=True) if isinstance(values, np.ndarray) else values


def only_where(condition: Mask, column: pa.Array) -> pa.Array:
    """A column of text, null where a condition is not met.

    Args:
        condition: The condition of each row.
        column: The column.
    """
    return pc.if_else(pa.array(condition), column, TEXT)


def is_in(column: pa.Array, values: Sequence[str]) -> Mask:
    """Whether each text is one of several.

    Args:
        column: The texts.
        values: The several.
    """
    found: Mask = pc.is_in(column, value_set=pa.array(values, pa.string())).to_numpy(zero_copy_only=False)
    return found


def extract(column: pa.Array, pattern: str) -> pa.Array:
    """What the group ``found`` of a pattern matches in each text; null if nothing does.

    Args:
        column: The texts.
        pattern: The pattern.
    """
    return pc.struct_field(pc.extract_regex(column, pattern), "found")


def is_replaced(keys: pa.Array, order: Array) -> Mask:
    """Whether another row with the same key follows each row.

    Args:
        keys: Text of each row; a row with null has no others.
        order: By what rows follow each other; of equal ones the later row follows. [any]
    """
    codes = pc.fill_null(keys.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)
    ranked = np.lexsort((np.arange(len(codes)), order, codes))
    has_next = np.append(codes[ranked][1:] == codes[ranked][:-1], values=False) if len(codes) else np.zeros(0, bool)
    replaced = np.zeros(len(codes), dtype=bool)
    replaced[ranked] = has_next
    result: Mask = replaced & (codes >= 0)
    return result


def read_days(column: pa.Array) -> pa.Array:
    """Days of points in time, as ISO 8601 writes them.

    Args:
        column: Timestamps, text that begins with a day, or time since 1970 in seconds, milliseconds, microseconds or
            nanoseconds. Other text remains, and the request is rejected with it.
    """
    if pa.types.is_temporal(column.type):
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return _days_since_1970(column)
    text = read_text(column)
    day = pc.utf8_slice_codeunits(text, 0, ISO_DAY)
    found = pc.if_else(pc.match_substring_regex(text, MOMENT), day, text)
    is_epoch = pc.match_substring_regex(text, EPOCH)
    if not pc.any(is_epoch).as_py():
        return found
    return pc.coalesce(_days_since_1970(pc.if_else(is_epoch, text, TEXT)), found)


def _days_since_1970(column: pa.Array) -> pa.Array:
    seconds = read_numbers(column).values
    for least, divisor in DIVISORS:
        seconds = np.where(seconds >= least, seconds / divisor, seconds)
    days = pa.array(seconds // S_PER_DAY, from_pandas=True).cast(pa.int32())
    return days.cast(pa.date32()).cast(pa.string())
