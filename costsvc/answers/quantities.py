"""Quantities with their 90 % intervals, and the metrics that comparisons use."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from costsvc.answers.docs import Doc, nullable

Metric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd"]
PlacementMetric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours"]
CarbonBasis = Literal["total", "location", "market", "marginal"]


class Quantity(TypedDict):
    """A value with its 90 % interval."""

    value: Annotated[float, Doc("Central value")]
    low: Annotated[float, Doc("Lower end of the interval")]
    high: Annotated[float, Doc("Upper end of the interval")]


class OpenQuantity(TypedDict):
    """A value with its 90 % interval, which may have no bound on either side."""

    value: Annotated[float, Doc("Central value")]
    low: Annotated[float | None, Doc("Lower end of the interval; null if it has no lower bound")]
    high: Annotated[float | None, Doc("Upper end of the interval; null if it has no upper bound")]


class Amounts(TypedDict):
    """One amount for each metric."""

    energy_kwh: Annotated[Quantity | None, nullable("Energy at the building's meter", "kWh")]
    carbon_kg: Annotated[Quantity | None, nullable("CO2e on the chosen carbon basis", "kg")]
    water_l: Annotated[Quantity | None, nullable("Water consumed", "L")]
    cost_usd: Annotated[Quantity | None, nullable("Cost", "USD")]
