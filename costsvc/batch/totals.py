"""Totals of groups with honest intervals, and the factors that they are unsure by.

Rows share factors: if the intensity of a grid is too high, it is too high for each row in that grid. So the draws of a
total are sums over templates of their draws, with the same draw of a factor in all of them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from costsvc.batch.groups import Codes, Numbering, combine
from costsvc.batch.plan import RESULTS
from costsvc.batch.shapes import Shape
from costsvc.batch.sums import BINS, NUMBERS, Point, Sums, coarsened
from costsvc.batch.templates import Templates
from costsvc.estimates.answer import DRIVER_SHARE, DRIVERS
from costsvc.model.inputs import Number
from costsvc.model.uncertainty import DRAWS, percentiles, sample
from costsvc.units import Array

FIGURES = tuple(RESULTS.values())
TOGETHER = 256
"""Templates, and groups, whose draws are in memory at once."""
MOST_POINTS = 2**14
"""Classes of the templates of a shape from which on their number is halved, since each has draws of its own."""
DRIVEN_TOGETHER = 64
"""Groups whose drivers are computed at once."""
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
    of_template, row_of = templates.shape_rows()
    of_entry = of_template[point.templates]
    for place in np.unique(of_entry).tolist():
        shape, taken = templates.shapes.all[place], np.flatnonzero(of_entry == place)
        rows, counts = row_of[point.templates[taken]], point.counts[taken]
        distinct, index = _alike(rows, point.classes[taken], shape.varying)
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


def _alike(rows: Codes, classes: Codes, varying: Sequence[str]) -> tuple[list[tuple[int, ...]], Codes]:
    """Distinct templates and classes, and that of each entry; of too many, neighbouring classes are one."""
    for steps in range(len(varying) * int(np.log2(BINS)) + 1):
        distinct, index = combine([rows, coarsened(classes, varying, steps)], len(rows))
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
    names = list(dict.fromkeys(name for one in points for table in one.shape.tables for name in table.uncertain()))
    if not names:
        return [{} for _ in range(size)]
    variances = np.array([_variances(points, name, places, size) for name in names])
    whole = variances.sum(axis=0)
    shares = np.divide(variances, whole, out=np.zeros_like(variances), where=whole > 0)
    return [
        {total: _largest(names, shares[:, place, group]) for place, total in enumerate(DRIVEN)} for group in range(size)
    ]


def _variances(points: Sequence[_Points], name: str, places: Sequence[int], size: int) -> Array:
    """The variance of each total of each group by the figures of one name.

    Templates with the same figure move together. Figures that differ, such as the intensities of two grids, are
    independent.
    """
    variance = np.zeros((len(places), size))
    numbering: Numbering[str] = Numbering()
    moves = []
    for one in points:
        identities = one.shape.identities(name, numbering)[one.rows]
        if (identities >= 0).any():
            moves.append((one, identities, _shift(one, name)[places]))
    for first in range(0, size, DRIVEN_TOGETHER):
        groups = range(first, min(first + DRIVEN_TOGETHER, size))
        moved = np.zeros((len(numbering.values), len(places), len(groups)))
        for one, identities, shift in moves:
            for part, weights in _weights(one, groups):
                has = identities[part] >= 0
                by_point = weights[places][:, :, has] * shift[:, None, part[has]]
                np.add.at(moved, identities[part[has]], by_point.transpose(2, 0, 1))
        variance[:, groups.start : groups.stop] = (moved**2).sum(axis=0)
    return variance


def _shift(points: _Points, name: str) -> Array:
    """Change of the results of each point by one standard deviation of a factor, relative to their values [1]."""
    ends = [points.shape.shifted(points.rows, points.numbers, FIGURES, (name, way)) for way in (1.0, -1.0)]
    central = points.shape.central(points.rows, points.numbers, FIGURES)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num((ends[0] - ends[1]) / 2 / central, posinf=0.0, neginf=0.0)


def _largest(names: Sequence[str], shares: Array) -> list[dict[str, object]]:
    order = np.argsort(-shares)[:DRIVERS]
    return [
        {"name": names[place], "share": round(float(shares[place]), 4)}
        for place in order
        if shares[place] >= DRIVER_SHARE
    ]
