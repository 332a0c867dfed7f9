"""The units of each dimension, from the smallest to the largest."""

from collections.abc import Mapping
from typing import TypeAlias

from costsvc import units

DOLLARS = "USD"
Steps: TypeAlias = tuple[tuple[float, str], ...]

WH, GRAM, MILLILITRE = 1 / units.W_PER_KW, 1 / units.G_PER_KG, 1 / units.ML_PER_L
ENERGY: Steps = (
    (WH / 1e6, "µWh"),
    (WH / 1e3, "mWh"),
    (WH, "Wh"),
    (1.0, "kWh"),
    (1e3, "MWh"),
    (1e6, "GWh"),
    (1e9, "TWh"),
)
MASS: Steps = (
    (GRAM / 1e6, "µg"),
    (GRAM / 1e3, "mg"),
    (GRAM, "g"),
    (1.0, "kg"),
    (1e3, "t"),
    (1e6, "kt"),
    (1e9, "Mt"),
)
WATER: Steps = (
    (MILLILITRE / 1e3, "µL"),
    (MILLILITRE, "mL"),
    (1.0, "L"),
    (1e3, "m³"),
    (1e9, "million m³"),
)
MONEY: Steps = ((1.0, DOLLARS), (1e6, "million USD"), (1e9, "billion USD"), (1e12, "trillion USD"))
TIME: Steps = (
    (1 / units.S_PER_H, "s"),
    (60 / units.S_PER_H, "min"),
    (1.0, "h"),
    (units.H_PER_DAY, "days"),
    (units.H_PER_YEAR, "years"),
)
POWER: Steps = ((1e-3, "mW"), (1.0, "W"), (1e3, "kW"), (1e6, "MW"), (1e9, "GW"))
JOULES: Steps = ((1e-6, "µJ"), (1e-3, "mJ"), (1.0, "J"), (1e3, "kJ"), (1e6, "MJ"), (1e9, "GJ"))
SHARE: Steps = ((1 / units.PERCENT, "%"),)
COUNT: Steps = ((1.0, ""), (1e6, "million"), (1e9, "billion"), (1e12, "trillion"))


def _per(factor: float, steps: Steps) -> Steps:
    """The same units for a value whose own unit is a fraction of theirs."""
    return tuple((size * factor, unit) for size, unit in steps)


DIMENSIONS: Mapping[str, Steps] = {
    "energy_kwh": ENERGY,
    "energy_j": JOULES,
    "carbon_kg": MASS,
    "carbon_g": _per(units.G_PER_KG, MASS),
    "water_l": WATER,
    "water_ml": _per(units.ML_PER_L, WATER),
    "cost_usd": MONEY,
    "time_h": TIME,
    "power_w": POWER,
    "share": SHARE,
    "number": COUNT,
}
"""The units of each dimension with their size in the unit that names the dimension, smallest first."""
