"""Totals of groups with honest intervals, and the factors that they are unsure by.

Rows share factors: if the intensity of a grid is too high, it is too high for each row in that grid. So the draws of a
total are sums over templates of their draws, with the same draw of a factor in all of them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from costsvc.batch.groups import Codes, combine
from costsvc.batch.plan import RESULTS
from costsvc.batch.shapes import Shape
from costsvc.batch.sums import BINS, NUMBERS, Point, Sums, coarsened
from costsvc.batch.templates import Templates
from costsvc.estimates.answer import DRIVER_SHARE, DRIVERS
from costsvc.model.inputs import Number
from costsvc.model.uncertainty import DRAWS, Factor, percentiles, sample, shift_by_sigma
from costsvc.units import Array

FIGURES = tuple(RESULTS.values())
TOGETHER = 256
"""Templates, and groups, whose draws are in memory at once."""
MOST_POINTS = 8192
"""Classes of the templates of a shape from which on their number is halved, since each has draws of its own."""
DRIVEN = ("energy_kwh", "carbon_total_kg", "water_total_l", "cost_total_usd")
"""Results whose drivers are listed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """Rows of one shape that are alike, over all groups.

    Attributes:
        shape: The shape.
        rows: The template of each point, as its row in the shape.
        numbers: The mean of each number that varies, on a logarithmic scale. [any]
        index: The point of each entry.
        groups: The group of each entry.
        counts: Rows of each entry. [1]
        amounts: Sum of each result of each entry, a row per result; NaN if there is none. [any]
    """

    shape: Shape
    rows: Codes
    numbers: Mapping[str, Array]
    index: Codes
    groups: Codes
    counts: Array
    amounts: Array


def totals(sums: Sums, templates: Templates, by: Sequence[str] | None = None) -> pa.Table:
    """Totals by group.

    Args:
        sums: Sums of all rows.
        templates: Their templates.
        by: Columns by whose values totals are added up; some of those of the sums, and none for one total of all.
            Default: those of the sums.

    Returns:
        A row per group, in the order of its values: the values, ``rows``, and of each result its value, low and high
        end of the 90 % interval, null if no row has it, and the number of rows without it; ``drivers`` is JSON: for
        each total the factors with the largest shares of its variance.
    """
    by = sums.by if by is None else tuple(by)
    places = [sums.by.index(name) for name in by]
    keys = sorted({tuple(values[i] for i in places) for values in sums.groups.values}, key=_order)
    codes = {key: code for code, key in enumerate(keys)}
    of = np.array([codes[tuple(values[i] for i in places)] for values in sums.groups.values], dtype=np.int64)
    points = [one for point in sums.points() for one in _points(point, of, templates)]
    size = len(keys)
    values, missing = np.zeros((len(FIGURES), size)), np.zeros((len(FIGURES), size))
    rows, known = np.zeros(size), np.zeros((len(FIGURES), size))
    for one in points:
        rows += np.bincount(one.groups, one.counts, size)
        for place, amounts in enumerate(one.amounts):
            exists = ~np.isnan(amounts)
            values[place] += np.bincount(one.groups, np.nan_to_num(amounts), size)
            missing[place] += np.bincount(one.groups, np.where(exists, 0.0, one.counts), size)
            known[place] += np.bincount(one.groups, exists, size)
    ends = _ends(points, values)
    drivers = _drivers(points, size)
    columns: dict[str, pa.Array] = {
        name: pa.array([key[place] for key in keys], pa.string()) for place, name in enumerate(by)
    }
    columns["rows"] = pa.array(rows.astype(np.int64))
    for place, name in enumerate(RESULTS):
        for suffix, column in (("", values[place]), ("_low", ends[0, place]), ("_high", ends[1, place])):
            columns[f"{name}{suffix}"] = pa.array(np.where(known[place] > 0, column, np.nan), from_pandas=True)
        columns[f"{name}_missing_rows"] = pa.array(missing[place].astype(np.int64))
    columns["drivers"] = pa.array([json.dumps(one) for one in drivers], pa.string())
    return pa.table(columns)


