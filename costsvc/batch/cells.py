"""Cells of a column as text or as numbers, whatever type the file gives the column."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.units import Array

NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes:
        values: The numbers; NaN if a cell is empty or wrong. [any]
        is_wrong: Cells that have something else than a finite number.
    """

    values: Array
    is_wrong: npt.NDArray[np.bool_]


def read_text(column: pa.Array) -> pa.Array:
    """A column as text without spaces around; null if a cell is empty.

    Args:
        column: A column of any type.

    Returns:
        A column of strings.
    """
    if pa.types.is_dictionary(column.type):
        return pc.take(read_text(column.dictionary), column.indices)
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), pa.string())
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def read_names(column: pa.Array) -> pa.DictionaryArray:
    """A column as text without spaces around, each distinct cell read once; null if a cell is empty.

    Args:
        column: A column of any type.

    Returns:
        A dictionary, which may have a text or null more than once.
    """
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return pa.DictionaryArray.from_arrays(column.indices, read_text(column.dictionary))


def read_numbers(column: pa.Array) -> Numbers:
    """A column as numbers.

    Args:
        column: A column of numbers, or of text as a file writes numbers.

    Returns:
        The numbers. [any]
    """
    if pa.types.is_boolean(column.type) or pa.types.is_temporal(column.type):
        is_given = pc.is_valid(column).to_numpy(zero_copy_only=False)
        return Numbers(values=np.full(len(column), np.nan), is_wrong=is_given)
    if not _is_number(column.type):
        column = read_text(column)
        fits = pc.fill_null(pc.match_substring_regex(column, NUMBER), True)
        column = pc.if_else(fits, column, pa.scalar(None, pa.string())).cast(pa.float64())
        is_wrong = np.logical_not(fits.to_numpy(zero_copy_only=False))
    else:
        column, is_wrong = column.cast(pa.float64(), safe=False), np.zeros(len(column), bool)
    is_empty = pc.is_null(column).to_numpy(zero_copy_only=False)
    values = column.to_numpy(zero_copy_only=False)
    is_finite = np.isfinite(values)
    if is_finite.all():
        return Numbers(values=values, is_wrong=is_wrong)
    is_wrong = is_wrong | ~(is_finite | is_empty)
    return Numbers(values=np.where(is_finite, values, np.nan), is_wrong=is_wrong)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
