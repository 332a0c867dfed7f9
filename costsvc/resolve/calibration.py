"""Fitted constants of serving, looked up from the narrowest to the widest scope."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from costsvc.model.inputs import FactorsOf
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.requests.workloads import Engine, Serving
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import ANY, ResolvedMachine
from costsvc.resolve.model_size import ModelSize

TABLE = "serving_fit"
MEASURED_ENGINE = "vllm"
FIRST_SOFTWARE_YEAR = 2023
Constants = TypeVar("Constants")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Looks up fitted constants for one request.

    Attributes:
        catalog: The tables.
        log: Receives factors and warnings.
        scopes: Scopes in which a constant is looked up, the narrowest first.
    """

    catalog: Catalog
    log: FactorLog
    scopes: Sequence[str]

    def within(self, *scopes: str) -> "Calibration":
        """The same with other scopes."""
        return replace(self, scopes=scopes)

    def find(self, name: str, shown_as: str | None = None, unit: str = "") -> Factor:
        """Find a constant in the narrowest scope that has it."""
        for scope in (*self.scopes, ANY):
            factor = self.catalog.factor(TABLE, (name, scope), "value", shown_as or name, unit)
            if factor is not None:
                return factor
        raise LookupError(f"serving_fit has no {name}")

    def has(self, name: str, scope: str) -> bool:
        """Whether a constant has its own row in a scope."""
        return (name, scope) in self.catalog.tables[TABLE]

    def record(self, name: str, shown_as: str | None = None) -> Factor:
        """Record a constant and return it."""
        return self.log.record(self.find(name, shown_as))

    def record_error(self, name: str, of: str) -> Factor:
        """Record an error of the fit and return it.

        Args:
            name: The row that holds its width.
            of: Key of what it is the error of, such as a model on a chip; errors of other keys are independent.
        """
        factor = self.find(name)
        return self.log.record(replace(factor, identity=f"{factor.identity}/{of}"))

    def constants(self, kind: type[Constants]) -> FactorsOf[Constants]:
        """An object whose fields are all constants of the table; only those with width are recorded."""
        found = {field.name: self.find(field.name) for field in fields(kind)}  # type: ignore[arg-type] # a dataclass
        for factor in found.values():
            if factor.low != factor.high:
                self.log.record(factor)
        return FactorsOf(kind, found)


def model_class(size: ModelSize, weight_bytes: float) -> str:
    """The scope of a model's constants: dense, or mixture of experts by the width of its weights."""
    if size.active_b is None or size.total_b is None or size.active_b >= size.total_b:
        return "dense"
    return "moe-8bit" if weight_bytes == 1 else "moe-16bit"


def software_scope(engine: Engine | None, year: int | None) -> str:
    """The scope of serving software: its engine, else its year; current vLLM has no scope of its own."""
    if engine not in (None, MEASURED_ENGINE):
        return str(engine)
    return ANY if year is None else str(max(year, FIRST_SOFTWARE_YEAR))


def record_unknown_chip(multiplier: str, machine: ResolvedMachine, calibration: Calibration) -> tuple[Factor, ...]:
    """Record the additional error of a chip without measurements, that is, without its own multiplier."""
    if calibration.has(multiplier, machine.family):
        return ()
    text = f"There are no serving measurements on {machine.family}; the interval is wider."
    calibration.log.add_warning("chip-not-measured", text)
    return (calibration.record_error("unknown_chip", machine.family),)


def warn_of_software(request: Serving, catalog: Catalog, log: FactorLog) -> None:
    """Warn if the software differs from that of the measurements."""
    engine, year = request.engine, request.software_year
    if engine == "other":
        log.add_warning("engine-not-measured", "There are no measurements of other engines; the interval is wider.")
    factor = catalog.factor(TABLE, ("software_factor", software_scope(engine, year)), "value", "software_factor")
    if engine is None and factor is not None and factor.low != factor.high:
        text = f"The speed of software of {year} depends on the engine; the interval covers all of them. Give engine."
        log.add_warning("engine-assumed", text)


def software_is_of(year: float, wanted: int | None, calibration: Calibration) -> bool:
    """Whether a software year is the wanted one; current software has no factor of its own."""
    return year == wanted if wanted is not None else not calibration.has("software_factor", f"{year:.0f}")
