"""Numbers as people type them."""

import pytest

from costsvc import limits
from costsvc.limits import Limit
from costsvc.schemas.typed_numbers import read_number

COUNT, SIZE, SHARE = limits.REQUESTS, limits.PARAMS_B, limits.SHARE


@pytest.mark.parametrize(
    ("text", "limit", "number"),
    [
        ("1000", COUNT, 1000),
        (" 1 000 ", COUNT, 1000),
        ("1\u202f000\xa0000", COUNT, 1_000_000),
        ("1,000", COUNT, 1000),
        ("1,234,567.5", COUNT, 1_234_567.5),
        ("1'000", COUNT, 1000),
        ("-1,000", COUNT, -1000),
        ("1k", COUNT, 1000),
        ("1.5M", COUNT, 1_500_000),
        ("3 million", COUNT, 3_000_000),
        ("1e3", COUNT, 1000),
        ("1E-3", COUNT, 0.001),
        (".5", COUNT, 0.5),
        ("5.", COUNT, 5),
        ("70", SIZE, 70),
        ("70B", SIZE, 70),
        ("7 billion", SIZE, 7),
        ("500M", SIZE, 0.5),
        ("1.6T", SIZE, 1600),
        ("50 %", SHARE, 0.5),
        ("0.5", SHARE, 0.5),
        ("10 %", limits.OVERHEAD, 0.1),
        ("1,5", COUNT, 1.5),
        ("0,125", SHARE, 0.125),
        ("1.000,5", COUNT, 1000.5),
        ("1,2 million", COUNT, 1_200_000),
        ("$2.50", limits.USD_PER_HOUR, 2.5),
        ("2.50 USD", limits.USD_PER_HOUR, 2.5),
        ("$1,000", limits.USD_PER_HOUR, 1000),
    ],
)
def test_a_number_is_read_as_it_is_typed(text: str, limit: Limit, number: float) -> None:
    assert read_number(text, limit) == pytest.approx(number, rel=1e-12)


NO_NUMBERS = [
    "many",
    "1,0000",
    "1,000,5",
    "$5",
    "1.2.3",
    "1x",
    "7 dwarfs",
    "inf",
    "nan",
    "1e999",
    "1-2",
    "k",
    "",
]


@pytest.mark.parametrize("text", [*NO_NUMBERS, "9" * 1_000_000 + "?", "1" + ",000" * 100_000 + "?"])
def test_what_is_no_number_is_left_to_the_field_to_refuse(text: str) -> None:
    assert read_number(text, COUNT) is None


@pytest.mark.parametrize("limit", [limits.HOURS, limits.REQUESTS, None])
def test_a_percentage_needs_a_share_or_a_rate(limit: Limit | None) -> None:
    assert read_number("50%", limit) is None
