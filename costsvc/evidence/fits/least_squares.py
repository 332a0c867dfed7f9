"""Robust non-linear least squares."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from costsvc.units import Array

Residuals = Callable[[Array], Array]
TOLERANCE = 1e-9
"""Relative change of the cost or the unknowns that ends the search."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """Where to look for the unknowns.

    Attributes:
        start: First guess, and the centre of the pull.
        low: Lower bounds; equal to the upper ones, they fix an unknown.
        high: Upper bounds.
        scale: Residual beyond which a row counts linearly instead of squared.
        pull: Weight of the pull towards the start, per unit of distance.
    """

    start: Array
    low: Array
    high: Array
    scale: float = 0.25
    pull: float = 0.15


def solve(residuals: Residuals, search: Search) -> Array:
    """Minimise the pseudo-Huber sum of the residuals and the squared distance from the start.

    Args:
        residuals: Residuals at given unknowns; they must be finite.
        search: Start, bounds and robustness.

    Returns:
        The unknowns.
    """
    free = search.high > search.low
    low, high, start = search.low[free], search.high[free], search.start[free]

    def complete(chosen: Array) -> Array:
        unknowns = search.start.copy()
        unknowns[free] = chosen
        return unknowns

    def with_pull(chosen: Array) -> Array:
        return np.concatenate([residuals(complete(chosen)), search.pull * (chosen - start)])

    found = least_squares(
        with_pull,
        np.clip(start, low, high),
        bounds=(low, high),
        method="dogbox",
        loss=lambda squares: _loss(squares, start.size),
        f_scale=search.scale,
        ftol=TOLERANCE,
        xtol=TOLERANCE,
        gtol=TOLERANCE,
    )
    return complete(found.x)


def _loss(squares: Array, unknowns: int) -> Array:
    """Pseudo-Huber loss of the residuals and squared loss of the pull, each with two derivatives."""
    rows, pull = 1 + squares[:-unknowns], squares[-unknowns:]
    robust = np.stack([2 * (np.sqrt(rows) - 1), rows**-0.5, -0.5 * rows**-1.5])
    return np.hstack([robust, np.stack([pull, np.ones_like(pull), np.zeros_like(pull)])])
