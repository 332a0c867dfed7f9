"""Intervals of single rows."""

from collections.abc import Mapping

import numpy as np

from costsvc.batch.groups import combine
from costsvc.batch.shapes import Shape
from costsvc.batch.stacked import Rows
from costsvc.model.uncertainty import percentiles, sample
from costsvc.units import Array

TOGETHER = 256
"""Templates whose draws are in memory at once."""


def intervals_of(shape: Shape, rows: Rows, numbers: Mapping[str, Array], names: tuple[str, ...]) -> Array:
    """The ends of the 90 % interval of each row relative to its value.

    Rows of a template whose results are proportional to one number share their draws. Where other numbers vary, each
    distinct row has its own, so that its ends do not depend on which rows are in the same batch.

    Args:
        shape: The shape of the rows.
        rows: The template of each row.
        numbers: The numbers that vary. [any]
        names: Numbers of a footprint.

    Returns:
        Low and high ends, each with a row per name and a column per row. [1]
    """
    values = {name: np.unique(column, return_inverse=True) for name, column in numbers.items()}
    distinct, index = combine([rows, *(codes for _, codes in values.values())], len(rows))
    keys = np.array(distinct, dtype=np.int64).T
    templates = keys[0]
    own = {name: known[codes] for (name, (known, _)), codes in zip(values.items(), keys[1:], strict=True)}
    ends = np.empty((2, len(names), len(distinct)))
    for first in range(0, len(distinct), TOGETHER):
        part = slice(first, first + TOGETHER)
        some = {name: column[part] for name, column in own.items()}
        drawn = shape.draws(templates[part], some, names, sample)
        for place, draws in enumerate(drawn):
            ends[:, place, part] = _ratios(draws)
    return ends[:, :, index]


def _ratios(draws: Array) -> Array:
    """Low and high end relative to the central value, the first of each row [1]."""
    value = draws[:, 0]
    if draws.shape[1] == 1:
        return np.ones((2, len(value)))
    low, high = percentiles(draws[:, 1:])
    ends = np.array([np.minimum(low, value), np.maximum(high, value)])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(value == 0, 1.0, ends / value)
