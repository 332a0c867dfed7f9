"""Tables of the margin: AVERT's regions and what lies in them, islands without one, and countries."""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers.grid import IFI, average, bounded, egrid
from costsvc.evidence.importers.mixes import mixed
from costsvc.evidence.importers.ties import ties

AVERT = "epa-avert/avert_avoided_co2_rates_2017_2024.csv"
PROVISIONAL = 2024
"""The year of the figures that their publisher has not released formally."""
G_PER_LB = 453.59237
KWH_PER_MWH = 1000
COUNTRY_SPREAD = 1.25
RARELY_FOLLOWS = 1.15
"""Plants without carbon seldom follow the load, so what does emits more than the mean of all; assumed."""
OIL_PLANT_G = 950.0
"""Direct intensity of an old oil-fired plant, the most that an island burns at the margin; assumed."""
ISLANDED = ("AK", "HI", "PR")
"""Parts of eGRID's subregion names that no region of AVERT holds."""
HYDROPOWER_G = (5.0, 24.0, 100.0)
"""Life-cycle of hydropower and geothermal steam, where nothing else is at the margin; never nothing."""
IMPORTED_FROM = {"SWZ": "ZAF", "LSO": "ZAF"}
"""Countries without a figure that import about half of their power: the margin is the neighbour's."""
EXPORTED_TO = {"ALB": "GRC", "BTN": "IND", "COD": "ZMB", "ETH": "KEN", "NPL": "IND", "PRY": "BRA"}
"""Countries without a figure whose hydropower, when it is not used, runs to a neighbour that burns less for it."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the tables of the margin.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    regions, tied = avert(upstream), ties(upstream)
    within = mixed(tied[tied["zone_id"].str.startswith("avert:")], regions)
    return {
        "grid_marginal": pd.concat([regions, within, islands(upstream, tied)], ignore_index=True),
        "grid_marginal_ifi": ifi(upstream),
    }


def avert(upstream: Path) -> pd.DataFrame:
    """Marginal direct intensity of US regions: a flat change of load, bounded by the other measures."""
    rows = pd.read_csv(upstream / AVERT)
    others = rows.filter(like="avoided_lbco2") * G_PER_LB / KWH_PER_MWH
    value = rows["marginal_gco2_per_kwh_uniform_load"]
    frame = average("avert:" + rows["avert_region"], rows["year"], "direct", "consumption", value, "marginal")
    return frame.assign(
        low=np.minimum(others.min(axis=1), value),
        high=np.maximum(others.max(axis=1), value),
        source_id="epa-avert",
        locator="uniform energy efficiency, "
        + rows["avert_region"]
        + ", "
        + rows["year"].astype(str)
        + rows["year"].map({PROVISIONAL: " (provisional)"}).fillna("")
        + "; holds grid losses",
        quality="reported",
    )


def islands(upstream: Path, tied: pd.DataFrame) -> pd.DataFrame:
    """Margins of Alaska, Hawaii and Puerto Rico, which have no lines to the rest: from their own averages."""
    own = egrid(upstream)
    own = own[own["zone_id"].str[len("egrid:") :].str[:2].isin(ISLANDED)]
    rows = pd.concat([own, mixed(tied[tied["zone_id"].isin(own["zone_id"])], own)], ignore_index=True)
    value = rows["g_per_kwh"] * RARELY_FOLLOWS
    return rows.assign(
        method="marginal",
        basis="consumption",
        low=rows["g_per_kwh"],
        g_per_kwh=value,
        high=np.maximum(value, OIL_PLANT_G),
        locator=rows["locator"] + f"; the direct average times {RARELY_FOLLOWS}, up to an oil-fired plant",
        quality="derived",
    )


def ifi(upstream: Path) -> pd.DataFrame:
    """Marginal direct intensity of countries: the operating margin, down to the combined margin."""
    rows = pd.read_csv(upstream / IFI, keep_default_na=False)
    rows = rows[rows["iso3"].ne("") & rows["operating_margin_gco2_per_kwh"].ne("")].drop_duplicates("iso3")
    value = rows["operating_margin_gco2_per_kwh"].astype(float)
    frame = average(rows["iso3"], 2021, "direct", "production", value, "marginal")
    frame = bounded(frame, COUNTRY_SPREAD).assign(
        source_id="ifi-2021", locator="operating margin of " + rows["iso3"], quality="reported"
    )
    combined = pd.to_numeric(rows["cm_electricity_consumption"]).fillna(value)
    known = frame.assign(low=np.minimum(combined, frame["low"]))[value > 0]
    return pd.concat([known, without_fossil_plants(frame[value <= 0], known)], ignore_index=True)


def without_fossil_plants(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Margins of countries without fossil plants, which the source gives as nothing: by the lines that they have."""
    least, hydropower, most = HYDROPOWER_G
    of_zone = known.set_index("zone_id")
    result = []
    for row in rows.to_dict("records"):
        zone = str(row["zone_id"])
        neighbour, imported = IMPORTED_FROM.get(zone) or EXPORTED_TO.get(zone), zone in IMPORTED_FROM
        margin = float(of_zone["g_per_kwh"][neighbour]) if neighbour else hydropower
        why = f"lines to {neighbour}" if neighbour else "hydropower and steam alone"
        result.append(
            row
            | {
                "g_per_kwh": margin if imported else math.sqrt(hydropower * margin),
                "low": hydropower if imported else least,
                "high": float(of_zone["high"][neighbour]) if neighbour else most,
                "locator": f"{row['locator']}: 0, {why} in its place",
                "quality": "assumed",
            }
        )
    return pd.DataFrame(result, columns=rows.columns)
