"""Robust non-linear least squares in plain numpy, enough for fits with some dozens of unknowns."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costsvc.units import Array

Residuals = Callable[[Array], Array]
STEP = 1e-5
"""Width of the finite differences; unknowns are logarithms, so it is relative."""
LONGEST_STEP = 1.0
"""No unknown moves by more than a factor of e in one step."""
TINY = 1e-12
"""Keeps the equations solvable where an unknown is held or nothing speaks about it."""
SETTLED = 1e-6
"""A round that lowers the cost by a smaller share ends the search."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """Where to look for the unknowns.

    Attributes:
        start: First guess, and the centre to which unknowns that nothing speaks about return.
        low: Lower bounds.
        high: Upper bounds.
        scale: Residual beyond which a row counts linearly instead of squared.
        pull: Weight of the pull towards the start, per unit of distance.
    """

    start: Array
    low: Array
    high: Array
    scale: float = 0.25
    pull: float = 0.15


def solve(residuals: Residuals, search: Search, rounds: int = 60) -> Array:
    """Minimise a soft sum of absolute residuals by damped Gauss-Newton steps.

    Args:
        residuals: Residuals at given unknowns.
        search: Start, bounds and robustness.
        rounds: Most steps that are taken. [1]

    Returns:
        The unknowns.

    References:
        K. Levenberg, Quarterly of Applied Mathematics 2(2), 1944, doi:10.1090/qam/10666.
    """
    unknowns, damping = search.start.copy(), 1e-2
    result = residuals(unknowns)
    cost = _cost(result, unknowns, search)
    for _ in range(rounds):
        matrix, gradient = _normal_equations(residuals, unknowns, result, search)
        step = _improved(residuals, unknowns, cost, (matrix, gradient, damping), search)
        if step is None:
            break
        unknowns, result, lower, damping = step
        settled, cost = cost - lower < SETTLED * cost, lower
        if settled:
            break
    return unknowns


def _cost(result: Array, unknowns: Array, search: Search) -> float:
    """Pseudo-Huber sum of the residuals and squared pull towards the start."""
    rows = 2 * search.scale**2 * np.sum(np.sqrt(1 + (result / search.scale) ** 2) - 1)
    return float(rows + np.sum((search.pull * (unknowns - search.start)) ** 2))


def _normal_equations(residuals: Residuals, unknowns: Array, values: Array, search: Search) -> tuple[Array, Array]:
    free = np.flatnonzero(search.high > search.low)
    slopes = np.zeros((values.size, unknowns.size))
    for index in free:
        moved = unknowns.copy()
        moved[index] += STEP
        slopes[:, index] = (residuals(moved) - values) / STEP
    weights = 1 / np.sqrt(1 + (values / search.scale) ** 2)
    matrix = slopes.T @ (slopes * weights[:, None]) + np.eye(unknowns.size) * search.pull**2
    gradient = slopes.T @ (weights * values) + search.pull**2 * (unknowns - search.start)
    return matrix, gradient


def _improved(
    residuals: Residuals,
    unknowns: Array,
    cost: float,
    equations: tuple[Array, Array, float],
    search: Search,
) -> tuple[Array, Array, float, float] | None:
    """The first step, ever more damped, that lowers the cost; None if none does."""
    matrix, gradient, damping = equations
    for _ in range(12):
        damped = matrix + np.diag(damping * np.diag(matrix) + TINY)
        step = np.clip(np.linalg.solve(damped, -gradient), -LONGEST_STEP, LONGEST_STEP)
        tried = np.clip(unknowns + step, search.low, search.high)
        result = residuals(tried)
        lower = _cost(result, tried, search)
        if lower < cost:
            return tried, result, lower, max(damping / 5, 1e-9)
        damping *= 4
    return None
