"""Numbers for people: three significant digits, and a unit that suits the value.

A quantity's value and both ends of its interval are shown in one unit, so that they can be compared
at sight: ``12.3 MWh (8.91 to 17.1)``.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from costsvc import units

Quantity: TypeAlias = Mapping[str, float | None] | float | None
"""A quantity as the API gives it, a number without an interval, or nothing."""

NOT_KNOWN = "not known"
NO_LOWER_BOUND = "no lower bound"
NO_UPPER_BOUND = "no upper bound"
DIGITS = 3
SMALLEST = 1e-4
"""Below this a decimal fraction is harder to read than a power of ten."""
EXACT = 1e-9
"""A value this near to its shown digits is shown without the zeros that would claim a rounding."""
WIDE = 0.1
"""A value smaller than this share of its interval's larger end is shown in the unit of that share."""
MINUS = "\N{MINUS SIGN}"
TIMES_TEN = " \N{MULTIPLICATION SIGN} 10"
SUPERSCRIPT = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
SINGULAR = {"days": "day", "years": "year"}
DOLLARS = "USD"
SHORT_DOLLARS = {"USD": "", "million USD": "M", "billion USD": "bn", "trillion USD": "tn"}
"""What stands behind a figure that the dollar sign stands before."""

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
    (1e6, "thousand m³"),
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
"""The units of each dimension with their size in the unit that the dimension is named for, smallest first."""


class Shown(NamedTuple):
    """A quantity as people read it.

    A sum of money has its dollar sign in ``value``, ``low`` and ``high``, and M, bn or nothing in ``unit``.
    """

    value: str
    low: str
    high: str
    unit: str


def scale(value: float, dimension: str) -> tuple[float, str]:
    """The unit that suits a value, and its size in the unit of the dimension.

    Args:
        value: What is to be shown, in the unit of the dimension.
        dimension: One of :data:`DIMENSIONS`.

    Returns:
        The number to divide by, and the unit. Of money that is ``million USD`` and the like.
    """
    steps = DIMENSIONS[dimension]
    if value == 0:
        return min(steps, key=lambda step: abs(step[0] - 1))
    fitting = [step for step in steps if float(f"{abs(value) / step[0]:.{DIGITS - 1}e}") >= 1]
    return fitting[-1] if fitting else steps[0]


def shown(quantity: Quantity, dimension: str) -> Shown:
    """A quantity as figures and the unit that all three share.

    An end that is open says so in words; a quantity that does not exist is ``not known`` and has no unit.
    """
    three = _three(quantity)
    if three == (None, None, None):
        return Shown(NOT_KNOWN, "", "", "")
    size, unit = scale(_measure(three), dimension)
    value, low, high = (None if one is None else _figure(one / size, unit) for one in three)
    unit = SHORT_DOLLARS.get(unit, unit)
    return Shown(
        value=value or NOT_KNOWN,
        low=low or NO_LOWER_BOUND,
        high=high or NO_UPPER_BOUND,
        unit=SINGULAR.get(unit, unit) if value == "1" else unit,
    )


def text(quantity: Quantity, dimension: str) -> str:
    """A quantity in one line: ``12.3 MWh (8.91 to 17.1)``, or without the interval where it has no width."""
    figures = shown(quantity, dimension)
    if not figures.low:
        return figures.value
    if figures.value == NOT_KNOWN:
        return f"{NOT_KNOWN} ({_ends(figures, with_unit=True)})"
    value = _with_unit(figures.value, figures.unit)
    if figures.low == figures.high == figures.value:
        return value
    # a sum of money repeats its unit, for the dollar sign alone would say dollars
    return f"{value} ({_ends(figures, with_unit=dimension == 'cost_usd')})"


def energy(kwh: Quantity) -> str:
    """Energy, given in kWh."""
    return text(kwh, "energy_kwh")


def carbon(kg: Quantity) -> str:
    """A mass of CO2e, given in kg."""
    return text(kg, "carbon_kg")


def water(litres: Quantity) -> str:
    """Water, given in L."""
    return text(litres, "water_l")


def money(usd: Quantity) -> str:
    """Money, given in USD."""
    return text(usd, "cost_usd")


def duration(hours: Quantity) -> str:
    """A time, given in h."""
    return text(hours, "time_h")


def power(watts: Quantity) -> str:
    """Power, given in W."""
    return text(watts, "power_w")


def count(number: Quantity) -> str:
    """How many: ``1,230``, ``1.23 million``."""
    return text(number, "number")


def percent(share: float) -> str:
    """A share in whole percent; one that is not quite 0 or 1 is not rounded to it."""
    if 0 < share < 0.01:  # noqa: PLR2004 - one percent
        return "less than 1 %"
    if 0.99 < share < 1:  # noqa: PLR2004 - all but one percent
        return "more than 99 %"
    return f"{share * units.PERCENT:.0f} %"


def exact(number: float) -> str:
    """A number that somebody gave, with all of its digits."""
    whole = float(number).is_integer()
    return f"{number:,.0f}" if whole else f"{number:,.10f}".rstrip("0")


def _three(quantity: Quantity) -> tuple[float | None, float | None, float | None]:
    if isinstance(quantity, Mapping):
        return quantity["value"], quantity["low"], quantity["high"]
    return quantity, quantity, quantity


def _measure(three: tuple[float | None, float | None, float | None]) -> float:
    """What the unit is chosen by: the value, unless it is next to nothing beside its interval."""
    value, *ends = (abs(one or 0.0) for one in three)
    return max(value, WIDE * max(ends)) if value else max(ends)


def _figure(value: float, unit: str) -> str:
    size = abs(value)
    figure = _power_of_ten(size) if 0 < size < SMALLEST else _decimal(size)
    sign = MINUS if value < 0 else ""
    if unit not in SHORT_DOLLARS:
        return sign + figure
    return f"{sign}${_with_cents(size, figure) if unit == DOLLARS else figure}"


def _decimal(size: float) -> str:
    rounded = f"{size:.{DIGITS - 1}e}"
    decimals = DIGITS - 1 - int(rounded.partition("e")[2])
    if decimals <= 0:
        return f"{float(rounded):,.0f}"
    figure = f"{size:.{decimals}f}"
    is_exact = abs(float(figure) - size) <= EXACT * size
    return figure.rstrip("0").rstrip(".") if is_exact else figure


def _power_of_ten(size: float) -> str:
    mantissa, _, exponent = f"{size:.{DIGITS - 1}e}".partition("e")
    return f"{mantissa}{TIMES_TEN}{str(int(exponent)).translate(SUPERSCRIPT)}"


def _with_cents(size: float, figure: str) -> str:
    """Dollars with cents up to a hundred, as prices have them; fractions of a cent below a dollar."""
    whole, _, decimals = figure.partition(".")
    if len(whole) >= DIGITS or TIMES_TEN in figure:
        return figure
    return f"{size:.2f}" if size >= 1 else f"{whole}.{decimals:0<2}"


def _ends(figures: Shown, *, with_unit: bool) -> str:
    low, high = (_with_unit(one, figures.unit) if with_unit else one for one in (figures.low, figures.high))
    if figures.low == NO_LOWER_BOUND and figures.high == NO_UPPER_BOUND:
        return "without bounds"
    if figures.high == NO_UPPER_BOUND:
        return f"{low} or more"
    return f"up to {high}" if figures.low == NO_LOWER_BOUND else f"{low} to {high}"


def _with_unit(figure: str, unit: str) -> str:
    return f"{figure} {unit}".rstrip()
