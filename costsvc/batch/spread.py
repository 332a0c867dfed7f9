"""Intervals of single rows: those of their template, scaled."""

from collections.abc import Mapping

import numpy as np

from costsvc.batch.groups import combine
from costsvc.batch.shapes import Shape
from costsvc.batch.stacked import Rows
from costsvc.batch.sums import class_codes
from costsvc.model.uncertainty import percentiles, sample
from costsvc.units import Array

TOGETHER = 256
"""Templates whose draws are in memory at once."""


def intervals_of(shape: Shape, rows: Rows, numbers: Mapping[str, Array], names: tuple[str, ...]) -> Array:
    """The ends of the 90 % interval of each row relative to its value.

    They are exact if the results of a template are proportional to one number. Otherwise rows of a class have the
    ratios of the middle of the class.

    Args:
        shape: The shape of the rows.
        rows: The template of each row.
        numbers: The numbers that vary. [any]
        names: Numbers of a footprint.

    Returns:
        Low and high ends, each with a row per name and a column per row. [1]
    """
    distinct, index = combine([rows, class_codes(numbers, len(rows))], len(rows))
    templates = np.array([key[0] for key in distinct], dtype=np.int64)
    counts = np.bincount(index)
    middles = {name: np.exp(np.bincount(index, np.log(values)) / counts) for name, values in numbers.items()}
    ends = np.empty((2, len(names), len(distinct)))
    for first in range(0, len(distinct), TOGETHER):
        part = slice(first, first + TOGETHER)
        some = {name: values[part] for name, values in middles.items()}
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
