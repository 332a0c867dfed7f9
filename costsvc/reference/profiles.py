"""Profiles of a grid: intensity by month and hour of the day, relative to the mean of the year."""

from dataclasses import dataclass

import numpy as np

from costsvc.model.schedule import DAYS, annual_mean
from costsvc.model.uncertainty import Factor
from costsvc.reference.catalog import Catalog
from costsvc.reference.places import Place
from costsvc.reference.table import Row
from costsvc.requests.workloads import Scope
from costsvc.units import H_PER_DAY, Array

TABLE = "grid_profiles"
MONTHS, HOURS = len(DAYS), int(H_PER_DAY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """The profile of a zone.

    Attributes:
        zone: The zone.
        scope: Life-cycle or direct emissions.
        shape: A row per month and a column per hour in UTC, relative to the mean of the year. [1]
        mean: The mean of the year, with its source. [g/kWh]
    """

    zone: str
    scope: Scope
    shape: Array
    mean: Factor


def profile(place: Place, scope: Scope, catalog: Catalog) -> Profile | None:
    """The profile of a place's zone, or of the zone that supplies most of its electricity; None if there is none."""
    zone = place.hours_zone
    rows = catalog.rows_by(TABLE, "zone_id").get((zone,), [])
    column = f"{scope}_g_per_kwh"
    table = np.full((MONTHS, HOURS), np.nan)
    for row in rows:
        table[row["month"] - 1, row["hour_utc"]] = row[column]
    if zone is None or np.isnan(table).any() or not table.any():
        return None
    mean = annual_mean(table)
    return Profile(zone=zone, scope=scope, shape=table / mean, mean=_factor(zone, mean, column, rows[0]))


def zones_with_profile(place: Place, catalog: Catalog) -> list[tuple[str, list[str]]]:
    """All zones with a profile and their cloud regions, those of the place's country first."""
    rows = catalog.tables[TABLE].rows.values()
    regions: dict[str, list[str]] = {row["zone_id"]: [] for row in rows}
    near = set()
    for id_, row in catalog.tables["regions"].rows.items():
        if row["zone_id"] in regions:
            regions[row["zone_id"]].append(str(id_))
            near |= {row["zone_id"]} if row["country"] == place.country else set()
    return sorted(regions.items(), key=lambda found: (found[0] not in near, found[0]))


def _factor(zone: str, mean: float, column: str, row: Row) -> Factor:
    return Factor(
        name="profile_mean_g_per_kwh",
        value=mean,
        low=mean,
        high=mean,
        unit="g/kWh",
        origin="table",
        identity=f"{TABLE}/{zone}/{column}",
        source_id=row["source_id"],
        locator=row["locator"],
    )
