"""Numbers as people read them: three significant digits and a unit of suitable size.

The value of a quantity and both ends of its interval have the same unit, so that they can be compared
at sight: ``12.3 MWh (8.91 to 17.1)``.
"""

from typing import NamedTuple, TypeAlias

from typing_extensions import ReadOnly, TypedDict

from costsvc import units
from costsvc.estimates.labels import MINUS, signed
from costsvc.model.uncertainty import DRAWS
from costsvc.report.dimensions import DIMENSIONS, DOLLARS


class Interval(TypedDict):
    """What quantities, factors and other intervals of answers have in common."""

    value: ReadOnly[float | None]
    low: ReadOnly[float | None]
    high: ReadOnly[float | None]


Amount: TypeAlias = Interval | float | None
"""An interval of an answer, a number without an interval, or nothing."""

NOT_KNOWN = "not known"
NO_LOWER_BOUND = "no lower bound"
NO_UPPER_BOUND = "no upper bound"
NO_BOUND = "no bound"
DIGITS = 3
FACTOR_DIGITS = 4
"""Digits of a factor: one more than of a total, because readers copy some of them."""
SMALLEST = 1e-4
"""Smaller numbers are easier to read with a power of ten than as a decimal fraction."""
LARGEST = 1e9
"""From here on a factor has a power of ten."""
LARGEST_WHOLE = 1e12
"""From here on a whole number of a table is rounded like a factor."""
EXACT = 1e-9
"""Relative distance to the rounded digits below which trailing zeros are dropped, since nothing was rounded."""
WIDE = 0.1
"""A value below this share of the larger end of its interval has the unit of that share."""
LOWEST, HIGHEST = 0.01, 0.99
"""Probabilities and shares outside of these, but for 0 and 1, are ``less than`` and ``more than`` them."""
TIMES_TEN = " \N{MULTIPLICATION SIGN} 10"
SUPERSCRIPT = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
SINGULAR = {"days": "day", "years": "year"}
SHORT_DOLLARS = {"USD": "", "million USD": "M", "billion USD": "bn", "trillion USD": "tn"}
"""The unit after a sum of money that has a dollar sign."""


class FormattedQuantity(NamedTuple):
    """The texts of a quantity.

    A sum of money has its dollar sign in ``value``, ``low`` and ``high``, and M, bn or nothing in ``unit``.
    """

    value: str
    low: str
    high: str
    unit: str


def scale(value: float, dimension: str) -> tuple[float, str]:
    """Choose the unit of suitable size for a value.

    Args:
        value: The value, in the unit of the dimension.
        dimension: One of :data:`DIMENSIONS`.

    Returns:
        The size of the unit, to divide the value by, and its name; of money ``million USD`` and the like.
    """
    steps = DIMENSIONS[dimension]
    if value == 0:
        return min(steps, key=lambda step: abs(step[0] - 1))
    suitable = [step for step in steps if float(f"{abs(value) / step[0]:.{DIGITS - 1}e}") >= 1]
    return suitable[-1] if suitable else steps[0]


def format_quantity(quantity: Amount, dimension: str) -> FormattedQuantity:
    """Format a quantity in one unit for value, low and high.

    An open end is ``no lower bound`` or ``no upper bound``; a missing quantity is ``not known`` without a unit.
    """
    numbers = _value_low_high(quantity)
    if numbers == (None, None, None):
        return FormattedQuantity(NOT_KNOWN, "", "", "")
    size, unit = scale(_reference_size(numbers), dimension)
    value, low, high = (None if number is None else _figure(number / size, unit) for number in numbers)
    unit = SHORT_DOLLARS.get(unit, unit)
    return FormattedQuantity(
        value=value or NOT_KNOWN,
        low=low or NO_LOWER_BOUND,
        high=high or NO_UPPER_BOUND,
        unit=SINGULAR.get(unit, unit) if value == "1" else unit,
    )


def text(quantity: Amount, dimension: str) -> str:
    """Format a quantity in one line: ``12.3 MWh (8.91 to 17.1)``, without the interval if it has no width."""
    formatted = format_quantity(quantity, dimension)
    if not formatted.low:
        return formatted.value
    if formatted.value == NOT_KNOWN:
        return f"{NOT_KNOWN} ({_interval(formatted, with_unit=True)})"
    value = _with_unit(formatted.value, formatted.unit)
    if formatted.low == formatted.high == formatted.value:
        return value
    # a sum of money repeats its unit, because the dollar sign alone would mean dollars
    return f"{value} ({_interval(formatted, with_unit=dimension == 'cost_usd')})"


