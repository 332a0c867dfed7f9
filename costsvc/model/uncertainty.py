"""Factors, their draws, and the interval of a result.

A *sample* of a factor is an array: the first element is the central value, the others are draws.
So one run of a formula gives the value and its interval. A factor without width is a plain float.
The draws form a Latin hypercube: all factors have the same normal quantiles, each in an order
that follows from its identity. Factors with the same identity therefore have the same draws.

References:
    M. D. McKay, R. J. Beckman, W. J. Conover, "A Comparison of Three Methods for Selecting Values
    of Input Variables", Technometrics 21 (1979), doi:10.2307/1268522.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from statistics import NormalDist
from typing import Literal, TypeAlias, TypeVar

import numpy as np

from costsvc.errors import NotFiniteError
from costsvc.model.quantities import OpenQuantity, Quantity
from costsvc.units import Array, Numeric

Origin = Literal["request", "table", "default", "measured", "inferred", "overlay"]
Scale = Literal["log", "above-one", "share"]
Bounded = TypeVar("Bounded", Array, float)

DRAWS = 256
TAIL = 0.05
QUANTILES: Array = np.array([NormalDist().inv_cdf((i + 0.5) / DRAWS) for i in range(DRAWS)])
NORMAL_TAIL = -NormalDist().inv_cdf(TAIL)
RIDGE = 1e-6
"""Ridge term of the regression; small against the diagonal (256)."""

RANGE: Mapping[Scale, tuple[float, float]] = {
    "log": (0.0, np.inf),
    "above-one": (1.0, np.inf),
    "share": (0.0, 1.0),
}
Transform: TypeAlias = Callable[[Array], Array]
TRANSFORM: Mapping[Scale, tuple[Transform, Transform]] = {
    "log": (np.log, np.exp),
    "above-one": (lambda x: np.log(x - 1), lambda t: 1 + np.exp(t)),
    "share": (lambda x: np.log(x / (1 - x)), lambda t: 1 / (1 + np.exp(-t))),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factor:
    """One input number of an estimate, with its interval and its source; compared by identity, for speed.

    Attributes:
        name: Its name, the same in every answer.
        value: Central value, in ``unit``.
        low: Lower end of its 90 % interval, in ``unit``.
        high: Upper end of its 90 % interval, in ``unit``.
        unit: Unit of the three.
        origin: Where it comes from: the request, a table, a default, a measurement or an overlay.
        source_id: Publication in sources.csv, if it has one.
        locator: Place in that publication.
        year: Year for which the figure is valid, if it ages.
        as_of: Day, month or year on which it was last valid, if it ages.
        old_from: First day on which it counts as old.
        identity: Key of its draws; factors with equal identities have equal draws.
        scale: Scale on which it is drawn.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    origin: Origin
    identity: str
    source_id: str | None = None
    locator: str | None = None
    year: int | None = None
    as_of: str | None = None
    old_from: date | None = None
    scale: Scale = "log"


def sample(factor: Factor) -> Numeric:
    """The factor's central value followed by its draws, or the value alone if it has no width.

    The lower half of the draws spans value to low and the upper half value to high, each on the
    factor's scale, so that 90 % of them lie between low and high. If the value or an end lies
    on a bound of the scale, the draws are linear and clipped to the valid range.

    Args:
        factor: The factor.

    Returns:
        The sample, in its unit. [any]
    """
    return factor.value if factor.low == factor.high else _draw(factor)


@lru_cache(maxsize=8192)
def _draw(factor: Factor) -> Array:
    bottom, top = RANGE[factor.scale]
    ends = np.array([factor.low, factor.value, factor.high])
    if bottom < ends[0] and ends[2] < top:
        forward, back = TRANSFORM[factor.scale]
        drawn = back(_spread(forward(ends), factor.identity))
    else:
        drawn = np.clip(_spread(ends, factor.identity), bottom, top)
    result = np.concatenate([[factor.value], drawn])
    result.flags.writeable = False
    return result


def _spread(ends: Array, identity: str) -> Array:
    low, centre, high = ends
    z = _ordered_quantiles(identity) / NORMAL_TAIL
    spread: Array = centre + np.where(z < 0, z * (centre - low), z * (high - centre))
    return spread


@lru_cache(maxsize=8192)
def _ordered_quantiles(identity: str) -> Array:
    seed = int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).permutation(QUANTILES)


def quantities(results: Sequence[Numeric | None]) -> list[Quantity | None]:
    """The value and 90 % interval of each result.

    Args:
        results: Samples, or floats if they have no width; None for a result that does not
            exist. [any]

    Returns:
        One quantity per result, in its unit. The interval always contains the value. [any]

    Raises:
        NotFiniteError: If one of the numbers is not finite.
    """
    wide = {id(result): result for result in results if isinstance(result, np.ndarray)}
    with_width = _as_quantities(finite(_intervals(list(wide.values())))) if wide else []
    by_id = dict(zip(wide, with_width, strict=True))
    return [None if result is None else by_id.get(id(result)) or _quantity(result) for result in results]


def open_quantity(result: Numeric | None) -> OpenQuantity | None:
    """The value and 90 % interval of a result that does not exist in some draws.

    Args:
        result: A sample; a draw in which it does not exist is infinite or NaN. [any]

    Returns:
        A quantity; an end without a bound is None. [any]

    Raises:
        NotFiniteError: If the central value is not finite.
    """
    if result is None:
        return None
    finite(central_value(result))
    if not isinstance(result, np.ndarray):
        return {**_quantity(result)}
    ((value, low, high),) = _intervals([result]).tolist()
    return {"value": value, "low": low if isfinite(low) else None, "high": high if isfinite(high) else None}