def _order(key: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    """Order of groups: by value, rows without a value last."""
    return tuple((value is None, value or "") for value in key)


def _points(point: Point, of: Codes, templates: Templates) -> Iterator[_Points]:
    """The entries of sums by shape, with equal templates and classes as one point."""
    of_template, row_of = templates.places()
    of_entry = of_template[point.templates]
    for place in np.unique(of_entry).tolist():
        shape, taken = templates.shapes.all[place], np.flatnonzero(of_entry == place)
        rows, counts = row_of[point.templates[taken]], point.counts[taken]
        distinct, index = _alike(rows, point.classes[taken], len(shape.varying))
        total = np.bincount(index, counts, len(distinct))
        numbers = {
            name: np.exp(np.bincount(index, point.logs[taken, NUMBERS.index(name)], len(distinct)) / total)
            for name in shape.varying
        }
        of_point = np.array([key[0] for key in distinct], dtype=np.int64)
        if shape.varying:
            exists = ~np.isnan(shape.central(of_point, numbers, FIGURES))[:, index]
            amounts = np.where(exists, point.results[taken].T, np.nan)
        else:
            amounts = shape.central(rows, {}, FIGURES) * point.activity[taken]
        yield _Points(
            shape=shape,
            rows=of_point,
            numbers=numbers,
            index=index,
            groups=of[point.groups[taken]],
            counts=counts,
            amounts=amounts,
        )


def _alike(rows: Codes, classes: Codes, numbers: int) -> tuple[list[tuple[int, ...]], Codes]:
    """Distinct templates and classes, and that of each entry; of too many, neighbouring classes are one."""
    for halvings in range(int(np.log2(BINS)) + 1 if numbers else 1):
        distinct, index = combine([rows, coarsened(classes, numbers, halvings)], len(rows))
        if len(distinct) <= MOST_POINTS:
            break
    return distinct, index


def _ends(points: Sequence[_Points], values: Array) -> Array:
    """Low and high end of each result of each group [any]."""
    size = values.shape[1]
    ends = np.empty((2, *values.shape))
    for first in range(0, size, TOGETHER):
        groups = range(first, min(first + TOGETHER, size))
        drawn = np.zeros((len(FIGURES), len(groups), DRAWS + 1))
        for one in points:
            for part, weights in _weights(one, groups):
                draws = _relative(one, part, sample)
                drawn += weights @ np.broadcast_to(draws, (*draws.shape[:2], DRAWS + 1))
        for place, draws in enumerate(drawn):
            low, high = percentiles(draws[:, 1:])
            value = values[place, first : first + len(groups)]
            ends[:, place, first : first + len(groups)] = np.minimum(low, value), np.maximum(high, value)
    return ends


def _weights(points: _Points, groups: range) -> Iterator[tuple[Codes, Array]]:
    """Some points, and for each result the amount of each group at each of them."""
    chosen = np.flatnonzero((points.groups >= groups.start) & (points.groups < groups.stop))
    used = np.unique(points.index[chosen])
    for first in range(0, len(used), TOGETHER):
        part = used[first : first + TOGETHER]
        inside = chosen[np.isin(points.index[chosen], part)]
        cells = (points.groups[inside] - groups.start) * len(part) + np.searchsorted(part, points.index[inside])
        shape, amounts = (len(groups), len(part)), np.nan_to_num(points.amounts[:, inside])
        yield part, np.array([np.bincount(cells, row, shape[0] * shape[1]).reshape(shape) for row in amounts])


def _relative(points: _Points, part: Codes, number: Number) -> Array:
    """Draws of each result of some points relative to its central value; 0 if it does not exist [1]."""
    numbers = {name: values[part] for name, values in points.numbers.items()}
    draws = points.shape.draws(points.rows[part], numbers, FIGURES, number)
    return _over(draws, draws[:, :, :1])


def _over(draws: Array, value: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.where(value == 0, 1.0, draws / value), posinf=0.0, neginf=0.0)


def _drivers(points: Sequence[_Points], size: int) -> list[dict[str, list[dict[str, object]]]]:
    """For each group and total the factors with the largest shares of its variance, as far as it is linear."""
    places = [tuple(RESULTS).index(name) for name in DRIVEN]
    variances: dict[str, Array] = {}
    for one in points:
        for name in _names(one):
            found = variances.setdefault(name, np.zeros((len(places), size)))
            found += _variance(one, name, places, size)
    if not variances:
        return [{} for _ in range(size)]
    names, table = list(variances), np.array(list(variances.values()))
    whole = table.sum(axis=0)
    shares = np.divide(table, whole, out=np.zeros_like(table), where=whole > 0)
    return [
        {total: _largest(names, shares[:, place, group]) for place, total in enumerate(DRIVEN)} for group in range(size)
    ]


def _names(points: _Points) -> list[str]:
    """Names of the factors with width in some templates."""
    found = {factor.name: None for row in np.unique(points.rows).tolist() for factor in _uncertain(points.shape, row)}
    return list(found)


def _uncertain(shape: Shape, row: int) -> list[Factor]:
    return [factor for factor in shape.factors(row) if factor.low != factor.high]


def _variance(points: _Points, name: str, places: Sequence[int], size: int) -> Array:
    """The variance of each total by one factor: templates with the same figure move together.

    Figures of the same name that differ, such as the intensities of two grids, are independent.
    """
    variance = np.zeros((len(places), size))
    identities = _identities(points, name)
    for first in range(0, size, TOGETHER):
        groups = range(first, min(first + TOGETHER, size))
        moved: dict[int, Array] = {}
        for part, weights in _weights(points, groups):
            shift = (_shifted(points, part, name, 1.0) - _shifted(points, part, name, -1.0)) / 2
            by_point = weights[places] * shift[places][:, None, :]
            for identity in np.unique(identities[part]).tolist():
                if identity >= 0:
                    total = by_point[:, :, identities[part] == identity].sum(axis=2)
                    moved[identity] = moved.get(identity, np.zeros_like(total)) + total
        for total in moved.values():
            variance[:, groups.start : groups.stop] += total**2
    return variance


def _identities(points: _Points, name: str) -> Codes:
    """A number for the figure of a name that each point has; -1 if it has none."""
    numbers: dict[str, int] = {}
    of_row: dict[int, int] = {}
    for row in np.unique(points.rows).tolist():
        of_row[row] = -1
        for factor in _uncertain(points.shape, row):
            if factor.name == name:
                of_row[row] = numbers.setdefault(factor.identity, len(numbers))
    return np.array([of_row[row] for row in points.rows.tolist()], dtype=np.int64)


def _shifted(points: _Points, part: Codes, name: str, deviations: float) -> Array:
    """Results of some points with one factor shifted, relative to the central values [1]."""

    def number(factor: Factor) -> float:
        return shift_by_sigma(factor, deviations) if factor.name == name and factor.low != factor.high else factor.value

    numbers = {one: values[part] for one, values in points.numbers.items()}
    shifted = points.shape.draws(points.rows[part], numbers, FIGURES, number)
    return _over(shifted, points.shape.central(points.rows[part], numbers, FIGURES)[:, :, None])[:, :, 0]


def _largest(names: Sequence[str], shares: Array) -> list[dict[str, object]]:
    order = np.argsort(-shares)[:DRIVERS]
    return [
        {"name": names[place], "share": round(float(shares[place]), 4)}
        for place in order
        if shares[place] >= DRIVER_SHARE
    ]