def energy(kwh: Amount) -> str:
    """Format energy in kWh."""
    return text(kwh, "energy_kwh")


def carbon(kg: Amount) -> str:
    """Format a mass of CO2e in kg."""
    return text(kg, "carbon_kg")


def water(litres: Amount) -> str:
    """Format a volume of water in L."""
    return text(litres, "water_l")


def money(usd: Amount) -> str:
    """Format a sum of money in USD."""
    return text(usd, "cost_usd")


def duration(hours: Amount) -> str:
    """Format a time in h."""
    return text(hours, "time_h")


def power(watts: Amount) -> str:
    """Format a power in W."""
    return text(watts, "power_w")


def count(number: Amount) -> str:
    """Format a count: ``1,230``, ``1.23 million``."""
    return text(number, "number")


def percent(share: float) -> str:
    """Format a share in whole per cent; only 0 and 1 themselves are ``0 %`` and ``100 %``."""
    if 0 < share < LOWEST:
        return f"less than {units.PERCENT * LOWEST:.0f} %"
    if HIGHEST < share < 1:
        return f"more than {units.PERCENT * HIGHEST:.0f} %"
    return f"{share * units.PERCENT:.0f} %"


def probability(value: float | None) -> str:
    """Format a probability that was counted from draws, which prove neither certainty nor impossibility."""
    return NOT_KNOWN if value is None else percent(min(max(value, 1 / DRAWS), 1 - 1 / DRAWS))


def change(percent: Amount) -> str:
    """Format a change in per cent with its sign and interval: ``+12.3 % (+8 to +15)``."""
    value, low, high = (signed_or_open(number) for number in _value_low_high(percent))
    return f"{value} %" if value == low == high else f"{value} % ({low} to {high})"


def signed_or_open(number: float | None) -> str:
    """Format a number with its sign; an open end of an interval is ``no bound``."""
    return NO_BOUND if number is None else signed(number)


def exact(number: float) -> str:
    """Format a number from a request with all of its digits."""
    whole = float(number).is_integer()
    return f"{number:,.0f}" if whole else f"{number:,.10f}".rstrip("0")


def factor(number: float | str | None) -> str:
    """Format the number of a table cell in its own unit.

    Args:
        number: The number; a text is not changed, None is empty.
    """
    if number is None or isinstance(number, str):
        return number or ""
    rounded = float(f"{number:.{FACTOR_DIGITS}g}")
    decimal = SMALLEST <= abs(rounded) < LARGEST or not rounded
    text = f"{rounded:,.10f}".rstrip("0").rstrip(".") if decimal else f"{rounded:g}"
    return text.replace("-", MINUS)


def cell(number: float) -> str:
    """Format the number of a table cell, with all digits if it is whole: a count or a size of a model is exact.

    Args:
        number: The number.
    """
    return exact(number) if float(number).is_integer() and abs(number) < LARGEST_WHOLE else factor(number)


def unrounded(number: float) -> str:
    """Format the number of a row with all of its digits.

    Args:
        number: The number.
    """
    decimal = SMALLEST <= abs(number) < LARGEST_WHOLE or not number
    text = f"{number:,}".removesuffix(".0") if decimal else f"{number:.15g}"
    return text.replace("-", MINUS)


def _value_low_high(quantity: Amount) -> tuple[float | None, float | None, float | None]:
    if quantity is None or isinstance(quantity, float | int):
        return quantity, quantity, quantity
    return quantity["value"], quantity["low"], quantity["high"]


def _reference_size(numbers: tuple[float | None, float | None, float | None]) -> float:
    """The number that the unit suits: the value, unless it is very small compared with its interval."""
    value, *ends = (abs(number or 0.0) for number in numbers)
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
    """Dollars with two decimals below a hundred, as prices have them; more decimals below a dollar."""
    whole, _, decimals = figure.partition(".")
    if len(whole) >= DIGITS or TIMES_TEN in figure:
        return figure
    return f"{size:.2f}" if size >= 1 else f"{whole}.{decimals:0<2}"


def _interval(formatted: FormattedQuantity, *, with_unit: bool) -> str:
    ends = (formatted.low, formatted.high)
    low, high = (_with_unit(end, formatted.unit) if with_unit else end for end in ends)
    if ends == (NO_LOWER_BOUND, NO_UPPER_BOUND):
        return "without bounds"
    if formatted.high == NO_UPPER_BOUND:
        return f"{low} or more"
    return f"up to {high}" if formatted.low == NO_LOWER_BOUND else f"{low} to {high}"


def _with_unit(figure: str, unit: str) -> str:
    return f"{figure} {unit}".rstrip()
