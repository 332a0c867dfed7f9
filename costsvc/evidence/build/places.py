"""Tables of places: countries, subdivisions, cloud regions and who operates buildings."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.build.grid import GROUPS, IFI, ISO2_ABSENT, REGIONS, entities
from costsvc.evidence.build.rows import facts

STATES = "eia-industrial-price/us_state_industrial_price_2001_2024.csv"
CARBON_FREE_YEAR = 2024
IMPLAUSIBLY_FREE = {"asia-east2"}
"""Regions whose carbon-free share fell to nothing in a year in which their grid did not change."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the tables of places.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    return {
        "countries": countries(upstream),
        "subdivisions": subdivisions(upstream),
        "regions": regions(upstream),
        "operators": facts("operator_facts.csv"),
    }


def countries(upstream: Path) -> pd.DataFrame:
    """Countries of the grid tables with their codes."""
    named = entities(upstream)[["iso3", "entity"]].drop_duplicates("iso3").set_index("iso3")["entity"]
    codes = pd.read_csv(upstream / IFI, keep_default_na=False).drop_duplicates("iso3").set_index("iso3")
    ids = sorted((set(named.index) | set(codes.index)) - GROUPS - {""})
    name = pd.Series(ids).map(named).fillna(pd.Series(ids).map(codes["country"]))
    iso2 = pd.Series(ids).map(ISO2_ABSENT).fillna(pd.Series(ids).map(codes["iso2"]))
    return pd.DataFrame(
        {
            "country": ids,
            "iso2": iso2,
            "name": name,
            "source_id": "owid-ember",
            "locator": "entities and their codes",
            "quality": "reported",
        }
    )


def subdivisions(upstream: Path) -> pd.DataFrame:
    """US states, and provinces of Canada and Australia that have a zone of their own."""
    us = pd.read_csv(upstream / STATES)[["stateid", "stateDescription"]].drop_duplicates("stateid")
    us = us[us["stateid"].str.fullmatch("[A-Z]{2}") & (us["stateid"] != "US")]
    states = pd.DataFrame({"subdivision": "US-" + us["stateid"], "country": "USA", "name": us["stateDescription"]})
    states = states.assign(source_id="eia-industrial-price", locator=states["subdivision"], quality="reported")
    return pd.concat([states, facts("subdivision_facts.csv")], ignore_index=True)


def regions(upstream: Path) -> pd.DataFrame:
    """Cloud regions with country, grid zones, PUE, WUE and carbon-free share."""
    typed = facts(REGIONS)
    name = typed["provider"] + ":" + typed["region"]
    free = name.map(carbon_free_shares(upstream))
    told = [
        typed["locator"].fillna(""),
        free.notna().map({True: f"carbon-free share: {CARBON_FREE_YEAR}.csv", False: ""}),
    ]
    locator = [
        "; ".join(filter(None, (*parts, "grid zones: mapping of this project"))) for parts in zip(*told, strict=True)
    ]
    renamed = typed.rename(
        columns={
            "country_iso3": "country",
            "subdivision_iso3166_2": "subdivision",
            "wue_low": "wue_l_per_kwh_low",
            "wue_high": "wue_l_per_kwh_high",
        }
    )
    return renamed.assign(
        region_id=name,
        zone_id="em:" + typed["electricitymaps_zone"],
        egrid_zone_id="egrid:" + typed["egrid_subregion"],
        avert_zone_id="avert:" + typed["avert_region"],
        cfe_share=free,
        cfe_year=np.where(free.notna(), CARBON_FREE_YEAR, np.nan),
        locator=name + ": " + pd.Series(locator),
    )


def carbon_free_shares(upstream: Path) -> "pd.Series[float]":
    """Share of each hour's use that Google's carbon-free supply met, by region id."""
    rows = pd.read_csv(upstream / f"google-region-carbon/{CARBON_FREE_YEAR}.csv")
    rows = rows.set_axis(["region", "location", "share", *rows.columns[3:]], axis=1)
    rows = rows[~rows["region"].isin(IMPLAUSIBLY_FREE)]
    return rows.set_axis("gcp:" + rows["region"])["share"].dropna()
