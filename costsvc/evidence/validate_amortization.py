"""Published break-even counts whose costs are known, put to the service as anybody could ask it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from costsvc.estimates.comparisons.amortization import amortization
from costsvc.evidence.cases import Case, case, mentions, number, published_rows, rounded
from costsvc.model.amortization import Verdict
from costsvc.reference.catalog import Catalog
from costsvc.requests.comparisons import Comparison, Known, StrategySpec
from costsvc.units import G_PER_KG, KG_PER_T

UNITS = (
    (r"tCO2", "carbon_kg", KG_PER_T),
    (r"gCO2", "carbon_kg", 1 / G_PER_KG),
    (r"kWh", "energy_kwh", 1.0),
    (r"Wh", "energy_kwh", 1e-3),
    (r"USD", "cost_usd", 1.0),
    (r"-h\b|hours", "cost_usd", 1.0),
)
"""What the unit of a cost says: the metric, and what one is of its unit. An hour is priced at 1 USD."""

VOLUME = 1e9
COLUMNS = (
    *("id", "shared_cost_value", "shared_cost_unit"),
    *("per_task_cost_value", "per_task_cost_unit", "break_even_n", "comparison", "ratio_shared_over_task"),
)
GENERAL = r"general model"
"""What a row compares that holds a general model against one made for the task, request by request."""


def amortization_cases(folder: Path, catalog: Catalog) -> Iterator[Case]:
    """The cases of amortization.csv: something paid once, and something that it is divided by.

    Args:
        folder: Where it lies.
        catalog: The tables.
    """
    for row in published_rows(folder / "amortization.csv", COLUMNS):
        once = _known(row["shared_cost_value"], row["shared_cost_unit"])
        each = _known(row["per_task_cost_value"], row["per_task_cost_unit"])
        ratio = number(row["ratio_shared_over_task"])
        if once and each and ratio and mentions(row["comparison"], GENERAL):
            yield case("decision: general against task model at volume", row, _ratio(once, each, catalog), ratio)
            continue
        if once and each and once.keys() == each.keys() and number(row["break_even_n"]):
            found = _break_even(once, each, catalog)
            # a count of tasks is whole: less than one use pays back with the first
            published = rounded(row["break_even_n"], max(found["value"], 1.0))
            shown = {name: max(value, 1.0) for name, value in found.items()}
            yield case("arithmetic: break-even", row, shown, published)


def _break_even(once: dict[str, Any], each: dict[str, Any], catalog: Catalog) -> dict[str, float]:
    """From how many tasks on it is cheaper to pay once than for each task."""
    shared = StrategySpec(
        name="once", upfront=(Known(**once),), per_task=(Known(**dict.fromkeys(once, (0.0, 0.0, 0.0))),)
    )
    apart = StrategySpec(name="each", per_task=(Known(**each),))
    answer = amortization(Comparison(strategies=(shared, apart), tasks=1.0), catalog)
    found: dict[str, float] = next(entry["tasks"] for entry in answer["break_even"] if entry["metric"] in once)
    return found


def _ratio(general: dict[str, Any], task: dict[str, Any], catalog: Catalog) -> dict[str, float]:
    """How many times the general model costs what the task's own does, where requests are many."""
    strategies = tuple(
        StrategySpec(name=name, per_request=Known(**parts)) for name, parts in (("general", general), ("task", task))
    )
    asked = Comparison(strategies=strategies, tasks=1.0, requests_per_task=VOLUME)
    answer = amortization(asked, catalog)
    entry = next(entry for entry in answer["break_even"] if entry["metric"] in general)
    totals = [one["total"][entry["metric"]]["value"] for one in answer["strategies"]]
    # where the verdict were another, the general model would not be said to lose
    found = totals[0] / totals[1] if entry["verdict"] is Verdict.NEVER else 1.0
    return {"value": found, "low": found, "high": found}


def _known(amount: str, unit: str) -> dict[str, tuple[float, float, float]] | None:
    value = number(amount)
    match = next(((metric, scale) for pattern, metric, scale in UNITS if mentions(unit, pattern)), None)
    if value is None or match is None:
        return None
    metric, scale = match
    return {metric: (value * scale, value * scale, value * scale)}
