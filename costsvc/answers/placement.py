"""Comparison of places, machines and prices for a workload."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from costsvc.answers.explanation import Provenance
from costsvc.answers.quantities import Amounts, CarbonBasis, OpenQuantity, Quantity
from costsvc.answers.request_body import RequestBody
from costsvc.docs import Doc, nullable


class Difference(TypedDict):
    """Difference of a metric, on paired draws."""

    absolute: Annotated[Quantity, Doc("In the metric's unit")]
    percent: Annotated[OpenQuantity | None, Doc("Relative to the baseline, in percent; null if that is 0")]


class Differences(TypedDict):
    """Difference of two outcomes in each metric; null if one of them is not available."""

    energy_kwh: Annotated[Difference | None, Doc("Energy at the building's meter")]
    carbon_kg: Annotated[Difference | None, Doc("CO2e on the chosen carbon basis")]
    water_l: Annotated[Difference | None, Doc("Water consumed")]
    cost_usd: Annotated[Difference | None, Doc("Cost")]
    hours: Annotated[Difference | None, Doc("Wall-clock hours")]


class OutcomeAnswer(Amounts):
    """Totals of a workload in one place."""

    request: Annotated[RequestBody, Doc("A request that gives the same estimate")]
    hours: Annotated[Quantity | None, nullable("Wall-clock time", "h")]


class OptionAnswer(OutcomeAnswer):
    """A ranked option, compared with the baseline."""

    rank: Annotated[int, Doc("Rank, from 1")]
    score: Annotated[float, Doc("Weighted sum that options are ranked by")]
    pareto: Annotated[bool, Doc("Whether no other option is better in all metrics")]
    difference: Annotated[Differences, Doc("Option minus baseline")]
    usd_per_kg_avoided: Annotated[float | None, Doc("Extra cost per kg of CO2e avoided; null if none is avoided")]


class Point(TypedDict):
    """A Pareto-optimal option: central values, ready to plot."""

    accelerator: Annotated[str, Doc("Accelerator")]
    region: Annotated[str | None, Doc("Region")]
    provider: Annotated[str | None, Doc("Whose price")]
    price_kind: Annotated[str, Doc("Kind of price")]
    year: Annotated[int | None, Doc("Year")]
    energy_kwh: Annotated[float, Doc("Energy at the building's meter", "kWh")]
    carbon_kg: Annotated[float, Doc("CO2e on the chosen carbon basis", "kg")]
    water_l: Annotated[float, Doc("Water consumed", "L")]
    cost_usd: Annotated[float, Doc("Cost", "USD")]
    hours: Annotated[float, Doc("Wall-clock time", "h")]


Role = Literal["now", "best", "carbon_kg", "cost_usd"]


class Best(TypedDict):
    """The option with the least of a metric; null if it is not known of any option."""

    carbon_kg: Annotated[OptionAnswer | None, Doc("The option with the least CO2e")]
    cost_usd: Annotated[OptionAnswer | None, Doc("The option with the least cost")]


class MapPoint(TypedDict):
    """A city with the best option of its regions: central values, ready for a map."""

    latitude: Annotated[float, Doc("Latitude of the city of the regions, or of the largest city around", "degree")]
    longitude: Annotated[float, Doc("Longitude of that city", "degree")]
    region: Annotated[str, Doc("Region of the best option")]
    regions: Annotated[int, Doc("Number of regions there")]
    holds: Annotated[
        list[Role],
        Doc("now: the workload as described; best: rank 1; carbon_kg, cost_usd: the option with the least of it"),
    ]
    accelerator: Annotated[str, Doc("Accelerator of the best option")]
    carbon_kg: Annotated[float | None, Doc("CO2e of the best option; null if not known", "kg")]
    cost_usd: Annotated[float | None, Doc("Cost of the best option; null if not known", "USD")]


class RefusedAnswer(TypedDict):
    """An accelerator that the workload cannot run on."""

    accelerator: Annotated[str, Doc("Accelerator")]
    reason: Annotated[str, Doc("Why not")]


class PlacementAnswer(Provenance):
    """Where, and on which accelerator, the workload should run."""

    id: Annotated[str, Doc("Equal requests on equal versions have equal ids")]
    request: Annotated[RequestBody, Doc("The request with its defaults")]
    carbon_basis: Annotated[CarbonBasis, Doc("Which CO2e counts")]
    weights: Annotated[dict[str, float], Doc("Weights of the score, by metric")]
    options_considered: Annotated[int, Doc("Number of combinations that were compared")]
    options_allowed: Annotated[int, Doc("Number of those within the limits of the request")]
    baseline: Annotated[OutcomeAnswer, Doc("The workload as the request describes it")]
    options: Annotated[list[OptionAnswer], Doc("The best options, the best first")]
    best: Annotated[Best, Doc("The options with the least of a single metric, which need not be among the best")]
    places: Annotated[list[MapPoint], Doc("The best option of each city, the best first")]
    unplaced: Annotated[int, Doc("Regions among the options whose position is not known")]
    pareto: Annotated[list[Point], Doc("Options that no other option beats in all metrics")]
    refused: Annotated[list[RefusedAnswer], Doc("Accelerators that the workload cannot run on")]
