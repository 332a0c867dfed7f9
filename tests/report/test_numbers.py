"""Formatted numbers have the value of the number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costsvc.estimates.labels import MINUS
from costsvc.report import numbers
from costsvc.report.dimensions import DIMENSIONS
from costsvc.report.numbers import (
    SHORT_DOLLARS,
    SINGULAR,
    TIMES_TEN,
    FormattedQuantity,
    format_quantity,
    scale,
    text,
)

SIZES = st.floats(1e-12, 1e15) | st.floats(-12, 15).map(lambda exponent: 10**exponent)
SIGNED = st.builds(lambda size, sign: size * sign, SIZES, st.sampled_from((1, -1)))
DIGITS_OF = {superscript: plain for plain, superscript in numbers.SUPERSCRIPT.items()}
LONG = {short: long for long, short in SHORT_DOLLARS.items()} | {one: many for many, one in SINGULAR.items()}


def read(figure: str) -> float:
    """The number of a text."""
    plain = figure.replace(",", "").replace("$", "").replace(MINUS, "-")
    mantissa, _, power = plain.partition(TIMES_TEN)
    return float(mantissa) * 10 ** int(power.translate(DIGITS_OF) or "0")


def size(unit: str, dimension: str) -> float:
    """The size of a unit, in the unit of the dimension."""
    sizes = {name: factor for factor, name in DIMENSIONS[dimension]}
    return sizes[unit] if unit in sizes else sizes[LONG[unit]]


def three(quantity: FormattedQuantity, dimension: str) -> tuple[float, float, float]:
    factor = size(quantity.unit, dimension)
    return read(quantity.value) * factor, read(quantity.low) * factor, read(quantity.high) * factor


@pytest.mark.parametrize("dimension", DIMENSIONS)
@given(value=SIGNED, low=SIGNED, high=SIGNED)
def test_a_formatted_quantity_reads_back_as_its_value(dimension: str, value: float, low: float, high: float) -> None:
    back = three(format_quantity({"value": value, "low": low, "high": high}, dimension), dimension)
    assert back == pytest.approx((value, low, high), rel=0.005)


@pytest.mark.parametrize("dimension", DIMENSIONS)
@given(value=SIZES)
def test_the_scale_of_a_figure_is_its_formatted_unit(dimension: str, value: float) -> None:
    factor, unit = scale(value, dimension)
    assert format_quantity(value, dimension).unit in (unit, SHORT_DOLLARS.get(unit), SINGULAR.get(unit))
    assert read(format_quantity(value, dimension).value) * factor == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize("dimension", DIMENSIONS)
@given(value=SIZES)
def test_a_value_between_the_smallest_and_the_largest_unit_has_no_power_of_ten(dimension: str, value: float) -> None:
    smallest, largest = DIMENSIONS[dimension][0][0], DIMENSIONS[dimension][-1][0]
    if not smallest <= value < largest:
        return
    formatted = format_quantity(value, dimension)
    assert TIMES_TEN not in formatted.value
    assert read(formatted.value) >= 1
    assert len(re.sub(r"[^1-9]", "", formatted.value)) <= (4 if formatted.value.startswith("$") else 3)  # with cents


@pytest.mark.parametrize(
    ("value", "dimension", "expected"),
    [
        (0.0, "energy_kwh", "0 kWh"),
        (-0.0, "cost_usd", "$0.00"),
        (0.0004, "energy_kwh", "400 mWh"),
        (12_345.6, "energy_kwh", "12.3 MWh"),
        (4e9, "energy_kwh", "4 TWh"),
        (0.9999, "carbon_kg", "1.00 kg"),
        (0.99949, "carbon_kg", "999 g"),
        (1.0, "carbon_kg", "1 kg"),
        (999_999, "carbon_kg", "1.00 kt"),
        (483.98, "carbon_kg", "484 kg"),
        (3546.8, "water_l", "3.55 m³"),
        (2_500_000, "water_l", "2,500 m³"),
        (0.0123, "cost_usd", "$0.0123"),
        (0.5, "cost_usd", "$0.50"),
        (12.3, "cost_usd", "$12.30"),
        (12.34, "cost_usd", "$12.34"),
        (99.97, "cost_usd", "$100"),
        (0.99999, "cost_usd", "$1.00"),
        (1234, "cost_usd", "$1,230"),
        (999_499, "cost_usd", "$999,000"),
        (999_999, "cost_usd", "$1.00 M"),
        (1_234_567, "cost_usd", "$1.23 M"),
        (-1_234_567, "cost_usd", f"{MINUS}$1.23 M"),
        (1.2e9, "cost_usd", "$1.2 bn"),
        (0.005, "time_h", "18 s"),
        (0.5, "time_h", "30 min"),
        (24, "time_h", "1 day"),
        (125, "time_h", "5.21 days"),
        (8760 * 3, "time_h", "3 years"),
        (700, "power_w", "700 W"),
        (10_200, "power_w", "10.2 kW"),
        (0.213, "energy_j", "213 mJ"),
        (1_200_000, "number", "1.2 million"),
        (0.5607, "share", "56.1 %"),
        (None, "share", "not known"),
    ],
)
def test_a_value_has_a_unit_of_suitable_size(value: float | None, dimension: str, expected: str) -> None:
    assert text(value, dimension) == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "dimension", "expected"),
    [
        (12_345, 8_912, 17_080, "energy_kwh", "12.3 MWh (8.91 to 17.1)"),
        (999.9, 800.4, 1200.4, "carbon_kg", "1.00 t (0.800 to 1.20)"),
        (1_234_567, 1_000_000, 1_500_000, "cost_usd", "$1.23 M ($1 M to $1.5 M)"),
        (7568, 6590.2, 8690.9, "cost_usd", "$7,570 ($6,590 to $8,690)"),
        (125, 125, 125, "time_h", "5.21 days"),
        (383, 296, None, "number", "383 (296 or more)"),
        (383, None, 644, "number", "383 (up to 644)"),
        (383, None, None, "number", "383 (without bounds)"),
        (None, 296, None, "number", "not known (296 or more)"),
        (None, None, None, "number", "not known"),
        (0, 0, 5200, "energy_kwh", "0 MWh (0 to 5.2)"),
        (-70.4, -4489, 4196, "energy_kwh", f"{MINUS}70.4 kWh ({MINUS}4,490 to 4,200)"),
    ],
)
def test_an_interval_has_the_unit_of_its_value(
    value: float | None, low: float | None, high: float | None, dimension: str, expected: str
) -> None:
    assert text({"value": value, "low": low, "high": high}, dimension) == expected


def test_an_open_end_is_a_phrase() -> None:
    formatted = format_quantity({"value": 2.0, "low": None, "high": None}, "number")
    assert formatted == FormattedQuantity("2", "no lower bound", "no upper bound", "")


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0 %"), (0.004, "less than 1 %"), (0.5607, "56 %"), (0.996, "more than 99 %"), (1, "100 %")],
)
def test_a_share_is_not_rounded_to_0_or_1(share: float, expected: str) -> None:
    assert numbers.percent(share) == expected


def test_each_kind_of_number_has_its_own_function() -> None:
    assert numbers.energy(1500) == "1.5 MWh"
    assert numbers.carbon(1500) == "1.5 t"
    assert numbers.water(1500) == "1.5 m³"
    assert numbers.money(1500) == "$1,500"
    assert numbers.duration(36) == "1.5 days"
    assert numbers.power(1500) == "1.5 kW"
    assert numbers.count(1_500_000) == "1.5 million"


@pytest.mark.parametrize(
    ("number", "expected"), [(1024, "1,024"), (1000.0, "1,000"), (8.03026, "8.03026"), (0.1, "0.1")]
)
def test_an_exact_number_keeps_all_of_its_digits(number: float, expected: str) -> None:
    assert numbers.exact(number) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "not known"),
        (0, "less than 1 %"),
        (0.0099, "less than 1 %"),
        (0.01, "1 %"),
        (0.5, "50 %"),
        (0.99, "99 %"),
        (0.9901, "more than 99 %"),
        (1, "more than 99 %"),
    ],
)
def test_a_probability_is_never_certain(value: float | None, expected: str) -> None:
    assert numbers.probability(value) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (0.0, "0 %"),
        (12.34, "+12.3 %"),
        (-4.0, f"{MINUS}4 %"),
        (123_456.0, "+123,456 %"),
        ({"value": -4.0, "low": -9.0, "high": 1.0}, f"{MINUS}4 % ({MINUS}9 to +1)"),
        ({"value": -4.0, "low": -4.0, "high": -4.0}, f"{MINUS}4 %"),
        ({"value": 5.0, "low": 1.0, "high": None}, "+5 % (+1 to no bound)"),
    ],
)
def test_a_change_has_its_sign(change: numbers.Amount, expected: str) -> None:
    assert numbers.change(change) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(128_256, "128,256"), (131_072.0, "131,072"), (8.03, "8.03"), (1979.123, "1,979"), (7.227e23, "7.227e+23")],
)
def test_a_whole_number_of_a_table_has_all_of_its_digits(number: float, expected: str) -> None:
    assert numbers.cell(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, ""),
        ("fp8", "fp8"),
        (0.0, "0"),
        (0.123456, "0.1235"),
        (-1_234_567.0, f"{MINUS}1,235,000"),
        (2.5e9, "2.5e+09"),
        (1e-5, f"1e{MINUS}05"),
    ],
)
def test_a_factor_has_four_digits(number: float | str | None, expected: str) -> None:
    assert numbers.factor(number) == expected