def finite(numbers: Bounded) -> Bounded:
    """Check that numbers are finite, and return them.

    Args:
        numbers: Any numbers. [any]

    Returns:
        The same numbers. [any]

    Raises:
        NotFiniteError: If one of them is not finite.
    """
    if not np.isfinite(numbers).all():
        raise NotFiniteError
    return numbers


def _intervals(samples: Sequence[Array]) -> Array:
    """A row of value, low and high for each sample with width."""
    table = np.array(np.broadcast_arrays(*samples)) if len({one.size for one in samples}) > 1 else np.array(samples)
    values = table[:, 0]
    lows, highs = percentiles(table[:, 1:])
    return np.array([values, np.minimum(lows, values), np.maximum(highs, values)]).T


def _as_quantities(ends: Array) -> list[Quantity]:
    return [{"value": value, "low": low, "high": high} for value, low, high in ends.tolist()]


def central_value(result: Numeric) -> float:
    """The central value of a sample.

    Args:
        result: A sample, or a number without width. [any]

    Returns:
        Its central value, in the same unit. [any]

    Raises:
        ValueError: If it is a column of several rows, which has no single value.
    """
    if not isinstance(result, np.ndarray):
        return float(result)
    if result[..., 0].size != 1:
        raise ValueError(f"must have one row, got {result[..., 0].size}")
    return float(result[..., 0].item())


def percentiles(draws: Array) -> tuple[Array, Array]:
    """The 5th and 95th percentile of each row of draws.

    Args:
        draws: A row of draws per result; an infinite draw counts as the largest. [any]

    Returns:
        The two percentiles of each row, in its unit. [any]
    """
    count = draws.shape[1]
    place = TAIL * (count - 1)
    below, weight = int(place), place - int(place)
    above = count - 1 - below
    ordered = np.partition(draws, (below, below + 1, above - 1, above), axis=1)
    near, far = ordered[:, (below, above)], ordered[:, (below + 1, above - 1)]
    with np.errstate(invalid="ignore"):
        ends = near + (far - near) * weight
    if not np.isfinite(ends).all():
        # the difference of two infinite draws is NaN
        ends = np.where(near == far, near, ends)
    return ends[:, 0], ends[:, 1]


def _quantity(result: Numeric) -> Quantity:
    """A quantity without width."""
    value = float(result)
    if not isfinite(value):
        raise NotFiniteError
    return {"value": value, "low": value, "high": value}


def variance_shares(identities: Sequence[str], results: Sequence[Array]) -> list[list[float]]:
    """Each factor's share of the variance of each result.

    The result is regressed on all factors at once. So a factor without effect gets no share, even
    if its draws correlate by chance with those of another. The squared coefficients are scaled to
    sum to one; an interaction counts towards the factors that it joins.

    Args:
        identities: Identities of the uncertain factors.
        results: Samples with width. [any]

    Returns:
        For each result the share of each factor. [1]
    """
    if not identities or not results:
        return [[] for _ in results]
    squared = slopes(identities, results) ** 2
    sums = squared.sum(axis=1, keepdims=True)
    shares: list[list[float]] = np.divide(squared, sums, out=np.zeros_like(squared), where=sums > 0).tolist()
    return shares


def slopes(identities: Sequence[str], results: Sequence[Array]) -> Array:
    """Coefficients of a regression of each result on all factors.

    Args:
        identities: Identities of the uncertain factors, at least one.
        results: Samples with width, at least one. [any]

    Returns:
        A row per result and a column per factor: the change of the result if the factor changes by one
        standard deviation of its draws. [any]
    """
    # the quantiles sum to zero, so the mean of a result drops out of the product
    coefficients: Array = np.array(results)[:, 1:] @ _regression(tuple(identities))
    return coefficients


@lru_cache(maxsize=512)
def _regression(identities: tuple[str, ...]) -> Array:
    """Matrix that maps a row of draws to the coefficients of a regression; a column per factor."""
    inputs = np.array([_ordered_quantiles(identity) for identity in identities])
    # with the ridge term two factors of the same identity share their coefficient
    gram = inputs @ inputs.T + RIDGE * np.eye(len(inputs))
    matrix: Array = inputs.T @ np.linalg.inv(gram)
    return matrix


def shift_by_sigma(factor: Factor, deviations: float) -> float:
    """The value of a factor at a number of standard deviations from its central value.

    Args:
        factor: The factor, with width.
        deviations: Number of standard deviations of its draws; negative towards its lower end. [1]

    Returns:
        The value, inside the range of the factor's scale. [any]
    """
    bottom, top = RANGE[factor.scale]
    ends = np.array([factor.low, factor.value, factor.high])
    if bottom < ends[0] and ends[2] < top:
        forward, back = TRANSFORM[factor.scale]
        return float(back(_shift(forward(ends), deviations)))
    return float(np.clip(_shift(ends, deviations), bottom, top))


def _shift(ends: Array, deviations: float) -> Array:
    low, centre, high = ends
    half = (high - centre) if deviations > 0 else (centre - low)
    return np.asarray(centre + deviations / NORMAL_TAIL * half)
