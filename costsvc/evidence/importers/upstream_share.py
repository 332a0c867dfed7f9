"""What the life-cycle of power adds to what its plants emit, by how much they emit."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.grid import HOURLY

LEAST = 0.05
"""What coal adds: mines and transport, the least of all fuels beside what it emits itself."""
OIL = (1.05, 1.15, 1.25)
"""Ratios of life-cycle to direct emissions of oil-fired grids, which the zones with hours have none of; assumed."""
OIL_FIRED = {"egrid:AKMS", "egrid:HIMS", "egrid:HIOA", "egrid:PRMS", "em:PR", "em:US-HI"}


@dataclass(frozen=True, slots=True)
class Ratio:
    """Life-cycle over direct emissions of a grid: 1 + exp(intercept + slope x direct).

    Gas adds a fifth and coal a tenth to what a plant emits, and a clean grid's own works weigh as much as its few
    fossil plants, so the ratio falls as a grid emits more.

    Attributes:
        intercept: Log of what is added at zero. [1]
        slope: Its change by direct intensity. [kWh/g]
        spread: How far what is added lies from the fit in nine grids of ten, as a factor. [1]
    """

    intercept: float
    slope: float
    spread: float

    def bounds(self, direct: pd.Series, zone: pd.Series) -> pd.DataFrame:
        """Low, middle and high ratio of each zone by its direct intensity."""
        added = np.exp(self.intercept + self.slope * direct).clip(lower=LEAST)
        result = pd.DataFrame({"low": 1 + added / self.spread, "middle": 1 + added, "high": 1 + added * self.spread})
        result.loc[zone.isin(OIL_FIRED), ["low", "middle", "high"]] = OIL
        return result

    def middle(self, direct: float) -> float:
        """The ratio of a grid that is not oil-fired."""
        return 1 + max(LEAST, math.exp(self.intercept + self.slope * direct))


def fitted_ratio(upstream: Path) -> Ratio:
    """The ratio by direct intensity, fitted to the zones and years whose hours are known in both scopes."""
    rows = pd.read_csv(upstream / HOURLY)
    direct = rows["direct_gco2e_per_kwh"]
    added = np.log(rows["lifecycle_gco2e_per_kwh"] / direct - 1)
    slope, intercept = np.polyfit(direct, added, 1)
    apart = np.abs(added - (intercept + slope * direct)).quantile(0.9)
    return Ratio(float(intercept), float(slope), math.exp(apart))
