"""The vocabulary of reports: metrics, their dimensions and boundaries, emission scopes, verdicts in words."""

from collections.abc import Mapping

from costsvc.estimates.labels import LABELS, VERDICTS, Metric
from costsvc.report import numbers
from costsvc.report.answers import BreakEven

COMPARED: Mapping[str, Metric] = LABELS
"""The metrics of comparisons: the totals and the time."""
TOTALS: Mapping[str, Metric] = {field: metric for field, metric in COMPARED.items() if field != "hours"}
"""The four totals of every answer."""
DIMENSIONS: Mapping[str, str] = {**{field: field for field in TOTALS}, "hours": "time_h"}
"""The dimension in which a metric is formatted."""
BOUNDARIES: Mapping[str, str] = {
    "energy_kwh": "at the building's meter",
    "carbon_kg": "operation and manufacture",
    "water_l": "on site and at power plants",
    "cost_usd": "what is paid",
}
"""What each total includes."""
METRIC_OF_TOTAL: Mapping[str, str] = {
    "energy_kwh": "energy_kwh",
    "total_kg": "carbon_kg",
    "total_l": "water_l",
    "total_usd": "cost_usd",
}
"""The metric of each total that an estimate lists drivers of."""
SCOPES: Mapping[str, str] = {
    "lifecycle": "life-cycle emission factors",
    "direct": "direct emissions of power plants only",
}
"""Emission factors of the grid."""
CARBON_BASES: Mapping[str, str] = {
    "total": "location-based and embodied",
    "location": "location-based",
    "market": "market-based",
    "marginal": "marginal",
}
"""The CO2e that a comparison counts."""
VALUE_PARTS: Mapping[str, str] = {
    "benefit_usd": "benefit",
    "social_usd": "damage of the CO2e",
    "second_order_usd": "second-order effects",
    "value_usd": "net value",
}
"""The parts of the net value of a strategy."""
ALTERNATIVES: Mapping[str, str] = {
    "now": "a start at once",
    "average": "the average start",
    "best_other_region": "the best other region",
}
"""The alternatives to the best start of a schedule."""


def verdict(entry: BreakEven, tasks: str, strategy: str, against: str) -> str | None:
    """The verdict of a comparison in words; None if it has none.

    Args:
        entry: A break-even of a comparison of strategies.
        tasks: Its number of tasks, formatted.
        strategy: The name of its strategy, as the text shows it.
        against: The name of the strategy that it is compared with, likewise.
    """
    template = VERDICTS.get(entry["verdict"])
    return template.format(a=strategy, b=against, at=tasks, units="tasks") if template else None


def short_verdict(entry: BreakEven) -> str:
    """The verdict of a comparison with central values; ``not known`` if it has none."""
    tasks = numbers.count(entry["tasks"]["value"]) if entry["tasks"] else ""
    return verdict(entry, tasks, entry["strategy"], entry["against"]) or numbers.NOT_KNOWN
