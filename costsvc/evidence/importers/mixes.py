"""Intensities of places that draw from several zones: the mix of their ties, with an interval that holds its parts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from costsvc.evidence.importers.grid import Spread, countries, egrid, method_spread, zones_direct
from costsvc.evidence.importers.reconcile import KEY, LEAST_ABOVE_DIRECT, settled_zones
from costsvc.evidence.importers.rows import facts
from costsvc.evidence.importers.ties import COLUMNS, FACTS, own_zones, ties
from costsvc.evidence.importers.upstream_share import Ratio, fitted_ratio

Floats = npt.NDArray[np.float64]
OWN_PLANTS = [
    ("own:gas", 490.0, 410.0, 650.0, "ipcc-ar5-annex-iii"),
    ("own:hydropower", 24.0, 5.0, 100.0, "ipcc-ar5-annex-iii"),
    ("own:oil", 725.0, 600.0, 950.0, "assumption"),
]
"""Life-cycle intensity of plants of one kind; that of oil is between what islands with oil engines have."""
MAPPED_WIDTH = 1.1
"""Assumed 90 % spread of a place within the subregion that it is mapped to."""
COUNTED = "PRI"
"""A country whose plants EPA counts, where the statistics of production lie below what they emit."""
SUBSTANTIAL = 0.1
"""Share of a state from which a town in it may well lie in that subregion."""
OF_MIX = ["zone_id", "year", "scope", "method", "basis", "g_per_kwh", "low", "high", "carbon_free_share"]
OF_MIX += ["source_id", "locator", "quality"]


def extreme(values: Floats, low: Floats, high: Floats) -> float:
    """The least mix of values whose shares lie between bounds and add up to one.

    Args:
        values: One per part.
        low: Least share of each part. [1]
        high: Most of each part. [1]
    """
    shares = low.copy()
    for part in np.argsort(values):
        shares[part] += min(high[part] - low[part], max(0.0, 1 - shares.sum()))
    return float(values @ shares)


def mixed(tied: pd.DataFrame, known: pd.DataFrame, held: float = 1.0) -> pd.DataFrame:
    """A row per place and year in which all its parts are known.

    Args:
        tied: Ties of places to one kind of zone.
        known: Rows of those zones, in one scope and by one method.
        held: Share from which the interval holds the middle of a part, whatever the mix. [1]
    """
    parts = tied[COLUMNS].drop(columns="year").merge(known, on="zone_id", suffixes=("_of_tie", ""))
    rows = [_mix(group, held) for _, group in parts.groupby(["place_id", "year"]) if group["share"].sum() > 1 - 1e-3]
    return pd.DataFrame(rows, columns=OF_MIX)


def _mix(parts: pd.DataFrame, held: float) -> dict[str, object]:
    """One mix; its interval holds the middle of its largest part, so that the two never exclude each other."""
    parts = parts.sort_values("share", ascending=False)
    bounds = parts["low_of_tie"].to_numpy(), parts["high_of_tie"].to_numpy()
    inside = parts.loc[parts["share"].ge(min(held, parts["share"].max())), "g_per_kwh"]
    largest, value = parts.iloc[0], float(np.average(parts["g_per_kwh"], weights=parts["share"]))
    lows, highs = parts["low"].to_numpy(), parts["high"].to_numpy()
    listed = ", ".join(f"{zone} {share:.3g}" for zone, share in zip(parts["zone_id"], parts["share"], strict=True))
    return largest[["year", "scope", "method", "basis", "source_id"]].to_dict() | {
        "zone_id": largest["place_id"],
        "g_per_kwh": value,
        "low": min(value, extreme(lows, *bounds), inside.min()),
        "high": max(value, -extreme(-highs, *bounds), inside.max()),
        "carbon_free_share": float(np.average(parts["carbon_free_share"], weights=parts["share"])),
        "locator": f"mix of {largest['year']} by grid_ties: {listed}",
        "quality": "assumed" if largest["quality"] == "assumed" else "derived",
    }


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the averages that come or follow from Electricity Maps.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    spread, ratio = method_spread(upstream), fitted_ratio(upstream)
    zones, direct = settled_zones(upstream, spread, ratio), zones_direct(upstream, spread)
    tied, subregions = ties(upstream), egrid(upstream)
    subregions = subregions[subregions["zone_id"].str.startswith("egrid:")]
    fed = tied[tied["place_id"].isin(facts(FACTS)["place_id"]) & tied["zone_id"].str.match("em:|own:")]
    plants = own_plants(sorted(set(zones["year"])))
    consumed = pd.concat([mixed(fed, pd.concat([zones, plants])), of_own_zone(upstream, zones)])
    produced = mixed(tied[tied["zone_id"].str.startswith("egrid:")], subregions, SUBSTANTIAL)
    produced = produced[~produced["zone_id"].isin(direct["zone_id"])]
    produced = below_lifecycle(produced, pd.concat([zones, consumed]), ratio)
    lifecycle = as_lifecycle(subregions, ratio)
    counted = mixed(tied[(tied["place_id"] == COUNTED) & tied["zone_id"].str.startswith("egrid:")], lifecycle)
    counted = counted[counted["year"] < zones["year"].min()]
    return {
        "grid_average_electricitymaps": pd.concat([zones, direct], ignore_index=True),
        "grid_average_tied": pd.concat([consumed, counted, lifecycle, produced], ignore_index=True),
    }


def own_plants(years: Sequence[int]) -> pd.DataFrame:
    """Life-cycle of the plants of a place that no zone has, alike in every year."""
    rows = pd.DataFrame(OWN_PLANTS, columns=["zone_id", "g_per_kwh", "low", "high", "source_id"])
    rows = rows.assign(scope="lifecycle", method="average", basis="production", carbon_free_share=np.nan)
    return rows.merge(pd.DataFrame({"year": years}), how="cross").assign(locator="", quality="assumed")


def of_own_zone(upstream: Path, zones: pd.DataFrame) -> pd.DataFrame:
    """Countries as their zone has them: if production contradicts consumption or has no figure for that year."""
    own = own_zones(upstream)[["place_id", "zone_id"]]
    known = pd.MultiIndex.from_frame(countries(upstream, Spread(1.0, 1.0))[KEY])
    rows = own.merge(zones, on="zone_id")
    silent = ~pd.MultiIndex.from_frame(rows[["place_id", "year"]]).isin(known)
    rows = rows[rows["contradicted"] | silent]
    return rows.assign(zone_id=rows["place_id"])[OF_MIX]


def as_lifecycle(direct: pd.DataFrame, ratio: Ratio) -> pd.DataFrame:
    """Direct figures of US subregions as life-cycle, by how much they emit."""
    times = ratio.bounds(direct["g_per_kwh"], direct["zone_id"])
    return direct.assign(
        scope="lifecycle",
        g_per_kwh=direct["g_per_kwh"] * times["middle"],
        low=direct["low"] * times["low"],
        high=direct["high"] * times["high"],
        locator=direct["locator"] + "; times " + times["middle"].round(3).astype(str) + " from direct to life-cycle",
        quality="derived",
    )


def below_lifecycle(direct: pd.DataFrame, lifecycle: pd.DataFrame, ratio: Ratio) -> pd.DataFrame:
    """Direct figures of places, none above what the place's own life-cycle figure leaves for them.

    A subregion may be far wider than the place: Washington's dams lie in one with the coal of Utah.
    """
    last = lifecycle.sort_values("year").rename(columns={"g_per_kwh": "whole_g"})
    rows = pd.merge_asof(
        direct.sort_values("year"), last[["zone_id", "year", "whole_g"]], on="year", by="zone_id", direction="nearest"
    )
    left = rows["whole_g"] / rows["whole_g"].map(ratio.middle, na_action="ignore")
    above = rows["g_per_kwh"] * LEAST_ABOVE_DIRECT > rows["whole_g"]
    note = "; brought down to what its life-cycle of " + rows["whole_g"].round(1).astype(str) + " leaves"
    return rows.assign(
        g_per_kwh=rows["g_per_kwh"].mask(above, left),
        low=rows["low"].mask(above, np.minimum(rows["low"], left)) / MAPPED_WIDTH,
        high=rows["high"] * MAPPED_WIDTH,
        locator=rows["locator"] + note.where(above, ""),
    )
