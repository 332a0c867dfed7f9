"""What an estimate has taken as known, and what it had to say about it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from costsvc.model.explanation import called, given
from costsvc.model.uncertainty import Factor, Scale, sample
from costsvc.reference.catalog import Catalog
from costsvc.units import Numeric


def traced(factor: Factor) -> Numeric:
    """A factor's central value that remembers what becomes of it, for an explanation."""
    source = ", ".join(filter(None, (factor.source_id, factor.locator)))
    return given(factor.value, factor.name, factor.unit, source or None)


@dataclass(slots=True)
class Facts:
    """The tables, and what a request being completed has taken from them.

    Attributes:
        catalog: The tables.
        factors: Every number used, in the order of use.
        warnings: What the caller should know, by code.
        unavailable: Why a field of the answer does not exist.
        date: The day of the estimate; None until its place is resolved.
        number: What the formulas run on in place of a factor: its sample, unless somebody asks what follows from
            another, or how it comes about.
    """

    catalog: Catalog
    factors: dict[str, Factor] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)
    date: dt.date | None = None
    number: Callable[[Factor], Numeric] = sample

    def use(self, factor: Factor) -> Numeric:
        """Record a factor and return its number."""
        self.factors[factor.name] = factor
        return self.number(factor)

    def given(self, name: str, value: float, unit: str, scale: Scale = "log") -> Numeric:
        """Record the caller's own number, which has no width."""
        return self.use(
            Factor(
                name=name,
                value=value,
                low=value,
                high=value,
                unit=unit,
                origin="request",
                identity=f"request/{name}",
                scale=scale,
            )
        )

    def central(self, factor: Factor) -> Numeric:
        """The central value of a factor that has no width or is taken without it: not recorded, but explained."""
        return traced(factor) if self.number is traced else factor.value

    def row(self, table: str, key: str, columns: Sequence[str]) -> dict[str, Numeric]:
        """Those figures of a row that the table has, taken without width."""
        found = {name: self.catalog.factor(table, key, name, name, "1") for name in columns}
        return {name: self.central(factor) for name, factor in found.items() if factor is not None}

    def show(self, name: str, number: Numeric, unit: str) -> Numeric:
        """Give a number that is no factor the name under which an explanation shows it."""
        return called(number, name, unit) if self.number is traced else number

    def warn(self, code: str, message: str) -> None:
        """Say something once per code."""
        self.warnings.setdefault(code, message)

    def say_old(self) -> None:
        """Warn of figures that were old on the day of the estimate."""
        day = self.date or self.catalog.reference_date
        old = [factor for factor in self.factors.values() if factor.old_from is not None and factor.old_from <= day]
        if old:
            told = ", ".join(f"{factor.name} ({factor.as_of})" for factor in old)
            self.warn("old-data", f"Older than the limit of their tables on {day}: {told}.")

    def values(self) -> dict[str, float]:
        """The central values of the factors."""
        return {name: factor.value for name, factor in self.factors.items()}

    def miss(self, field_name: str, reason: str) -> None:
        """Say why a field of the answer is null."""
        self.unavailable.setdefault(field_name, reason)


def present(factor: Factor | None) -> Factor:
    """A factor that the tables hold wherever they are asked for it; tests of the tables see to that.

    Raises:
        LookupError: If the tables have a hole, which is a fault of the project.
    """
    if factor is None:
        raise LookupError("a table has no figure where each of its rows needs one")
    return factor
