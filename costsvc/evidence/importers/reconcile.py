"""Zones that several sources know: figures that contradict each other get an interval that holds them."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.grid import CLEAN_G, Spread, countries, egrid, google, zones, zones_direct
from costsvc.evidence.importers.places import zone_of_region
from costsvc.evidence.importers.ties import own_zones
from costsvc.evidence.importers.upstream_share import Ratio

KEY = ["zone_id", "year"]
LEAST_ABOVE_DIRECT = 1.03
"""A life-cycle figure holds the direct one and at least the works and fuel of a plant."""
SETTLED = 2024
"""The first year of Google's figures by the method of today; older ones widen and do not replace."""
ISLANDS = {"em:PR": "PRMS"}
"""Zones that are a subregion of eGRID, whose plants EPA counts one by one."""
AFTER = (2024, 2031)
SILENT_YEARS = 2
"""Years for which the last figure of production still counts: a zone that jumps is as likely one modelled anew."""
CONTINENTAL = {"em:CN": 1.5}
"""Zones that are many unlike grids, none of which has a zone: how far one may lie from the mean, assumed.

North China burns half as much coal again as the mean of China, Yunnan and Sichuan hardly any.
"""


def settled_zones(upstream: Path, spread: Spread, ratio: Ratio) -> pd.DataFrame:
    """Life-cycle figures of zones, raised above their own direct figures and widened to include other estimates.

    Args:
        upstream: Folder with the upstream files.
        spread: How far one method lies from the truth.
        ratio: From direct to life-cycle figures.

    Returns:
        The rows, with a column ``contradicted``: the intervals of consumption and of production lie apart, or
        production as life-cycle lies below what the plants emit.
    """
    by_google = _by_google(upstream)
    hours = zones_direct(upstream, Spread(1.0, 1.0)).set_index(KEY)["g_per_kwh"]
    settled, counted = by_google[by_google.index.get_level_values("year") >= SETTLED], _islands(upstream)
    direct = pd.concat([hours, settled, counted]).groupby(level=KEY).max()
    rows = _above(zones(upstream, spread), direct, ratio)
    made = production(upstream, rows)
    factor = spread.of(made)
    apart = (made * factor < rows["low"]) | (made / factor > rows["high"])
    rows = _holding(rows, made.where(apart), "production in Our World in Data")
    rows = _holding(rows, by_google * by_google.map(ratio.middle), "Google's direct figure as life-cycle")
    rows = rows.assign(contradicted=apart | (made < _at(rows, counted)))
    wide = rows["zone_id"].map(CONTINENTAL).fillna(1.0)
    return rows.assign(
        low=np.minimum(rows["low"], rows["g_per_kwh"] / wide), high=np.maximum(rows["high"], rows["g_per_kwh"] * wide)
    )


def production(upstream: Path, rows: pd.DataFrame) -> "pd.Series[float]":
    """The production-based figure of each row of a zone that is a country; missing years take the last figure."""
    zone = own_zones(upstream).set_index("place_id")["zone_id"]
    made = countries(upstream, Spread(1.0, 1.0))
    by_zone = made.assign(zone_id=made["zone_id"].map(zone)).dropna(subset=["zone_id"]).set_index(KEY)["g_per_kwh"]
    known = rows[KEY].assign(made=_at(rows, by_zone)).sort_values("year")
    return known.groupby("zone_id")["made"].ffill(limit=SILENT_YEARS).reindex(rows.index)


def _above(rows: pd.DataFrame, known: "pd.Series[float]", ratio: Ratio) -> pd.DataFrame:
    """Where a direct figure of the same zone and year is higher, that one as life-cycle."""
    direct = _at(rows, known)
    below = rows["g_per_kwh"] < direct * LEAST_ABOVE_DIRECT
    lifted = direct * ratio.bounds(direct, rows["zone_id"])["middle"]
    note = "; it lies below the direct " + direct.round(1).astype(str) + " of that year, which is converted instead"
    return rows.assign(
        g_per_kwh=rows["g_per_kwh"].mask(below, lifted),
        high=rows["high"].mask(below, lifted * rows["high"] / rows["g_per_kwh"]),
        locator=rows["locator"] + note.where(below, ""),
        quality=rows["quality"].mask(below, "derived"),
    )


def _islands(upstream: Path) -> "pd.Series[float]":
    """Direct figures of islands that are a US subregion, the last one also for the years after it."""
    zone = {f"egrid:{subregion}": zone for zone, subregion in ISLANDS.items()}
    rows = egrid(upstream)
    rows = rows.assign(zone_id=rows["zone_id"].map(zone)).dropna(subset=["zone_id"]).sort_values("year")
    after = [rows.drop_duplicates("zone_id", keep="last").assign(year=year) for year in range(*AFTER)]
    return pd.concat([rows, *after]).drop_duplicates(KEY).set_index(KEY)["g_per_kwh"]


def _by_google(upstream: Path) -> "pd.Series[float]":
    """Google's direct figures by zone; clean grids stay out, whose life-cycle does not follow from them."""
    zone = zone_of_region()
    rows = google(upstream)
    rows = rows.assign(zone_id=rows["zone_id"].map(zone))
    return rows[rows["g_per_kwh"] >= CLEAN_G].groupby(KEY)["g_per_kwh"].mean()


def _holding(rows: pd.DataFrame, other: "pd.Series[float]", whose: str) -> pd.DataFrame:
    """Rows with intervals that hold another figure too, where it lies outside."""
    others = other if other.index.equals(rows.index) else _at(rows, other)
    outside = (others < rows["low"]) | (others > rows["high"])
    note = f"; widened to {whose}, " + others.round(1).astype(str)
    return rows.assign(
        low=np.fmin(rows["low"], others),
        high=np.fmax(rows["high"], others),
        locator=rows["locator"] + note.where(outside, ""),
    )


def _at(rows: pd.DataFrame, known: "pd.Series[float]") -> "pd.Series[float]":
    """Figures by zone and year, in the order of the rows."""
    return known.reindex(pd.MultiIndex.from_frame(rows[KEY])).set_axis(rows.index)
