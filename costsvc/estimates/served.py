"""What a served request takes of its accelerators, whatever its task."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from costsvc.errors import BadRequestError
from costsvc.estimates import hardware, processors
from costsvc.estimates.facts import Facts, present
from costsvc.estimates.hardware import ANY, PROCESSORS, Hardware
from costsvc.estimates.spec import Engine, Precision, Serving
from costsvc.estimates.subject import Sizes
from costsvc.model.serving import ServingChip
from costsvc.model.uncertainty import Factor
from costsvc.units import Numeric

FIT = "serving_fit"
MEASURED_ENGINE = "vllm"
Constants = TypeVar("Constants")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """What one request takes of a replica.

    Attributes:
        hardware: The replica's accelerators.
        hours: Accelerator-hours of a request, waiting included where a rate was given. [h]
        accelerator_w: Mean power of one accelerator over those hours. [W]
        latency_s: From a request's arrival to its end. [s]
        tokens_per_s: Tokens that the replica generates, None where it generates none. [token/s]
        output_tokens: Tokens generated for a request, None where there are none. [token]
        chosen: What was settled for the normalised request.
    """

    hardware: Hardware
    hours: Numeric
    accelerator_w: Numeric
    latency_s: Numeric
    tokens_per_s: Numeric | None
    output_tokens: Numeric | None
    chosen: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The calibrated constants as one request looks them up.

    Attributes:
        facts: The tables; collects what was used.
        scopes: Under which scopes a constant is sought, the narrowest first.
    """

    facts: Facts
    scopes: Sequence[str]

    def find(self, name: str, shown_as: str | None = None) -> Factor:
        """The constant of a name in the narrowest scope that has it."""
        for scope in (*self.scopes, ANY):
            factor = self.facts.catalog.factor(FIT, (name, scope), "value", shown_as or name)
            if factor is not None:
                return factor
        raise LookupError(f"serving_fit has no {name}")

    def has(self, name: str, scope: str) -> bool:
        """Whether a constant has a row of its own in a scope."""
        return (name, scope) in self.facts.catalog.tables[FIT]

    def use(self, name: str, shown_as: str | None = None) -> Numeric:
        """Record a constant and return its sample."""
        return self.facts.use(self.find(name, shown_as))

    def error(self, name: str, of: str) -> Numeric:
        """Record an error of the fit and return its sample.

        Args:
            name: The row that holds its width.
            of: What it is the error of, a model on a chip for example; that of another is drawn for itself.
        """
        factor = self.find(name)
        return self.facts.use(replace(factor, identity=f"{factor.identity}/{of}"))

    def constants(self, kind: type[Constants]) -> Constants:
        """An object whose every field is a constant of the table; those without width go unsaid."""
        found = {}
        for field in fields(kind):  # type: ignore[arg-type] # only dataclasses come
            factor = self.find(field.name)
            found[field.name] = self.facts.number(factor) if factor.low == factor.high else self.facts.use(factor)
        return kind(**found)


def chip(machine: Hardware, wanted: Precision, facts: Facts) -> ServingChip:
    """The accelerator as the serving formulas see it.

    Raises:
        BadRequestError: If the table knows no bandwidth or peak of it.
    """
    if machine.table == PROCESSORS:
        return processors.chip(machine, facts)
    found = hardware.compute_precision(machine, wanted, facts)
    bandwidth = facts.catalog.factor(
        "accelerators", machine.id, "memory_bandwidth_gb_s", "memory_bandwidth_gb_s", "GB/s"
    )
    if found is None or bandwidth is None:
        text = f"peak or memory bandwidth of {machine.id} is not known; name an accelerator that has them"
        raise BadRequestError({"accelerator": text})
    unit = "TOP/s" if found[0].startswith("int") else "TFLOP/s"
    peak = facts.catalog.factor(machine.table, machine.id, found[1], "accelerator_peak_tflops", unit)
    tflops = facts.use(present(peak))
    return ServingChip(
        tdp_w=hardware.tdp_w(machine, facts),
        memory_bandwidth_gb_s=facts.use(bandwidth),
        peak_tflops=tflops,
        attention_tflops=tflops,
    )


def with_attention(found: ServingChip, machine: Hardware, wanted: Precision, facts: Facts) -> ServingChip:
    """The accelerator with the peak at which attention runs: that at 16 bits, whatever the weights are kept in."""
    wide = machine.peak(hardware.default_precision(machine))
    if wide is None or wide == machine.peak(wanted):
        return found
    peak = facts.catalog.factor(machine.table, machine.id, wide[1], "attention_peak_tflops", "TFLOP/s")
    return replace(found, attention_tflops=facts.use(present(peak)))


def kind_of(size: Sizes, weight_bytes: float) -> str:
    """The class of models whose constants hold: dense, or a mixture of experts by its weights."""
    if size.active_b is None or size.total_b is None or size.active_b >= size.total_b:
        return "dense"
    return "moe-8bit" if weight_bytes == 1 else "moe-16bit"


def software(engine: Engine | None, year: int | None) -> str:
    """The scope of serving software: its engine, else its year; current vLLM has none of its own."""
    if engine not in (None, MEASURED_ENGINE):
        return str(engine)
    return ANY if year is None else str(max(year, 2023))


def of_chip(multiplier: str, machine: Hardware, fit: Fit) -> Numeric:
    """What widens the interval of a chip that has no multiplier of its own, as it was never measured."""
    if fit.has(multiplier, machine.family):
        return 1.0
    fit.facts.warn("chip-not-measured", f"Serving on {machine.family} was never measured; its interval is wider.")
    return fit.error("unknown_chip", machine.family)


def say_software(asked: Serving, facts: Facts) -> None:
    """Tell which software was taken, where it is not that of the measurements."""
    engine, year = asked.engine, asked.software_year
    if engine == "other":
        facts.warn("engine-not-measured", "Engines other than those named were not measured; the interval is wider.")
    factor = facts.catalog.factor(FIT, ("software_factor", software(engine, year)), "value", "software_factor")
    if engine is None and factor is not None and factor.low != factor.high:
        text = f"Software of {year} was slow or fast by its engine; the interval holds both. Give engine."
        facts.warn("engine-assumed", text)


def measured_power(asked: Serving, estimated_w: Numeric, facts: Facts) -> Numeric:
    """The caller's measured power, else the estimate [W]."""
    if asked.machine.accelerator_power_w is None:
        return estimated_w
    return facts.given("accelerator_power_w", asked.machine.accelerator_power_w, "W")
