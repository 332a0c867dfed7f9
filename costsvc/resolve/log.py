"""The log of an estimate: factors used, warnings, and reasons for fields that are null."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from costsvc.model.inputs import Constant, FactorsOf
from costsvc.model.uncertainty import Factor, Scale


@dataclass(slots=True)
class FactorLog:
    """Collects factors, warnings and gaps of a request.

    Attributes:
        factors: Factors used, by name, in order of use.
        warnings: Warnings by code; the first message of a code is kept.
        unavailable: Reasons for fields of the answer that are null, by field.
    """

    factors: dict[str, Factor] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)

    def record(self, factor: Factor) -> Factor:
        """Add a factor and return it."""
        self.factors[factor.name] = factor
        return factor

    def record_all(self, *factors: Factor) -> None:
        """Add several factors."""
        for factor in factors:
            self.factors[factor.name] = factor

    def record_input(self, name: str, value: float, unit: str, scale: Scale = "log") -> Factor:
        """Add a number from the request as a factor without width, and return it."""
        return self.record(input_factor(name, value, unit, scale))

    def add_warning(self, code: str, message: str) -> None:
        """Add a warning, once per code."""
        self.warnings.setdefault(code, message)

    def mark_unavailable(self, name: str, reason: str) -> None:
        """Record why a field of the answer is null."""
        self.unavailable.setdefault(name, reason)

    def include(self, other: "FactorLog") -> None:
        """Add the contents of another log."""
        self.factors |= other.factors
        for code, message in other.warnings.items():
            self.warnings.setdefault(code, message)
        for name, reason in other.unavailable.items():
            self.unavailable.setdefault(name, reason)

    def warn_of_old(self, day: dt.date) -> None:
        """Warn of factors that were too old on the day of the estimate."""
        old = [factor for factor in self.factors.values() if factor.old_from is not None and factor.old_from <= day]
        if old:
            named = ", ".join(f"{factor.name} ({factor.as_of})" for factor in old)
            self.add_warning("old-data", f"On {day} older than the age limit of their tables: {named}.")

    def values(self) -> dict[str, float]:
        """The central value of each factor."""
        return {name: factor.value for name, factor in self.factors.items()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResolvedPart:
    """A part of a request that many requests share.

    Attributes:
        inputs: Inputs of the chain.
        log: Factors, warnings and gaps.
    """

    inputs: FactorsOf[Any]
    log: FactorLog


def input_factor(name: str, value: float, unit: str, scale: Scale = "log") -> Factor:
    """A number from the request as a factor without width."""
    return Factor(
        name=name,
        value=value,
        low=value,
        high=value,
        unit=unit,
        origin="request",
        identity=f"request/{name}",
        scale=scale,
    )


def input_constant(name: str, value: float, unit: str) -> Constant:
    """The caller's own number as an explanation shows it, without a place among the factors."""
    return Constant(input_factor(name, value, unit))


def present(factor: Factor | None) -> Factor:
    """Require a factor that every row of its table has; tests of the tables check that.

    Raises:
        LookupError: If it is missing, which is a bug in the tables.
    """
    if factor is None:
        raise LookupError("a required figure is missing in a table")
    return factor
