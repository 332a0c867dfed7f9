"""Numbers as people type them into a form: ``1,000``, ``0,5``, ``70B``, ``7 billion``, ``50 %``, ``$2.50``."""

import math
import re

from costsvc.limits import Limit

NUMBER = r"[-+]?(?:\d++(?:\.\d*+)?+|\.\d++)(?:e[-+]?\d++)?"
"""A decimal number. It gives back no digit, so that a megabyte of them is read once."""
TYPED = re.compile(rf"(?P<digits>{NUMBER})(?P<unit>[a-z]*|%)", re.ASCII | re.IGNORECASE)
GROUPED = re.compile(r"[-+]?\d{1,3}(?P<mark>[,'])\d{3}(?:(?P=mark)\d{3})*+(?![\d,'])", re.ASCII)
"""Digits in groups of three."""
DECIMAL_COMMA = re.compile(r"(?P<whole>0|[1-9]\d*+|[1-9]\d{0,2}(?:\.\d{3})++),(?P<part>\d++)(?=\D|$)", re.ASCII)
"""A number that may have a decimal comma: ``0,125``, ``1,5``, ``1.000,5``."""
GROUP = 3
CURRENCY = re.compile(r"^\$|(?:usd|us\$|\$)$", re.IGNORECASE)
MONEY = "USD"
TIMES = {
    "": 1.0,
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "g", "billion", "billions"), 1e9),
    **dict.fromkeys(("t", "tn", "trillion", "trillions"), 1e12),
}
BILLIONS = "10^9"
"""Beginning of the unit of a field that counts in billions."""
LARGEST_SHARE = 1000.0
"""Fields with a higher upper bound count things, and take no percentage."""
EXACT = 2**53
"""Below this every whole number is a float, and is repeated to the caller without a decimal point."""


def read_number(text: str, limit: Limit | None) -> float | int | None:
    """A number as somebody typed it; None if it is none.

    A bare number has the unit of its field. In a field that counts in billions, ``70B`` and ``70`` are the same. A
    percentage is read in a share or a rate.

    Args:
        text: What was typed.
        limit: The range and unit of the field; None if it has none.
    """
    plain = _with_point("".join(text.split()))
    if limit is not None and limit.unit.startswith(MONEY):
        plain = CURRENCY.sub("", plain)
    grouped = GROUPED.match(plain)
    if grouped:
        plain = grouped[0].replace(grouped["mark"], "") + plain[grouped.end() :]
    found = TYPED.fullmatch(plain)
    if found is None:
        return None
    times = _times(found["unit"].lower(), limit)
    number = math.nan if times is None else float(found["digits"]) * times
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < EXACT else number


def _with_point(plain: str) -> str:
    """The text with a decimal point in place of a decimal comma that can be nothing else."""
    found = DECIMAL_COMMA.match(plain)
    if found is None:
        return plain
    whole, part = found["whole"].replace(".", ""), found["part"]
    is_grouping = len(part) == GROUP and whole != "0" and "." not in found["whole"]
    return plain if is_grouping or len(part) > GROUP else f"{whole}.{part}{plain[found.end() :]}"


def _times(word: str, limit: Limit | None) -> float | None:
    """The factor of the word behind a number, in the unit of its field; None if it means nothing there."""
    if word == "%":
        return 0.01 if limit is not None and limit.high <= LARGEST_SHARE else None
    counts_billions = word and limit is not None and limit.unit.startswith(BILLIONS)
    times = TIMES.get(word)
    return times / 1e9 if times is not None and counts_billions else times
