"""Before against after: what a change of one workload saves or costs, and which factors it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from costsvc.errors import located
from costsvc.estimates import answer
from costsvc.estimates.answer import Plain
from costsvc.estimates.comparisons.totals import COLUMNS, WorkloadTotals, difference, shown, total_workload
from costsvc.estimates.labels import LABELS, signed
from costsvc.model.amortization import probability_cheaper
from costsvc.model.uncertainty import Factor, central_value
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import ChangeSpec, PlacementMetric
from costsvc.resolve.log import FactorLog
from costsvc.units import PERCENT

CAUSES = 5
LEAST = 1e-3
"""Logarithm of the smallest effect that is told."""
REST = "everything else"
TITLES: Mapping[PlacementMetric, str] = {
    name: LABELS[name].noun for name in ("carbon_kg", "cost_usd", "energy_kwh", "water_l", "hours")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A workload before and after a change, to be computed again with other factors."""

    before: WorkloadTotals
    after: WorkloadTotals

    def central(self, side: WorkloadTotals, other: Mapping[str, float]) -> dict[PlacementMetric, float | None]:
        """One side's central totals with some of its factors replaced."""

        def number(factor: Factor) -> float:
            return other.get(factor.name, factor.value)

        found = side.again(number)
        return {name: None if amount is None else central_value(amount) for name, amount in found.items()}


def change(asked: ChangeSpec, catalog: Catalog) -> Plain:
    """Answer what a change of a workload comes to.

    Raises:
        UnknownNameError: If a name is not known.
        BadRequestError: If what is said does not go together.
    """
    sides = {"before": asked.before, "after": asked.after}
    found: list[WorkloadTotals] = []
    for name, workload in sides.items():
        with located(f"{name}.{asked.kind}"):
            found.append(total_workload(workload, asked.carbon_basis, catalog))
    before, after = found
    changes = difference(after, before)
    causes = _causes(Sides(before=before, after=after))
    return {
        "id": answer.identity(asked.said, catalog),
        "request": asked.said,
        "carbon_basis": asked.carbon_basis,
        "before": {"request": before.request, **shown(before)},
        "after": {"request": after.request, **shown(after)},
        "difference": changes,
        "probability_lower": {name: _probability(after, before, name) for name in COLUMNS},
        "causes": causes,
        "summary": _summary(changes, causes),
        **answer.together({"before": before.log, "after": after.log}, FactorLog(), catalog),
    }


def _probability(after: WorkloadTotals, before: WorkloadTotals, name: PlacementMetric) -> float | None:
    """Share of paired draws in which a metric is lower after than before."""
    new, old = after.by_metric[name], before.by_metric[name]
    return None if new is None or old is None else probability_cheaper(new, old)


def _causes(sides: Sides) -> dict[str, list[Plain]]:
    """For each metric the factors whose change moved it most, and what they leave unexplained.

    Each factor is changed alone, once from where it was before and once from where it is after; the
    geometric mean of the two is its effect.
    """
    before, after = sides.before.log.factors, sides.after.log.factors
    differing = [name for name in before if name in after and before[name].value != after[name].value]
    plain = [sides.central(side, {}) for side in (sides.before, sides.after)]
    moved = {
        name: (
            sides.central(sides.before, {name: after[name].value}),
            sides.central(sides.after, {name: before[name].value}),
        )
        for name in differing
    }
    told: dict[str, list[Plain]] = {}
    for metric in COLUMNS:
        ends = (plain[0][metric], plain[1][metric])
        effects = {
            name: _mean(_log(one[metric], ends[0]), _log(ends[1], other[metric]))
            for name, (one, other) in moved.items()
        }
        told[metric] = list(_told(effects, _log(ends[1], ends[0]), sides))
    return told


def _log(amount: float | None, reference: float | None) -> float:
    """Logarithm of a ratio, 0 where it does not exist."""
    if amount is None or reference is None or amount <= 0 or reference <= 0:
        return 0.0
    return float(np.log(amount) - np.log(reference))


def _mean(first: float, second: float) -> float:
    return (first + second) / 2


def _told(effects: Mapping[str, float], whole: float, sides: Sides) -> Iterator[Plain]:
    """The largest effects in per cent, then what is left of the whole."""
    largest = sorted(effects, key=lambda name: -abs(effects[name]))[:CAUSES]
    named = [name for name in largest if abs(effects[name]) >= LEAST]
    before, after = sides.before.log.factors, sides.after.log.factors
    for name in named:
        yield {
            "name": name,
            "before": before[name].value,
            "after": after[name].value,
            "unit": after[name].unit,
            "percent": _percent(effects[name]),
        }
    rest = whole - sum(effects[name] for name in named)
    if abs(rest) >= LEAST:
        yield {"name": REST, "before": None, "after": None, "unit": None, "percent": _percent(rest)}


def _percent(effect: float) -> float:
    return float(PERCENT * np.expm1(effect))


def _summary(changes: Mapping[str, Plain | None], causes: Mapping[str, Sequence[Plain]]) -> str:
    """One line of Markdown that a CI job can post."""
    parts = []
    for name, title in TITLES.items():
        found = changes[name]
        if found is not None and found["percent"] is not None:
            parts.append(f"**{signed(found['percent']['value'])} % {title}**{_range(found['percent'])}")
    first = next((cause for cause in causes["carbon_kg"] if cause["name"] != REST), None)
    because = "" if first is None else f"; CO2e mostly by `{first['name']}` {_shift(first)}"
    return f"This change: {', '.join(parts) or 'nothing that is known differs'}{because}."


def _range(percent: Mapping[str, float | None]) -> str:
    low, high = percent["low"], percent["high"]
    if low is None or high is None or low == high:
        return ""
    return f" ({signed(low)} to {signed(high)})"


def _shift(cause: Plain) -> str:
    unit = "" if cause["unit"] == "1" else f" {cause['unit']}"
    return f"{cause['before']:.3g} to {cause['after']:.3g}{unit}"
