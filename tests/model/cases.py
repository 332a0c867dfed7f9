"""Shared tests of formulas: a hand calculation, arrays row by row, and NaN for NaN."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pytest


class Case(NamedTuple):
    formula: Callable[..., object]
    numbers: Sequence[float]
    expected: float


def by_name(cases: Sequence[Case]) -> list[object]:
    """The cases as parameters, numbered where a formula has several."""
    return [pytest.param(*case, id=f"{case.formula.__name__}-{i}") for i, case in enumerate(cases)]


def by_row(formula: Callable[..., object], numbers: Sequence[float]) -> tuple[object, list[object]]:
    """What the formula makes of arrays whose rows differ, and what it makes of each row alone."""
    rows = [[number * scale for number in numbers] for scale in (1.0, 0.5, 0.9)]
    columns = (np.array(column) for column in zip(*rows, strict=True))
    return formula(*columns), [formula(*row) for row in rows]


def with_nan_in_each(formula: Callable[..., object], numbers: Sequence[float]) -> list[object]:
    """What the formula makes of its numbers when one after the other is NaN."""
    return [formula(*numbers[:i], np.nan, *numbers[i + 1 :]) for i in range(len(numbers))]
