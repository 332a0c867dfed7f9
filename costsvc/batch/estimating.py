"""Estimates of a batch of rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from costsvc.batch.assigning import assign
from costsvc.batch.cells import read_names, read_numbers
from costsvc.batch.formats.format import Part, Translated
from costsvc.batch.groups import Codes, encode
from costsvc.batch.plan import ESTIMATED, RESULTS, Plan
from costsvc.batch.rejects import Reject
from costsvc.batch.row_numbers import ACTIVITIES, PARTS_OF, VARYING, factor_name
from costsvc.batch.shapes import Shape
from costsvc.batch.spread import intervals_of
from costsvc.batch.sums import Sums
from costsvc.batch.templates import Template, Templates
from costsvc.schemas.fields import Number
from costsvc.schemas.query import leaves
from costsvc.schemas.reading import SCHEMAS, find_errors
from costsvc.units import Array

FIGURES = tuple(RESULTS.values())
COST = FIGURES.index("total_usd")
TEMPLATE = "template"
"""Column of the template's number in the output."""
ROUNDING = 1e-9
"""Relative excess of parts of tokens over the whole that is rounding."""


class Estimates(NamedTuple):
    """What a batch gives.

    Attributes:
        results: A row for each row of the batch; null if it has no estimate.
        rejects: Rows that cannot be estimated.
        sums: Sums of the results, from which totals follow.
        skipped: How many rows are not about computing, by reason.
    """

    results: pa.RecordBatch
    rejects: list[Reject]
    sums: Sums
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Cells of the requests of one kind in a batch.

    Attributes:
        part: The requests.
        keep: Requests whose numbers are valid.
        texts: Text of each field that belongs to the template.
        numbers: Number of each field that may vary by row; NaN if it is not given. [any]
    """

    part: Part
    keep: npt.NDArray[np.bool_]
    texts: Mapping[str, pa.Array]
    numbers: Mapping[str, Array]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """Requests of one shape in a batch.

    Attributes:
        target: Their rows in the batch.
        templates: Their templates.
        shape: The shape.
        rows: Their templates as rows of the shape.
        numbers: Their numbers that vary. [any]
        activity: Amount to which their results are proportional. [any]
        results: Their results, a row per name. [any]
    """

    target: Codes
    templates: Codes
    shape: Shape
    rows: Codes
    numbers: Mapping[str, Array]
    activity: Array
    results: Array


def estimate(batch: pa.RecordBatch, plan: Plan, templates: Templates) -> Estimates:
    """Estimate the rows of a batch.

    Args:
        batch: Rows of a file.
        plan: How its columns become requests.
        templates: Templates of earlier batches, which are extended.

    Returns:
        Results, rejected rows and sums. It reads and writes no file.
    """
    read = plan.translate(batch)
    columns = {**{name: batch.column(name) for name in plan.by if name in batch.schema.names}, **read.added}
    labels = {name: read_names(columns[name]) for name in plan.groups if name in columns}
    rejects = list(read.rejects)
    sums = Sums(plan.groups)
    rows = batch.num_rows
    results = np.full((len(FIGURES), rows), np.nan)
    ids = np.full(rows, -1, dtype=np.int64)
    ends = np.full((2, len(FIGURES), rows), np.nan) if plan.intervals else None
    for run in (run for part in read.parts for run in _runs(part, templates, rejects)):
        target = run.target
        if len(target) == rows:
            results, ids = run.results, run.templates
        else:
            results[:, target], ids[target] = run.results, run.templates
        if ends is not None:
            low, high = intervals_of(run.shape, run.rows, run.numbers, FIGURES) * run.results
            ends[:, :, target] = np.minimum(low, high), np.maximum(low, high)
        taken = {name: label.take(pa.array(target)) for name, label in labels.items()}
        sums.add(taken, run.templates, run.activity, run.results if run.shape.varying else None, run.numbers)
    # where no estimate exists to compare with, the measured row still counts
    compared = np.full((len(FIGURES), rows if read.compared else 0), np.nan)
    for run in (run for part in read.compared for run in _runs(part, templates, [])):
        compared[:, run.target] = run.results
    further = _further(plan, read, results, compared)
    skipped = {reason: len(places) for reason, places in read.skipped.items()}
    return Estimates(_results(plan, results, ids, ends, {**read.added, **further}), rejects, sums, skipped)


def _runs(part: Part, templates: Templates, rejects: list[Reject]) -> Iterator["_Run"]:
    """The requests of a part by shape, with their results."""
    cells = _read_cells(part, rejects)
    assigned = _assign(cells, templates, rejects)
    of_template, row_of = templates.shape_rows()
    by_factor = {factor_name(name): values for name, values in cells.numbers.items()}
    for shape, places in _by_shape(assigned, of_template, templates):
        ids = assigned[places]
        rows, numbers = row_of[ids], {name: by_factor[name][places] for name in shape.varying}
        activity = _activity(cells, shape, places)
        results = shape.central(rows, numbers, FIGURES)
        if activity is not None:
            results *= activity
        yield _Run(
            target=part.rows[places],
            templates=ids,
            shape=shape,
            rows=rows,
            numbers=numbers,
            activity=np.ones(len(ids)) if activity is None else activity,
            results=results,
        )


def _further(plan: Plan, read: Translated, results: Array, compared: Array) -> dict[str, pa.Array]:
    """Columns of a format besides results: the estimate of measured rows, and the difference from what was billed."""
    columns = {}
    if read.compared:
        for place, name in enumerate(plan.names.values()):
            columns[f"{ESTIMATED}{name}"] = _with_nulls(compared[place])
    bill = None if plan.format is None else plan.format.bill
    if bill is not None:
        billed = read.added[bill.billed].to_numpy(zero_copy_only=False).astype(float)
        columns[bill.difference] = _with_nulls(results[COST] - billed)
    return columns


def _read_cells(part: Part, rejects: list[Reject]) -> _Cells:
    """Texts and numbers of some requests; requests with wrong numbers are rejected."""
    may_vary = (*ACTIVITIES[part.kind], *VARYING[part.kind])
    keep = np.ones(len(part.rows), dtype=bool)
    numbers: dict[str, Array] = {}
    fields = dict(leaves(SCHEMAS[part.kind]))
    for name in may_vary:
        if name in part.fields:
            read = read_numbers(part.fields[name])
            field = fields[name]
            if not isinstance(field, Number):
                raise TypeError(f"{name} is not a number")
            wrong = read.is_wrong | _outside(read.values, field)
            keep &= ~wrong
            rejects += _rejected(part, name, wrong, read.values)
            numbers[name] = read.values
    keep &= ~_check_parts(part, numbers, keep, rejects)
    texts = {name: read_names(column) for name, column in part.fields.items() if name not in may_vary}
    return _Cells(part=part, keep=keep, texts=texts, numbers=numbers)


def _outside(values: Array, field: Number) -> npt.NDArray[np.bool_]:
    limit = field.limit
    outside: npt.NDArray[np.bool_] = (values < limit.low) | (values > limit.high)
    if limit.least:
        outside |= (values != 0) & (np.abs(values) < limit.least)
    if limit.whole:
        outside |= values != np.floor(values)
    return outside


def _rejected(part: Part, name: str, wrong: npt.NDArray[np.bool_], values: Array) -> list[Reject]:
    """Rejects of wrong numbers, in the words of the API."""
    rejects, column = [], part.fields[name]
    for place in np.flatnonzero(wrong).tolist():
        cell = column[place].as_py()
        value = cell if np.isnan(values[place]) else float(values[place])
        outer, _, inner = name.rpartition(".")
        own: Mapping[str, object] = {inner: value if isinstance(value, float) else str(value)}
        reason = find_errors(part.kind, {outer: own} if outer else own)[name]
        rejects.append(_reject(part, place, name, reason, cell))
    return rejects


def _reject(part: Part, place: int, name: str, reason: str, cell: object) -> Reject:
    text = None if cell is None else str(cell)
    return Reject(row=int(part.rows[place]), column=part.columns.get(name, name), value=text, reason=reason)


def _check_parts(
    part: Part, numbers: Mapping[str, Array], keep: npt.NDArray[np.bool_], rejects: list[Reject]
) -> npt.NDArray[np.bool_]:
    """Reject requests whose parts of tokens exceed the whole."""
    wrong = np.zeros(len(keep), dtype=bool)
    for whole, names in PARTS_OF.items():
        given = [np.nan_to_num(numbers[name]) for name in names if name in numbers]
        if given:
            used = np.sum(given, axis=0)
            of = np.nan_to_num(numbers.get(whole, np.zeros(len(keep))))
            wrong |= used > of
    wrong &= keep
    for place in np.flatnonzero(wrong).tolist():
        one = {name: float(values[place]) for name, values in numbers.items() if not np.isnan(values[place])}
        tokens = {name: value for name, value in one.items() if "tokens" in name}
        for name, reason in find_errors(part.kind, tokens).items():
            if name in tokens:
                rejects.append(_reject(part, place, name, reason, part.fields[name][place].as_py()))
    return wrong


def _assign(cells: _Cells, templates: Templates, rejects: list[Reject]) -> Codes:
    """The template of each request, -1 if it is rejected."""
    part, size = cells.part, int(cells.keep.sum())
    keep = slice(None) if size == len(cells.keep) else np.flatnonzero(cells.keep)
    texts = {name: encode(column, templates.numbering(part.kind, name)) for name, column in cells.texts.items()}
    ids = assign(
        part.kind,
        {name: codes[keep] for name, codes in texts.items()},
        {name: values[keep] for name, values in cells.numbers.items()},
        size,
        templates,
        is_unused=part.is_unused,
    )
    assigned = np.full(len(part.rows), -1, dtype=np.int64)
    assigned[keep] = ids
    refused = templates.refused and templates.refused & set(np.unique(ids).tolist())
    for id_ in refused:
        rows = np.flatnonzero(assigned == id_)
        assigned[rows] = -1
        rejects += [one for row in rows.tolist() for one in _refused(cells, row, templates.all[id_])]
    return assigned


def _refused(cells: _Cells, row: int, template: Template) -> list[Reject]:
    part = cells.part
    rejects = []
    for name, reason in template.refusals.items():
        cell = part.fields[name][row].as_py() if name in part.fields else None
        rejects.append(_reject(part, row, name, reason, cell))
    return rejects


def _by_shape(assigned: Codes, of_template: Codes, templates: Templates) -> Iterator[tuple[Shape, Codes | slice]]:
    """The shapes of the requests, and which requests have each; a slice if all have."""
    is_assigned = assigned >= 0
    if not is_assigned.all():
        of_row = np.full_like(assigned, -1)
        of_row[is_assigned] = of_template[assigned[is_assigned]]
    else:
        of_row = of_template[assigned]
    rows = np.bincount(of_row[is_assigned])
    for place in np.flatnonzero(rows).tolist():
        is_all = rows[place] == len(assigned)
        yield templates.shapes.all[place], slice(None) if is_all else np.flatnonzero(of_row == place)


def _activity(cells: _Cells, shape: Shape, places: Codes | slice) -> Array | None:
    """Amount to which the results of each request are proportional; None if it is one for all."""
    activity = None
    if shape.activity is not None and shape.activity in cells.numbers:
        given = cells.numbers[shape.activity][places]
        activity = np.where(np.isnan(given), 1.0, given)
    if cells.part.weight is not None:
        weight = cells.part.weight[places]
        activity = weight if activity is None else activity * weight
    return activity


def _results(
    plan: Plan, results: Array, ids: Codes, ends: Array | None, added: Mapping[str, pa.Array]
) -> pa.RecordBatch:
    """Results as columns under the names of the output."""
    columns: dict[str, pa.Array] = dict(added)
    for place, name in enumerate(plan.names.values()):
        columns[name] = _with_nulls(results[place])
        if ends is not None:
            low, high = plan.end_names(name)
            columns[low] = _with_nulls(ends[0, place])
            columns[high] = _with_nulls(ends[1, place])
    columns[TEMPLATE] = pa.array(ids.astype(np.int32), mask=ids < 0)
    return pa.RecordBatch.from_pydict(columns)


def _with_nulls(values: Array) -> pa.Array:
    """Numbers as a column, null for NaN; without a copy if there is none, which their sum shows."""
    return pa.array(values, from_pandas=bool(np.isnan(values.sum())))
