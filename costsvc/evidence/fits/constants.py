"""Constants of a fit, each with its scope."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from costsvc.evidence.fits.least_squares import Search, solve
from costsvc.evidence.fits.serving_rows import ANY, Measured
from costsvc.units import Array

SCOPES = ("task", "family", "kind", "year")
"""Scopes of a constant, narrowest first, as the service looks them up."""

Places = Mapping[str, npt.NDArray[np.intp]]
Residuals = Callable[[Mapping[str, Array]], Array]


class Constant(NamedTuple):
    """One number of table ``serving_fit``.

    Attributes:
        name: A field of a formula's constants, or an assumed length.
        scope: Where it holds: a task, a family of chips, a class of models, a year; ``*`` anywhere.
        start: First guess, or the value where it is fixed.
        low: Physical lower bound; equal to the upper one where it is fixed.
        high: Physical upper bound.
        unit: Its unit.
    """

    name: str
    scope: str
    start: float
    low: float
    high: float
    unit: str = "1"

    @property
    def is_fixed(self) -> bool:
        """Whether the fit holds it fixed."""
        return self.low == self.high


def fixed(name: str, scope: str, value: float, unit: str = "1") -> Constant:
    """A fixed constant."""
    return Constant(name, scope, value, value, value, unit)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """Constants with the values that a fit gave them.

    Attributes:
        constants: The constants.
        values: Their values, in the same order.
    """

    constants: Sequence[Constant]
    values: Array

    def value(self, name: str, scope: str) -> float:
        """The value of one constant."""
        return next(float(v) for c, v in zip(self.constants, self.values, strict=True) if c[:2] == (name, scope))

    def without(self, scope: str) -> "Fitted":
        """These constants less those that hold in one scope only."""
        kept = [place for place, constant in enumerate(self.constants) if constant.scope != scope]
        return Fitted(constants=[self.constants[place] for place in kept], values=self.values[kept])

    def by_row(self, rows: Measured) -> dict[str, Array]:
        """The value that holds in each row, by name."""
        return {name: self.values[place] for name, place in places(rows, self.constants).items()}


def places(rows: Measured, constants: Sequence[Constant]) -> Places:
    """For each name, which constant holds in each row: the one of the narrowest scope."""
    index = {(constant.name, constant.scope): place for place, constant in enumerate(constants)}
    keys = list(zip(*(rows.frame[scope] for scope in SCOPES), strict=True))
    return {
        name: np.array([next(index[name, s] for s in (*key, ANY) if (name, s) in index) for key in keys], dtype=np.intp)
        for name in dict.fromkeys(constant.name for constant in constants)
    }


def fit(rows: Measured, constants: Sequence[Constant], residuals: Residuals, nearby: Fitted | None = None) -> Fitted:
    """Find the constants under which the formulas give the measurements.

    Args:
        rows: Measurements.
        constants: What to look for.
        residuals: Residuals of the rows at the constants that hold in each.
        nearby: A fit of nearly the same rows, where there is one.

    Returns:
        The constants with their values.
    """
    held = np.array([constant.is_fixed for constant in constants])
    given = np.array([constant.start for constant in constants])
    begin = given if nearby is None else nearby.values
    where = places(rows, constants)

    def values(unknowns: Array) -> Array:
        return np.where(held, given, np.exp(unknowns))

    def at(unknowns: Array) -> Array:
        result = values(unknowns)
        return residuals({name: result[place] for name, place in where.items()})

    search = Search(
        start=_log(begin, held),
        low=_log(np.array([constant.low for constant in constants]), held),
        high=_log(np.array([constant.high for constant in constants]), held),
    )
    unknowns = solve(at, search)
    return Fitted(constants=constants, values=values(unknowns))


def _log(numbers: Array, held: npt.NDArray[np.bool_]) -> Array:
    """Logarithms; 0 for what is held, whose value may be 0."""
    return np.log(np.where(held, 1.0, numbers))
