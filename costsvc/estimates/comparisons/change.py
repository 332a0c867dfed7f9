"""Effect of a change of one workload, and the factors that explain it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from costsvc.answers.change import Cause, CausesAnswer, ChangeAnswer, ProbabilitiesAnswer
from costsvc.answers.placement import Differences
from costsvc.answers.quantities import OpenQuantity, PlacementMetric
from costsvc.errors import located
from costsvc.estimates import answer
from costsvc.estimates.comparisons.provenance import combine_logs
from costsvc.estimates.comparisons.totals import WorkloadTotals, compare_outcomes, describe_outcome, total_workload
from costsvc.estimates.labels import LABELS, signed
from costsvc.model.amortization import probability_cheaper
from costsvc.model.uncertainty import Factor, central_value
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import ChangeSpec
from costsvc.requests.workloads import Serving, TrainingRun
from costsvc.resolve.log import FactorLog
from costsvc.units import PERCENT

CAUSES = 5
LEAST = 1e-3
"""Logarithm of the smallest effect that is listed."""
REST = "everything else"
SUMMARIZED: tuple[PlacementMetric, ...] = ("carbon_kg", "cost_usd", "energy_kwh", "water_l", "hours")
"""The metrics of a summary, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A workload before and after a change, which can be computed again with other factors."""

    before: WorkloadTotals
    after: WorkloadTotals

    def central(self, side: WorkloadTotals, values: Mapping[str, float]) -> dict[PlacementMetric, float | None]:
        """The central totals of one side with other values of some factors."""

        def number(factor: Factor) -> float:
            return values.get(factor.name, factor.value)

        totals = side.again(number)
        return {name: None if amount is None else central_value(amount) for name, amount in totals.items()}


def compare_change(request: ChangeSpec, catalog: Catalog) -> ChangeAnswer:
    """Compare a workload before and after a change.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If fields contradict each other.
    """
    before, after = (
        _total(name, workload, request, catalog)
        for name, workload in (("before", request.before), ("after", request.after))
    )
    differences = compare_outcomes(after, before)
    causes = _causes(Sides(before=before, after=after))
    outcomes = {"before": describe_outcome(before), "after": describe_outcome(after)}
    return {
        "id": answer.request_id(request.payload, catalog),
        "request": request.payload,
        "carbon_basis": request.carbon_basis,
        "before": outcomes["before"],
        "after": outcomes["after"],
        "difference": differences,
        "probability_lower": _probabilities(after, before),
        "causes": causes,
        "summary": _summary(differences, causes),
        **combine_logs({"before": before.log, "after": after.log}, FactorLog(), catalog, request.payload, outcomes),
    }


def _total(side: str, workload: TrainingRun | Serving, request: ChangeSpec, catalog: Catalog) -> WorkloadTotals:
    with located(f"{side}.{request.kind}"):
        return total_workload(workload, request.carbon_basis, catalog)


def _probabilities(after: WorkloadTotals, before: WorkloadTotals) -> ProbabilitiesAnswer:
    return {
        "energy_kwh": _probability(after, before, "energy_kwh"),
        "carbon_kg": _probability(after, before, "carbon_kg"),
        "water_l": _probability(after, before, "water_l"),
        "cost_usd": _probability(after, before, "cost_usd"),
        "hours": _probability(after, before, "hours"),
    }


def _probability(after: WorkloadTotals, before: WorkloadTotals, metric: PlacementMetric) -> float | None:
    """Share of paired draws in which a metric is lower after the change."""
    new, old = after.by_metric[metric], before.by_metric[metric]
    return None if new is None or old is None else probability_cheaper(new, old)


def _causes(sides: Sides) -> CausesAnswer:
    """The factors whose change has the largest effect on each metric, and the unexplained rest.

    Each factor is changed alone, once from its value before and once from its value after; its effect is the
    geometric mean of both.
    """
    before, after = sides.before.log.factors, sides.after.log.factors
    totals = (sides.central(sides.before, {}), sides.central(sides.after, {}))
    changed = {
        name: (
            sides.central(sides.before, {name: after[name].value}),
            sides.central(sides.after, {name: before[name].value}),
        )
        for name in before
        if name in after and before[name].value != after[name].value
    }

    def causes(metric: PlacementMetric) -> list[Cause]:
        old, new = (side[metric] for side in totals)
        effects = {
            name: _mean(_log(one[metric], old), _log(new, other[metric])) for name, (one, other) in changed.items()
        }
        return list(_largest(effects, (old or 0.0, new or 0.0), sides))

    return {
        "energy_kwh": causes("energy_kwh"),
        "carbon_kg": causes("carbon_kg"),
        "water_l": causes("water_l"),
        "cost_usd": causes("cost_usd"),
        "hours": causes("hours"),
    }


def _log(amount: float | None, reference: float | None) -> float:
    """Logarithm of a ratio; 0 if it is not defined."""
    if amount is None or reference is None or amount <= 0 or reference <= 0:
        return 0.0
    return float(np.log(amount) - np.log(reference))


def _mean(first: float, second: float) -> float:
    return (first + second) / 2


def _largest(effects: Mapping[str, float], ends: tuple[float, float], sides: Sides) -> Iterator[Cause]:
    """The largest effects, then the unexplained rest.

    An effect is multiplicative. Its part of the difference is what it changes after those before it, so that the parts
    add up and no total on the way is below 0.
    """
    largest = sorted(effects, key=lambda name: -abs(effects[name]))[:CAUSES]
    named = [name for name in largest if abs(effects[name]) >= LEAST]
    before, after = sides.before.log.factors, sides.after.log.factors
    rest = _log(ends[1], ends[0]) - sum(effects[name] for name in named)
    has_rest = abs(rest) >= LEAST
    spread = 0.0 if has_rest or not named else rest / len(named)
    reached = ends[0]
    for name in named:
        begin, reached = reached, reached * float(np.exp(effects[name] + spread))
        yield {
            "name": name,
            "before": before[name].value,
            "after": after[name].value,
            "unit": after[name].unit,
            "percent": _percent(effects[name]),
            "contribution": reached - begin,
        }
    if has_rest:
        yield {
            "name": REST,
            "before": None,
            "after": None,
            "unit": None,
            "percent": _percent(rest),
            "contribution": reached * float(np.expm1(rest)),
        }


def _percent(effect: float) -> float:
    return float(PERCENT * np.expm1(effect))


def _summary(differences: Differences, causes: CausesAnswer) -> str:
    """One line of Markdown for a pull request."""
    parts = []
    for metric in SUMMARIZED:
        difference = differences[metric]
        if difference is not None and difference["percent"] is not None:
            percent = difference["percent"]
            parts.append(f"**{signed(percent['value'])} % {LABELS[metric].noun}**{_range(percent)}")
    main = next((cause for cause in causes["carbon_kg"] if cause["name"] != REST), None)
    reason = "" if main is None else f"; largest effect on CO2e: `{main['name']}` {_shift(main)}"
    return f"This change: {', '.join(parts) or 'no known difference'}{reason}."


def _range(percent: OpenQuantity) -> str:
    low, high = percent["low"], percent["high"]
    if low is None or high is None or low == high:
        return ""
    return f" ({signed(low)} to {signed(high)})"


def _shift(cause: Cause) -> str:
    unit = "" if cause["unit"] == "1" else f" {cause['unit']}"
    return f"{cause['before']:.3g} to {cause['after']:.3g}{unit}"
