"""The vocabulary of reports: metrics, their dimensions and boundaries, emission scopes, verdicts in words."""

from collections.abc import Mapping, Sequence

from costsvc.answers.amortization import BreakEven, PartAnswer
from costsvc.answers.estimate import Estimate
from costsvc.answers.explanation import Origin
from costsvc.answers.quantities import CarbonBasis, Metric, PlacementMetric
from costsvc.answers.schedule import Alternative
from costsvc.estimates.labels import LABELS, VERDICTS, MetricLabel
from costsvc.model.amortization import Verdict
from costsvc.report import numbers

COMPARED: Mapping[PlacementMetric, MetricLabel] = LABELS
"""The metrics of comparisons: the totals and the time."""
TOTALS: Mapping[Metric, MetricLabel] = {field: metric for field, metric in COMPARED.items() if field != "hours"}
"""The four totals of every answer."""
DIMENSIONS: Mapping[PlacementMetric, str] = {**{field: field for field in TOTALS}, "hours": "time_h"}
"""The dimension in which a metric is formatted."""
BOUNDARIES: Mapping[Metric, str] = {
    "energy_kwh": "including cooling, at the building's meter",
    "carbon_kg": "electricity and hardware",
    "water_l": "on site and at power plants",
    "cost_usd": "what is paid",
}
"""What each total includes."""
METRIC_OF_TOTAL: Mapping[str, Metric] = {
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
CARBON_BASES: Mapping[CarbonBasis, str] = {
    "total": "location-based and embodied",
    "location": "location-based",
    "market": "market-based",
    "marginal": "marginal",
}
"""The CO2e that a comparison counts."""
ORIGINS: Mapping[Origin, str] = {
    "request": "yours",
    "table": "table",
    "default": "default",
    "measured": "measured",
    "inferred": "inferred",
    "overlay": "your table",
}
"""Where an input comes from."""
PART_PHASES: Mapping[str, str] = {"upfront": "up front", "per_task": "per task", "per_request": "per request"}
"""The phases of a strategy."""
PART_KINDS: Mapping[str, str] = {
    "training": "training",
    "inference": "serving",
    "hosting": "replicas that stand by",
    "model_footprint": "share of the training of a known model",
    "api": "call to a hosted model",
    "known": "your totals",
}
"""What a part of a strategy is."""
RESULTS: Mapping[str, str] = {
    "annual_g_per_kwh": "Mean intensity of the grid",
    "best_other_region": "Best other region",
    "carbon.embodied_kg": "CO2e of the manufacture",
    "carbon.location_kg": "CO2e of the electricity",
    "carbon.marginal_kg": "CO2e, marginal",
    "carbon.market_kg": "CO2e, market-based",
    "carbon.total_kg": "CO2e",
    "cost.api_usd": "Price of calls",
    "cost.electricity_usd": "Price of electricity",
    "cost.facility_usd": "Price of the building",
    "cost.hardware_usd": "Price of the hardware",
    "cost.rental_usd": "Rent",
    "cost.social_usd": "Damage of the CO2e",
    "cost.total_usd": "Cost",
    "duration_h": "Duration",
    "savings.percent": "Savings in per cent",
    "training_flop": "Operations of the run",
    "water.offsite_l": "Water at power plants",
    "water.total_l": "Water",
}
"""Results of an answer that may not be available, by their path."""
VALUE_PARTS: Mapping[str, str] = {
    "benefit_usd": "benefit",
    "social_usd": "damage of the CO2e",
    "second_order_usd": "second-order effects",
    "value_usd": "net value",
}
"""The parts of the net value of a strategy."""
ALTERNATIVES: Mapping[Alternative, str] = {
    "now": "a start at once",
    "average": "the average start",
    "best_other_region": "the best other region",
}
"""The alternatives to the best start of a schedule."""


OWNED_SCOPES = "Yours: Scope 2 for the electricity, Scope 3 for fuels upstream and manufacture"
RENTED_SCOPES = "Rented: Scope 3, category 1"
EITHER_SCOPES = "Scope 2 if the machines are yours; Scope 3, category 1 if they are rented"


def ghg_scopes(estimate: Estimate) -> str:
    """The scopes of the GHG Protocol in which whoever asks counts the CO2e of an estimate.

    Args:
        estimate: The estimate.
    """
    pricing = estimate["request"].get("pricing")
    if isinstance(pricing, Mapping) and pricing.get("kind") == "owned":
        return OWNED_SCOPES
    is_metered = estimate["accelerator_hours"] is None and "provider" not in estimate["request"]
    return EITHER_SCOPES if is_metered else RENTED_SCOPES


def part_name(part: PartAnswer, strategies: Sequence[str]) -> str:
    """A part of a strategy in words: ``shared, per task: training``.

    Args:
        part: The part.
        strategies: The names of the strategies in their order.
    """
    _, place, phase, *_ = part["part"].split(".")
    return f"{strategies[int(place)]}, {PART_PHASES[phase]}: {PART_KINDS[part['kind']]}"


def verdict(entry: BreakEven, tasks: str, strategy: str, against: str) -> str | None:
    """The verdict of a comparison in words; None if it has none.

    Args:
        entry: A break-even of a comparison of strategies.
        tasks: Its number of tasks, formatted.
        strategy: The name of its strategy, as the text shows it.
        against: The name of the strategy that it is compared with, likewise.
    """
    if entry["verdict"] is None:
        return None
    return VERDICTS[Verdict(entry["verdict"])].format(a=strategy, b=against, at=tasks, units="tasks")


def short_verdict(entry: BreakEven) -> str:
    """The verdict of a comparison with central values; ``not known`` if it has none."""
    tasks = numbers.count(entry["tasks"]["value"]) if entry["tasks"] else ""
    return verdict(entry, tasks, entry["strategy"], entry["against"]) or numbers.NOT_KNOWN
