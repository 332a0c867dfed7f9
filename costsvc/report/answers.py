"""Answers as reports read them: names of their parts, and accessors.

Answers are plain dictionaries; each alias names the part of the API's schema that it stands for.
"""

from collections.abc import Iterable
from typing import TypeAlias

from costsvc.estimates.answer import Plain

Answer: TypeAlias = Plain
"""An answer to any question."""
Estimate: TypeAlias = Plain
"""An answer about one training run, or about requests to a model."""
AmortizationAnswer: TypeAlias = Plain
PlacementAnswer: TypeAlias = Plain
ChangeAnswer: TypeAlias = Plain
ScheduleAnswer: TypeAlias = Plain
Request: TypeAlias = Plain
"""A request, as it was posted or as an answer repeats it."""
QuantityAnswer: TypeAlias = Plain
"""``value``, ``low`` and ``high``."""
Totals: TypeAlias = Plain
"""Quantities by metric; None if a metric is not known."""
Outcome: TypeAlias = Plain
"""The totals of a workload with its request."""
StrategyAnswer: TypeAlias = Plain
BreakEven: TypeAlias = Plain
Curve: TypeAlias = Plain
Surface: TypeAlias = Plain
SurfaceMetric: TypeAlias = Plain
CarbonAnswer: TypeAlias = Plain
CarbonBasis: TypeAlias = Plain
FactorAnswer: TypeAlias = Plain
DriverAnswer: TypeAlias = Plain
CauseAnswer: TypeAlias = Plain
PhaseAnswer: TypeAlias = Plain
Window: TypeAlias = Plain
Span: TypeAlias = Plain
Saving: TypeAlias = Plain
SourceRow: TypeAlias = Plain

ENDS = ("value", "low", "high")


def totals(estimate: Estimate) -> dict[str, QuantityAnswer | None]:
    """The four totals of an estimate by metric.

    Args:
        estimate: The estimate.
    """
    return {
        "energy_kwh": estimate["energy_kwh"],
        "carbon_kg": estimate["carbon"]["total_kg"],
        "water_l": estimate["water"]["total_l"],
        "cost_usd": estimate["cost"]["total_usd"],
    }


def central_value(quantity: QuantityAnswer | None) -> float | None:
    """The central value of a quantity; None if it is not known."""
    return quantity["value"] if quantity else None


def upper_ends(quantities: Iterable[QuantityAnswer]) -> list[float | None]:
    """The upper end of each quantity; None if it is open."""
    return [quantity["high"] for quantity in quantities]


def percent_of(difference: Plain | None) -> QuantityAnswer | None:
    """The relative part of a difference; None if the difference or its reference is not known."""
    return difference["percent"] if difference else None


def factor_of(estimate: Estimate, name: str) -> FactorAnswer | None:
    """A factor of an estimate by its name; None if the estimate did not use it."""
    return next((factor for factor in estimate["factors"] if factor["name"] == name), None)


def unavailable_reason(answer: Answer, *fields: str) -> str:
    """The reason of the first of some fields that is unavailable; empty if none is.

    Args:
        answer: The answer.
        *fields: Dotted names of fields.
    """
    reasons: dict[str, str] = {gap["field"]: gap["reason"] for gap in answer["unavailable"]}
    return next((reasons[field] for field in fields if field in reasons), "")


def workload_kind(request: Request) -> str | None:
    """The kind of workload inside a request, ``training`` or ``inference``; None if it has neither."""
    return next((kind for kind in ("training", "inference") if kind in request), None)


def used_phases(estimate: Estimate) -> list[PhaseAnswer]:
    """The phases of a training run that take time."""
    return [phase for phase in estimate.get("phases", []) if phase["hours"]["value"]]
