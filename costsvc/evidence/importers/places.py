"""Tables of places: countries, subdivisions, cloud regions and who operates buildings."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers.grid import GROUPS, IFI, ISO2_ABSENT, OWID, REGIONS, ZONE_OF
from costsvc.evidence.importers.rows import facts
from costsvc.evidence.importers.ties import avert_region

STATES = "eia-industrial-price/us_state_industrial_price_2001_2024.csv"


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
        "regions": regions(),
        "operators": facts("operator_facts.csv"),
    }


def countries(upstream: Path) -> pd.DataFrame:
    """Every country of ISO 3166 and Kosovo, with the names that the tables of the grid have."""
    rows = pd.read_csv(upstream / OWID, keep_default_na=False)
    named = rows.assign(iso3=rows["iso3"].replace(ZONE_OF)).drop_duplicates("iso3").set_index("iso3")["entity"]
    named = named[named.index.str.fullmatch("[A-Z]{3}")]
    codes = pd.read_csv(upstream / IFI, keep_default_na=False).drop_duplicates("iso3").set_index("iso3")
    typed = facts("country_facts.csv")
    ids = sorted((set(named.index) | set(codes.index)) - GROUPS - {""} - set(typed["country"]))
    name = pd.Series(ids).map(named).fillna(pd.Series(ids).map(codes["country"]))
    iso2 = pd.Series(ids).map(ISO2_ABSENT).fillna(pd.Series(ids).map(codes["iso2"]))
    result = pd.DataFrame({"country": ids, "iso2": iso2, "name": name})
    result = result.assign(source_id="owid-ember", locator="entities and their codes", quality="reported")
    return pd.concat([result, typed], ignore_index=True)


def subdivisions(upstream: Path) -> pd.DataFrame:
    """US states, and provinces of Canada and Australia that have a zone of their own."""
    us = pd.read_csv(upstream / STATES)[["stateid", "stateDescription"]].drop_duplicates("stateid")
    us = us[us["stateid"].str.fullmatch("[A-Z]{2}") & (us["stateid"] != "US")]
    states = pd.DataFrame({"subdivision": "US-" + us["stateid"], "country": "USA", "name": us["stateDescription"]})
    states = states.assign(source_id="eia-industrial-price", locator=states["subdivision"], quality="reported")
    return pd.concat([states, facts("subdivision_facts.csv")], ignore_index=True)


def regions() -> pd.DataFrame:
    """Cloud regions with country, zone of the grid, US subregion and region of AVERT."""
    typed = facts(REGIONS)
    note = typed["zone_note"].fillna("zone of the grid: mapping of this project")
    zone = "em:" + typed["electricitymaps_zone"]
    renamed = typed.rename(columns={"country_iso3": "country", "subdivision_iso3166_2": "subdivision"})
    return renamed.assign(
        region_id=region_id(typed),
        zone_id=zone,
        egrid_zone_id="egrid:" + typed["egrid_subregion"],
        avert_zone_id=avert_region(zone),
        locator=typed["locator"] + "; " + note,
    )


def region_id(typed: pd.DataFrame) -> pd.Series:
    """The ids of regions as they stand in the facts."""
    return typed["provider"] + ":" + typed["region"]


def zone_of_region() -> "pd.Series[str]":
    """The zone of the grid by region."""
    typed = facts(REGIONS)
    return pd.Series("em:" + typed["electricitymaps_zone"].to_numpy(), index=region_id(typed))
