"""Tables of places: countries, subdivisions, cloud regions and who operates buildings."""

from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.build.grid import GROUPS, IFI, ISO2_ABSENT, REGIONS, entities
from costsvc.evidence.build.rows import facts

STATES = "eia-industrial-price/us_state_industrial_price_2001_2024.csv"
LESS, MORE = 0.7, 1.4
"""Assumed 90 % spread of what a building adds to its servers: a year and a hall differ by this much."""


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
        "regions": regions(facts(REGIONS)),
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


def regions(typed: pd.DataFrame) -> pd.DataFrame:
    """Cloud regions with country, grid zones, PUE, WUE and carbon-free share."""
    pue, wue = typed["pue"], typed["wue_l_per_kwh"]
    cfe = typed["cfe_share_2024"]
    name = typed["provider"] + ":" + typed["region"]
    return pd.DataFrame(
        {
            "region_id": name,
            "provider": typed["provider"],
            "region": typed["region"],
            "location": typed["location"],
            "country": typed["country_iso3"],
            "subdivision": typed["subdivision_iso3166_2"],
            "zone_id": "em:" + typed["electricitymaps_zone"],
            "egrid_zone_id": "egrid:" + typed["egrid_subregion"],
            "avert_zone_id": "avert:" + typed["avert_region"],
            "pue": pue,
            "pue_low": 1 + (pue - 1) * LESS,
            "pue_high": 1 + (pue - 1) * MORE,
            "pue_year": typed["pue_year"],
            "wue_l_per_kwh": wue,
            "wue_l_per_kwh_low": wue * LESS,
            "wue_l_per_kwh_high": wue * MORE,
            "wue_year": typed["wue_year"],
            "cfe_share": cfe,
            "cfe_year": np.where(cfe.notna(), 2024, np.nan),
            "source_id": typed["provider"]
            .map({"aws": "aws-sites", "gcp": "google-sites", "azure": "azure-sites"})
            .fillna("other-sites"),
            "locator": "PUE and WUE by region: " + name + "; grid zones: mapping of this project",
            "quality": "reported",
        }
    )
