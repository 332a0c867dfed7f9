"""The inputs of an estimate as people read them: what the intervals come from first, the rest by subject."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from costsvc.answers.estimate import Estimate
from costsvc.answers.explanation import FactorAnswer
from costsvc.report.labels import METRIC_OF_TOTAL, TOTALS
from costsvc.report.texts import phrases

LEAST_SHARE = 0.05
"""Least share of the variance of a total that an input is listed first for."""
GROUPS: Mapping[str, re.Pattern[str]] = {
    "Grid": re.compile(r"grid_|cfe_|contract_|residual_|marginal_|carbon_free"),
    "Site": re.compile(r"pue$|wue_"),
    "Price": re.compile(r".*usd|price_|age_years$|owned_|discount"),
    "Machine": re.compile(
        r"accelerator_(?!hours)|host_|power_|.*power_(share|ratio)|memory_|embodied_|hardware_|open_context|cores|clock|"
        r"it_power|processor_"
    ),
}
"""The subject of an input by the beginning of its name; other inputs describe the work."""
WORK = "Work"


class Input(NamedTuple):
    """An input of an estimate.

    Attributes:
        factor: Its name, value, interval, origin and source.
        label: Its name for people.
        share: The largest share of the variance of a total that it contributes.
        total: The noun of that total; empty if it contributes to none.
    """

    factor: FactorAnswer
    label: str
    share: float
    total: str


def leading_inputs(answer: Estimate) -> list[Input]:
    """The inputs that the widths of the intervals come from, the largest share first."""
    leading = [one for one in _inputs(answer) if one.share >= LEAST_SHARE]
    return sorted(leading, key=lambda one: -one.share)


def grouped_inputs(answer: Estimate) -> dict[str, list[Input]]:
    """All inputs by subject: the work, the machine, the site, the grid and the price."""
    groups: dict[str, list[Input]] = {name: [] for name in (WORK, "Machine", "Site", "Grid", "Price")}
    for one in _inputs(answer):
        groups[_group(one.factor["name"])].append(one)
    return {name: members for name, members in groups.items() if members}


def _group(name: str) -> str:
    return next((group for group, pattern in GROUPS.items() if pattern.match(name)), WORK)


def _inputs(answer: Estimate) -> Iterator[Input]:
    shares: dict[str, tuple[float, str]] = {}
    for total, drivers in answer["drivers"].items():
        for driver in drivers:
            noun = TOTALS[METRIC_OF_TOTAL[total]].noun
            shares[driver["name"]] = max(shares.get(driver["name"], (0.0, "")), (driver["share"], noun))
    for factor in answer["factors"]:
        share, noun = shares.get(factor["name"], (0.0, ""))
        yield Input(factor, factor_label(factor["name"]), share, noun)


def factor_label(name: str) -> str:
    """The name of a factor for people, as the beginning of a line.

    Args:
        name: Its name in the answer.
    """
    words = phrases.factor(name).removeprefix("the ")
    return words[:1].upper() + words[1:]
