"""PUE, WUE and carbon-free share of a building by year."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from costsvc.model.uncertainty import Factor, Scale
from costsvc.reference.catalog import Catalog
from costsvc.reference.grid import closest_year

Metric = Literal["pue", "wue_l_per_kwh", "cfe_share"]
TABLE = "site_measures"
SCALES: dict[Metric, Scale] = {"pue": "above-one", "wue_l_per_kwh": "log", "cfe_share": "share"}
DRIFT: dict[Metric, float] = {"pue": 1.1, "wue_l_per_kwh": 1.3, "cfe_share": 1.0}
"""Assumed widening per year of distance, as a factor; for PUE it applies to the part above 1."""
LONGEST = 5
"""Years of distance after which the interval is not widened further."""


def measure(catalog: Catalog, scopes: Sequence[str], metric: Metric, unit: str, year: int) -> Factor | None:
    """The figure of the first scope that has one, in the year closest to the wanted one.

    Args:
        catalog: The tables.
        scopes: Region, operator, or ``*``, the narrowest first.
        metric: The metric.
        unit: Its unit.
        year: The wanted year; a figure of another year has a wider interval.
    """
    for scope in scopes:
        closest = closest_year(catalog.group(TABLE, scope, metric), year)
        if closest is not None:
            factor = catalog.factor(TABLE, (scope, metric, closest), "value", metric, unit, SCALES[metric])
            return None if factor is None else _carried(factor, metric, abs(closest - year))
    return None


def _carried(factor: Factor, metric: Metric, years: int) -> Factor:
    """A figure with its interval widened for a distance in years."""
    least = 1.0 if metric == "pue" else 0.0
    drift = DRIFT[metric] ** min(years, LONGEST)
    return replace(factor, low=least + (factor.low - least) / drift, high=least + (factor.high - least) * drift)
