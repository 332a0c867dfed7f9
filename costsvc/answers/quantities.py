"""Quantities with their 90 % intervals, and the metrics that comparisons use."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from costsvc.docs import nullable
from costsvc.model.quantities import OpenQuantity, Quantity

__all__ = ["Amounts", "CarbonBasis", "Metric", "OpenQuantity", "PlacementMetric", "Quantity"]

Metric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd"]
PlacementMetric = Literal["energy_kwh", "carbon_kg", "water_l", "cost_usd", "hours"]
CarbonBasis = Literal["total", "location", "market", "marginal"]


class Amounts(TypedDict):
    """One amount for each metric."""

    energy_kwh: Annotated[Quantity | None, nullable("Energy at the building's meter", "kWh")]
    carbon_kg: Annotated[Quantity | None, nullable("CO2e on the chosen carbon basis", "kg")]
    water_l: Annotated[Quantity | None, nullable("Water consumed", "L")]
    cost_usd: Annotated[Quantity | None, nullable("Cost", "USD")]
