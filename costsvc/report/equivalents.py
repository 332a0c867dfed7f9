"""Totals as amounts of everyday things."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from costsvc.answers.estimate import Estimate
from costsvc.reference.table import Row
from costsvc.report import numbers
from costsvc.report.labels import METRIC_OF_TOTAL
from costsvc.units import H_PER_DAY, H_PER_YEAR

YEARS, DAYS = "years of ", "days of "
LEAST, MOST = 1.0, 10_000.0
"""Amounts outside of these are hard to imagine."""
PICTURED = ("energy_kwh", "carbon_kg")
"""The totals that have an everyday amount."""


class Amount(NamedTuple):
    """An amount of a thing, in the name's own unit."""

    number: float
    thing: str


def equivalents(estimate: Estimate, things: Mapping[str, Row]) -> list[str]:
    """An everyday amount for energy and one for CO2e, where one can be imagined.

    Args:
        estimate: The estimate.
        things: Rows of the table of equivalences by id.
    """
    by_metric: dict[str, list[Amount]] = {}
    for one in estimate["equivalents"]:
        thing = things[one["name"]]
        by_metric.setdefault(METRIC_OF_TOTAL[thing["metric"]], []).extend(_amounts(one["value"], thing["name"]))
    chosen = [by_metric[metric][0] for metric in PICTURED if by_metric.get(metric)]
    return [f"{numbers.count(one.number)} {one.thing}" for one in chosen]


def _amounts(number: float, thing: str) -> Iterator[Amount]:
    """The amount in years or in days, if it is neither tiny nor huge."""
    if thing.startswith(YEARS) and number < LEAST:
        number, thing = number * H_PER_YEAR / H_PER_DAY, thing.replace(YEARS, DAYS, 1)
    if LEAST <= number <= MOST:
        yield Amount(number, thing)
