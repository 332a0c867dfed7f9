"""Compares published break-even counts with estimates from the published costs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from costsvc.evidence.estimating import Comparison as StrategyComparison
from costsvc.evidence.estimating import Known, StrategySpec, estimate_amortization
from costsvc.evidence.validation.comparisons import Comparison, compare, mentions, number, published_rows, rounded
from costsvc.model.amortization import Verdict
from costsvc.reference.catalog import Catalog
from costsvc.units import G_PER_KG, KG_PER_T

UNITS = (
    (r"tCO2", "carbon_kg", KG_PER_T),
    (r"gCO2", "carbon_kg", 1 / G_PER_KG),
    (r"kWh", "energy_kwh", 1.0),
    (r"Wh", "energy_kwh", 1e-3),
    (r"USD", "cost_usd", 1.0),
    (r"-h\b|hours", "cost_usd", 1.0),
)
"""Pattern of a unit, its metric, and the conversion factor. An hour is priced at 1 USD."""

VOLUME = 1e9
COLUMNS = (
    *("id", "shared_cost_value", "shared_cost_unit"),
    *("per_task_cost_value", "per_task_cost_unit", "break_even_n", "comparison", "ratio_shared_over_task"),
)
GENERAL = r"general model"
"""Pattern of rows that compare a general with a task-specific model per request."""


def amortization_comparisons(folder: Path, catalog: Catalog) -> Iterator[Comparison]:
    """Compare the rows of amortization.csv: a one-off cost and a cost per use.

    Args:
        folder: Folder of the file.
        catalog: The tables.
    """
    for row in published_rows(folder / "amortization.csv", COLUMNS):
        once = _known(row["shared_cost_value"], row["shared_cost_unit"])
        each = _known(row["per_task_cost_value"], row["per_task_cost_unit"])
        ratio = number(row["ratio_shared_over_task"])
        if once and each and ratio and mentions(row["comparison"], GENERAL):
            yield compare("decision: general against task model at volume", row, _ratio(once, each, catalog), ratio)
            continue
        if once and each and once.keys() == each.keys() and number(row["break_even_n"]):
            result = _break_even(once, each, catalog)
            # a count of tasks is whole: less than one use pays back with the first
            published = rounded(row["break_even_n"], max(result["value"], 1.0))
            at_least_one = {name: max(value, 1.0) for name, value in result.items()}
            yield compare("arithmetic: break-even", row, at_least_one, published)


def _break_even(once: dict[str, Any], each: dict[str, Any], catalog: Catalog) -> dict[str, float]:
    """Number of tasks from which paying once is cheaper than paying per task."""
    shared = StrategySpec(
        name="once", upfront=(Known(**once),), per_task=(Known(**dict.fromkeys(once, (0.0, 0.0, 0.0))),)
    )
    apart = StrategySpec(name="each", per_task=(Known(**each),))
    answer = estimate_amortization(StrategyComparison(strategies=(shared, apart), tasks=1.0), catalog)
    result: dict[str, float] = next(entry["tasks"] for entry in answer["break_even"] if entry["metric"] in once)
    return result


def _ratio(general: dict[str, Any], task: dict[str, Any], catalog: Catalog) -> dict[str, float]:
    """Cost of the general model over that of the task-specific one, at high volume."""
    strategies = tuple(
        StrategySpec(name=name, per_request=Known(**parts)) for name, parts in (("general", general), ("task", task))
    )
    request = StrategyComparison(strategies=strategies, tasks=1.0, requests_per_task=VOLUME)
    answer = estimate_amortization(request, catalog)
    entry = next(entry for entry in answer["break_even"] if entry["metric"] in general)
    totals = [one["total"][entry["metric"]]["value"] for one in answer["strategies"]]
    # any other verdict contradicts the published ratio
    result = totals[0] / totals[1] if entry["verdict"] == Verdict.NEVER else 1.0
    return {"value": result, "low": result, "high": result}


def _known(amount: str, unit: str) -> dict[str, tuple[float, float, float]] | None:
    value = number(amount)
    match = next(((metric, scale) for pattern, metric, scale in UNITS if mentions(unit, pattern)), None)
    if value is None or match is None:
        return None
    metric, scale = match
    return {metric: (value * scale, value * scale, value * scale)}
