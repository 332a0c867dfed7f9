"""Columns of a FOCUS bill: distinct charges, quantities, periods and shares, whatever type a file gives a column."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.cells import read_text
from costsvc.batch.formats.focus_charge import Charge
from costsvc.units import Array

Codes = npt.NDArray[np.int64]
EARLIER = {
    "ConsumedQuantity": "UsageQuantity",
    "ConsumedUnit": "UsageUnit",
    "ProviderName": "Provider",
    "PublisherName": "Publisher",
    "RegionId": "Region",
}
"""Names of columns before version 1.0, which Oracle's exports still have."""
LARGEST_CODE = 2**62
LONGEST_TEXT = 300
"""Characters of a name or choice that are read; a longer one has no meaning, and the patterns would take long."""
US_PER_S = 10**6
DAY = "datetime64[D]"


def column(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    """A column of a batch by its name or its earlier one; None if the batch has neither."""
    present = next((one for one in (name, EARLIER.get(name)) if one in batch.schema.names), None)
    return None if present is None else batch.column(present)


def distinct_charges(batch: pa.RecordBatch, texts: Sequence[str]) -> tuple[list[Charge], Codes]:
    """The distinct combinations of the names and choices of a batch, and the combination of each row.

    Args:
        batch: The batch.
        texts: Columns of names and choices; after a dot, the member of a column of objects.
    """
    combined, size = np.zeros(batch.num_rows, np.int64), 1
    parts: dict[str, tuple[list[str | None], Codes]] = {}
    for name in texts:
        cells = _cells(batch, name)
        if cells is None:
            continue
        values, codes = parts[name] = _encoded(cells)
        if size * len(values) > LARGEST_CODE:
            combined = np.unique(combined, return_inverse=True)[1]
            size = int(combined.max()) + 1
        combined, size = combined * len(values) + codes, size * len(values)
    _, first, codes = np.unique(combined, return_index=True, return_inverse=True)
    rows = [{name: values[codes[row]] for name, (values, codes) in parts.items()} for row in first.tolist()]
    return [{name: text for name, text in row.items() if text is not None} for row in rows], codes


def _cells(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    """The cells of a column, or a member of the objects in them."""
    whole, _, member = name.partition(".")
    cells = column(batch, whole)
    return cells if cells is None or not member else _member(cells, member)


def _member(objects: pa.Array, key: str) -> pa.Array | None:
    """A member of each object: of a struct, of a map, or of JSON text; None if the type has no members."""
    kind = objects.type
    if pa.types.is_struct(kind):
        return objects.field(key) if kind.get_field_index(key) >= 0 else None
    if pa.types.is_map(kind):
        return pc.map_lookup(objects, pa.scalar(key, kind.key_type), "first")
    texts = pc.dictionary_encode(read_text(objects))
    found = pc.extract_regex(texts.dictionary, rf'"{key}"\s*:\s*"(?P<text>[^"]+)"')
    return pa.DictionaryArray.from_arrays(texts.indices, pc.struct_field(found, "text"))


def _encoded(cells: pa.Array) -> tuple[list[str | None], Codes]:
    """Distinct texts with None as the last, and the place of each cell's text among them."""
    outer = cells if pa.types.is_dictionary(cells.type) else pc.dictionary_encode(cells)
    inner = pc.dictionary_encode(pc.utf8_slice_codeunits(read_text(outer.dictionary), 0, LONGEST_TEXT))
    codes = pc.fill_null(inner.indices.take(outer.indices), len(inner.dictionary))
    return [*inner.dictionary.to_pylist(), None], codes.to_numpy(zero_copy_only=False).astype(np.int64)


def read_days(cells: pa.Array) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Dates in UTC of a column of times as text, and which cells are no times.

    Args:
        cells: Timestamps, dates or ISO 8601 texts.
    """
    times, codes = _times(cells)
    written = [None if math.isnan(time) else str(np.datetime64(math.floor(time), "s").astype(DAY)) for time in times]
    found = pa.array(written, pa.string()).take(pa.array(codes))
    is_given = pc.is_valid(cells if _is_time(cells.type) else read_text(cells))
    return found, pc.and_not(is_given, pc.is_valid(found)).to_numpy(zero_copy_only=False)


def read_seconds(cells: pa.Array) -> Array:
    """Times of a column since 1970; NaN if a cell has no time.

    Args:
        cells: Timestamps, dates or ISO 8601 texts.

    Returns:
        The times. [s]
    """
    times, codes = _times(cells)
    return np.array(times)[codes]


def _times(cells: pa.Array) -> tuple[list[float], Codes]:
    """Distinct times since 1970 with NaN as the last, and the place of each cell's time among them."""
    if not _is_time(cells.type):
        texts, codes = _encoded(cells)
        return [math.nan if text is None else _seconds(text) for text in texts], codes
    encoded = pc.dictionary_encode(cells.cast(pa.timestamp("us"), safe=False).cast(pa.int64()))
    codes = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return [*(time / US_PER_S for time in encoded.dictionary.to_pylist()), math.nan], codes.astype(np.int64)


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _seconds(text: str) -> float:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return math.nan
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def read_shares(details: pa.Array) -> Array:
    """Shares of split charges in those that they were split from; NaN if a cell does not say it.

    Args:
        details: Cells of ``AllocatedMethodDetails``.

    Returns:
        The shares. [1]
    """
    return np.array([_share(cell) for cell in details.to_pylist()], float)


def _share(cell: Any) -> float:
    try:
        details = json.loads(cell) if isinstance(cell, str) else dict(cell)
        share = math.fsum(float(element["AllocatedRatio"]) for element in details["Elements"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return math.nan
    return share if 0 <= share <= 1 else math.nan
