"""Sums of results by group, template and class, from which totals with honest intervals follow.

Adding is associative: sums of parts of a file in any order give the sums of the whole. The intervals come later, from
one set of draws for each template, since rows that share a factor are wrong together.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costsvc.batch.groups import Codes, Numbering, combine, distinct_rows, encode
from costsvc.batch.plan import RESULTS
from costsvc.batch.row_numbers import ACCELERATOR_HOURS, VARYING, factor_name
from costsvc.batch.templates import Templates
from costsvc.units import Array

NUMBERS = tuple(
    dict.fromkeys((ACCELERATOR_HOURS, *(factor_name(name) for names in VARYING.values() for name in names)))
)
"""Numbers that vary, in the order of their columns."""
WIDTHS: Mapping[int, float] = {0: 1.0, 1: 1.1, 2: 1.25}
"""Ratio of the ends of a class by how many numbers vary; wider for more, since classes multiply."""
WIDEST = 1.3
BINS = 512
"""Classes of a number: from its least value to its largest in steps of the width."""
ROBUST = ("output_tokens",) * 4
"""Numbers whose classes become wider first: the ends of a total hardly depend on them."""
MOST_CLASSED = 6
"""Numbers whose classes fit a code."""
COMPACT = 2**18
"""Entries from which on equal ones are added up."""
BLOCK = 2**16
"""Rows of a table of sums that are made or read at once, so that their texts fit a column."""
Entries = tuple[Codes, Array]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """Sums over rows that are alike: of one template and class.

    Attributes:
        groups: Group of each entry.
        templates: Template of each entry.
        classes: Class of each entry.
        counts: Rows. [1]
        activity: Sum of the activity. [any]
        results: Sum of each result, a row per entry; zero if results follow from the activity. [any]
        logs: Sum of the logarithm of each number that varies, a row per entry. [1]
    """

    groups: Codes
    templates: Codes
    classes: Codes
    counts: Array
    activity: Array
    results: Array
    logs: Array


class Sums:
    """Sums by group, template and class.

    Attributes:
        by: Names of the columns by whose values rows are grouped.
        groups: The values of each group.
    """

    def __init__(self, by: Sequence[str]) -> None:
        self.by = tuple(by)
        self.groups: Numbering[tuple[str | None, ...]] = Numbering()
        self._entries: list[Entries] = []
        self._held = 0

    def add(
        self,
        labels: Mapping[str, pa.Array],
        templates: Codes,
        activity: Array,
        results: Array | None,
        numbers: Mapping[str, Array],
    ) -> None:
        """Add rows.

        Args:
            labels: The text of each column of ``by``.
            templates: The template of each row.
            activity: Amount to which its results are proportional. [any]
            results: Results, a row per name; None if they are proportional to the activity alone. [any]
            numbers: Numbers that vary. [any]
        """
        groups = self._group_codes(labels, len(templates))
        logs = {name: np.log(values) for name, values in numbers.items()}
        classes = class_codes(logs, len(templates))
        values: list[Array | None] = [np.ones(len(templates)), activity]
        if results is not None:
            values += [np.nan_to_num(row) if np.isnan(row.sum()) else row for row in results]
            values += [logs.get(name) for name in NUMBERS]
        self._append(_added((groups, templates, classes), values))

    def merge(self, other: "Sums") -> Self:
        """Add other sums of the same templates.

        Args:
            other: The other sums, by the same columns.
        """
        codes = np.array([self.groups.code(values) for values in other.groups.values], dtype=np.int64)
        for keys, values in other._entries:
            self._append((np.array([codes[keys[0]], keys[1], keys[2]]), values))
        return self

    def _append(self, entries: Entries) -> None:
        self._entries.append(entries)
        self._held += entries[0].shape[1]
        if self._held > COMPACT:
            self._compact()

    def _compact(self) -> None:
        """Add up equal entries."""
        kept = []
        for size in sorted({values.shape[0] for _, values in self._entries}):
            alike = [(keys, values) for keys, values in self._entries if values.shape[0] == size]
            keys = np.concatenate([keys for keys, _ in alike], axis=1)
            kept.append(_added(list(keys), list(np.concatenate([values for _, values in alike], axis=1))))
        self._entries = kept
        self._held = -sum(keys.shape[1] for keys, _ in kept)

    def points(self) -> Iterator[Point]:
        """The sums: first those proportional to an activity, then the others."""
        self._compact()
        for keys, values in self._entries:
            has_results = values.shape[0] > len(("count", "activity"))
            size = keys.shape[1]
            yield Point(
                groups=keys[0],
                templates=keys[1],
                classes=keys[2],
                counts=values[0],
                activity=values[1],
                results=values[2 : 2 + len(RESULTS)].T if has_results else np.zeros((size, 0)),
                logs=values[2 + len(RESULTS) :].T if has_results else np.zeros((size, 0)),
            )

    def as_table(self, templates: Templates) -> pa.Table:
        """The sums as rows, by the specification of templates, so that another process can read them.

        Args:
            templates: The templates.
        """
        blocks = [
            _as_batch(point, slice(start, start + BLOCK), self.groups, templates)
            for point in self.points()
            for start in range(0, len(point.counts), BLOCK)
        ]
        return pa.Table.from_batches(blocks, schema=SCHEMA)

    @classmethod
    def from_table(cls, table: pa.Table, by: Sequence[str], templates: Templates) -> Self:
        """The sums in a table.

        Args:
            table: A table of :meth:`as_table`.
            by: Names of the columns by whose values rows are grouped.
            templates: The templates, which are extended.
        """
        sums = cls(by)
        for batch in table.to_batches(max_chunksize=BLOCK):
            groups = _read_once(batch.column("group"), lambda text: sums.groups.code(tuple(json.loads(text))))
            found = _read_once(batch.column("template"), lambda text: templates.read(text).id)
            keys = np.array([groups, found, batch.column("class").to_numpy()])
            scalars = [batch.column(name).to_numpy() for name in ("count", "activity")]
            has_results = pc.list_value_length(batch.column("results")).to_numpy() > 0
            for chosen in (~has_results, has_results):
                if chosen.any():
                    lists = [_as_matrix(batch.column(name).filter(pa.array(chosen))) for name in ("results", "logs")]
                    values = [*(one[chosen] for one in scalars), *(row for matrix in lists for row in matrix.T)]
                    sums._append((keys[:, chosen], np.array(values)))
        return sums

    def _group_codes(self, labels: Mapping[str, pa.Array], rows: int) -> Codes:
        numberings: list[Numbering[str | None]] = [Numbering() for _ in self.by]
        codes = [encode(labels[name], numbering) for name, numbering in zip(self.by, numberings, strict=True)]
        distinct, index = combine(codes, rows)
        found = [
            tuple(numbering.values[code] for numbering, code in zip(numberings, key, strict=True)) for key in distinct
        ]
        return np.array([self.groups.code(values) for values in found], dtype=np.int64)[index]


SCHEMA = pa.schema(
    [
        ("group", pa.string()),
        ("template", pa.string()),
        ("class", pa.int64()),
        ("count", pa.float64()),
        ("activity", pa.float64()),
        ("results", pa.list_(pa.float64())),
        ("logs", pa.list_(pa.float64())),
    ]
)
"""Columns of sums as a table."""


def _as_batch(
    point: Point, entries: slice, groups: Numbering[tuple[str | None, ...]], templates: Templates
) -> pa.RecordBatch:
    """Some entries as rows of a table."""

    def specification(code: int) -> str:
        return templates.all[code].as_json()

    columns = [
        _write_once(point.groups[entries], lambda code: json.dumps(groups.values[code])),
        _write_once(point.templates[entries], specification),
        *map(pa.array, (point.classes[entries], point.counts[entries], point.activity[entries])),
        _as_lists(point.results[entries]),
        _as_lists(point.logs[entries]),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _write_once(codes: Codes, text_of: Callable[[int], str]) -> pa.Array:
    """The text of each code, made once for each distinct code."""
    distinct, index = np.unique(codes, return_inverse=True)
    return pa.array([text_of(code) for code in distinct.tolist()], pa.string()).take(pa.array(index))


def _read_once(texts: pa.Array, code_of: Callable[[str], int]) -> Codes:
    """The code of each text, found once for each distinct text."""
    encoded = texts.dictionary_encode()
    codes = np.array([code_of(text) for text in encoded.dictionary.to_pylist()], dtype=np.int64)
    found: Codes = codes[encoded.indices.to_numpy()]
    return found


def _as_lists(matrix: Array) -> pa.Array:
    rows, width = matrix.shape
    return pa.ListArray.from_arrays(pa.array(np.arange(rows + 1, dtype=np.int32) * width), pa.array(matrix.ravel()))


def _as_matrix(lists: pa.Array) -> Array:
    values: Array = lists.flatten().to_numpy()
    return values.reshape(len(lists), -1)


def class_codes(logs: Mapping[str, Array], rows: int) -> Codes:
    """The class of each row: the step of each number that varies.

    Args:
        logs: Logarithms of the numbers that vary. [1]
        rows: Number of rows.
    """
    width = np.log(WIDTHS.get(len(logs), WIDEST))
    codes = np.zeros(rows, dtype=np.int64)
    for name in _classed(logs):
        step = np.floor(logs[name] / width) + BINS // 2
        codes = codes * BINS + np.clip(step, 0, BINS - 1).astype(np.int64)
    return codes


def _classed(varying: Collection[str]) -> list[str]:
    """The numbers that have classes, as many as a code has room for; of further ones only the mean is kept."""
    return [name for name in NUMBERS if name in varying][:MOST_CLASSED]


def coarsened(classes: Codes, varying: Collection[str], steps: int) -> Codes:
    """Classes of which several are one: with each step two neighbours of one number.

    Args:
        classes: Classes of rows, as :func:`class_codes` gives them.
        varying: The numbers that vary.
        steps: How many steps.
    """
    names = _classed(varying)
    order = [*(name for name in ROBUST if name in names), *names * (steps // max(len(names), 1) + 1)]
    halvings = Counter(order[:steps])
    coarse, rest = np.zeros_like(classes), classes
    for place, name in enumerate(reversed(names)):
        coarse += (rest % BINS >> halvings[name]) * BINS**place
        rest = rest // BINS
    return coarse


def _added(keys: Sequence[Codes], values: Sequence[Array | None]) -> Entries:
    """Entries with equal keys added up; None for values that are all zero."""
    rows = len(keys[0])
    first, index = distinct_rows(keys, rows)
    size = len(first)
    sums = np.zeros((len(values), size))
    for place, row in enumerate(values):
        if row is not None:
            sums[place] = row if size == rows else np.bincount(index, row, size)
    return np.array([one[first] for one in keys]), sums
