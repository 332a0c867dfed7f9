"""Codes for distinct values of columns and for distinct combinations of them."""

import math
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Codes = npt.NDArray[np.int64]
Value = TypeVar("Value")
LARGEST_TABLE = 2**22
"""Combinations up to which numbers are looked up in an array."""
DENSE = 4
"""Possible combinations for each row up to which distinct ones are found in an array."""


class Numbering(Generic[Value]):
    """Numbers distinct values from 0 in the order of their first appearance.

    Attributes:
        values: The values by number.
    """

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._codes: dict[Value, int] = {}

    def code(self, value: Value) -> int:
        """The number of a value."""
        found = self._codes.get(value)
        if found is None:
            found = self._codes[value] = len(self.values)
            self.values.append(value)
        return found


def encode(column: pa.Array, numbering: Numbering[str | None]) -> Codes:
    """The number of each text of a column.

    Args:
        column: A column of text, possibly a dictionary.
        numbering: Numbers of all texts of earlier batches, which is extended.
    """
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode(null_encoding="encode")
    codes = np.array([numbering.code(text) for text in column.dictionary.to_pylist()], dtype=np.int64)
    indices = column.indices
    if indices.null_count:
        codes = np.append(codes, numbering.code(None))
        indices = indices.fill_null(len(codes) - 1)
    found: Codes = codes[indices.to_numpy(zero_copy_only=False)]
    return found


def combine(columns: Sequence[Codes], rows: int) -> tuple[list[tuple[int, ...]], Codes]:
    """Distinct combinations of codes, and the index of each row's combination.

    Args:
        columns: Codes of some columns.
        rows: Number of rows.
    """
    first, index = distinct_rows(columns, rows)
    return list(zip(*(codes[first].tolist() for codes in columns), strict=True)) if columns else [()], index


def distinct_rows(columns: Sequence[Codes], rows: int) -> tuple[Codes, Codes]:
    """The first row of each distinct combination of codes, in order, and the index of each row's combination.

    Args:
        columns: Codes of some columns.
        rows: Number of rows.
    """
    packed = np.zeros(rows, dtype=np.int64)
    bound = 1
    for codes in columns:
        size = int(codes.max(initial=0)) + 1
        if size == 1:
            continue
        if bound * size >= 2**62:
            encoded = pa.array(packed).dictionary_encode()
            packed, bound = encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)
        packed = packed * size + codes
        bound *= size
    if bound > DENSE * max(rows, 1):
        encoded = pa.array(packed).dictionary_encode()
        index = encoded.indices.to_numpy().astype(np.int64)
        return _first_rows(index, len(encoded.dictionary)), index
    row_of = _first_rows(packed, bound)
    first = np.sort(row_of[row_of >= 0])
    row_of[packed[first]] = np.arange(len(first))
    return first, row_of[packed]


def _first_rows(codes: Codes, size: int) -> Codes:
    """The first row of each code, -1 if it has none."""
    rows = np.full(size, -1, dtype=np.int64)
    rows[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return rows


class CodeTable:
    """Numbers for combinations of codes, which are looked up in an array while there are few of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], int] = {}
        self._sizes: tuple[int, ...] = ()
        self._array: Codes = np.full(1, -1, dtype=np.int64)

    def find(self, columns: Sequence[Codes], rows: int, make: Callable[[tuple[int, ...], int], int]) -> Codes:
        """The number of each row's combination.

        Args:
            columns: Codes of some columns.
            rows: Number of rows.
            make: Gives the number of a new combination, from its codes and its first row.
        """
        sizes = tuple(1 << int(codes.max(initial=0)).bit_length() for codes in columns)
        if len(sizes) != len(self._sizes) or any(new > old for new, old in zip(sizes, self._sizes, strict=True)):
            self._sizes = tuple(map(max, sizes, self._sizes or sizes))
            self._array = np.full(min(math.prod(self._sizes), LARGEST_TABLE + 1), -1, dtype=np.int64)
        if len(self._array) > LARGEST_TABLE:
            distinct, index = combine(columns, rows)
            return self._numbers(distinct, index, make)[index]
        packed = np.zeros(rows, dtype=np.int64)
        for codes, size in zip(columns, self._sizes, strict=True):
            if size > 1:
                packed = packed * size + codes
        found = self._array[packed]
        new = np.flatnonzero(found < 0)
        if len(new):
            distinct, index = combine([codes[new] for codes in columns], len(new))
            found[new] = self._numbers(distinct, index, lambda key, row: make(key, int(new[row])))[index]
            self._array[packed[new]] = found[new]
        return found

    def _numbers(
        self, distinct: Sequence[tuple[int, ...]], index: Codes, make: Callable[[tuple[int, ...], int], int]
    ) -> Codes:
        first = np.zeros(len(distinct), dtype=np.int64)
        first[index[::-1]] = np.arange(len(index) - 1, -1, -1)
        for key, row in zip(distinct, first.tolist(), strict=True):
            if key not in self._known:
                self._known[key] = make(key, row)
        return np.array([self._known[key] for key in distinct], dtype=np.int64)
