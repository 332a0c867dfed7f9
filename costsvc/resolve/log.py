"""What an estimate rests on: the factors used, the warnings, and why a field of the answer does not exist."""

import datetime as dt
from dataclasses import dataclass, field

from costsvc.model.inputs import Constant
from costsvc.model.uncertainty import Factor, Scale


@dataclass(slots=True)
class FactorLog:
    """Collects what resolving a request uses and finds.

    Attributes:
        factors: Every factor used, by name, in the order of use.
        warnings: What the caller should know, by code; the first message of a code stays.
        unavailable: Why a field of the answer does not exist, by field.
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
        """Add the caller's own number, which has no width, and return it as a factor."""
        return self.record(input_factor(name, value, unit, scale))

    def add_warning(self, code: str, message: str) -> None:
        """Add a warning, once per code."""
        self.warnings.setdefault(code, message)

    def mark_unavailable(self, name: str, reason: str) -> None:
        """Say why a field of the answer is null."""
        self.unavailable.setdefault(name, reason)

    def include(self, other: "FactorLog") -> None:
        """Add all that another log has collected."""
        self.factors |= other.factors
        for code, message in other.warnings.items():
            self.warnings.setdefault(code, message)
        for name, reason in other.unavailable.items():
            self.unavailable.setdefault(name, reason)

    def warn_of_old(self, day: dt.date) -> None:
        """Warn of figures that were old on the day of the estimate."""
        old = [factor for factor in self.factors.values() if factor.old_from is not None and factor.old_from <= day]
        if old:
            named = ", ".join(f"{factor.name} ({factor.as_of})" for factor in old)
            self.add_warning("old-data", f"Older than the limit of their tables on {day}: {named}.")

    def values(self) -> dict[str, float]:
        """The central value of each factor."""
        return {name: factor.value for name, factor in self.factors.items()}


def input_factor(name: str, value: float, unit: str, scale: Scale = "log") -> Factor:
    """The caller's own number as a factor without width."""
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
    """A factor that every row of its table has; tests of the tables check that.

    Raises:
        LookupError: If it is missing, which is a fault of the project's tables.
    """
    if factor is None:
        raise LookupError("a table has no figure where each of its rows needs one")
    return factor
