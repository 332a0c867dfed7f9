"""What ties a place to the grid that it lies in: zones, US subregions, AVERT regions and own plants, with shares."""

from pathlib import Path

import pandas as pd

from costsvc.evidence.importers import co2js
from costsvc.evidence.importers.grid import iso3_by_iso2
from costsvc.evidence.importers.rows import facts

FACTS = "tie_facts.csv"
SUBREGIONS = "subregion_facts.csv"
COLUMNS = ["place_id", "zone_id", "share", "low", "high", "year", "source_id", "locator", "quality"]
AVERT_OF_AREA = {
    "CAL": "California",
    "CAR": "Carolinas",
    "CENT": "Central",
    "FLA": "Florida",
    "MIDA": "Mid-Atlantic",
    "MIDW": "Midwest",
    "NE": "New England",
    "NW": "Northwest",
    "NY": "New York",
    "SE": "Southeast",
    "SW": "Southwest",
    "TEN": "Tennessee",
    "TEX": "Texas",
}
"""EIA's regions, which name the zones and which AVERT's regions are made of."""
ROCKY_MOUNTAINS = {"em:US-NW-PSCO", "em:US-NW-WACM"}
"""Balancing areas that EIA counts to the Northwest and AVERT does not."""
AVERT_OF_SUBREGION = {
    "AZNM": {"Southwest": 1.0},
    "CAMX": {"California": 1.0},
    "ERCT": {"Texas": 1.0},
    "FRCC": {"Florida": 1.0},
    "MROE": {"Midwest": 1.0},
    "MROW": {"Midwest": 0.7, "Central": 0.3},
    "NEWE": {"New England": 1.0},
    "NWPP": {"Northwest": 1.0},
    "NYCW": {"New York": 1.0},
    "NYLI": {"New York": 1.0},
    "NYUP": {"New York": 1.0},
    "RFCE": {"Mid-Atlantic": 1.0},
    "RFCM": {"Midwest": 1.0},
    "RFCW": {"Mid-Atlantic": 0.7, "Midwest": 0.3},
    "RMPA": {"Rocky Mountains": 1.0},
    "SPNO": {"Central": 1.0},
    "SPSO": {"Central": 1.0},
    "SRMV": {"Midwest": 1.0},
    "SRMW": {"Midwest": 1.0},
    "SRSO": {"Southeast": 1.0},
    "SRTV": {"Tennessee": 1.0},
    "SRVC": {"Carolinas": 0.6, "Mid-Atlantic": 0.4},
}
OWN_ZONES = {"AX": "ALA", "XK": "XKX"}
MAPPED = "mapping of this project"
SHIFT = 0.4
"""Assumed width of a share: a place fed in halves by two grids is fed by 40 to 60 % of either."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the table of ties.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    return {"grid_ties": ties(upstream)}


def ties(upstream: Path) -> pd.DataFrame:
    """Every tie of every place: shares of a place in one kind of zone add up to one."""
    to_zones = pd.concat([facts(FACTS), own_zones(upstream)], ignore_index=True)
    us_zones = sorted(set(facts(SUBREGIONS)["zone_id"]))
    whole = pd.DataFrame({"place_id": us_zones, "zone_id": us_zones, "share": 1.0, "year": 2024})
    american = pd.concat([to_zones[to_zones["place_id"].str.match("US-|PRI")], whole], ignore_index=True)
    rows = pd.concat([to_zones, to_subregions(american), to_avert(american), subregions_to_avert()], ignore_index=True)
    width = SHIFT * rows["share"] * (1 - rows["share"])
    return rows.assign(
        low=rows["low"].fillna((rows["share"] - width).round(4)),
        high=rows["high"].fillna((rows["share"] + width).round(4)),
    )[COLUMNS]


def own_zones(upstream: Path) -> pd.DataFrame:
    """Countries to the zone that has their code."""
    zones = co2js.yearly(upstream)["zone"]
    known = iso3_by_iso2(upstream) | OWN_ZONES
    result = sorted({(known[zone], zone) for zone in zones if zone in known})
    country, zone = (pd.Series(column, dtype=str) for column in zip(*result, strict=True))
    rows = pd.DataFrame({"place_id": country, "zone_id": "em:" + zone, "share": 1.0, "year": 2024})
    return rows.assign(source_id="electricitymaps-zones", locator="zone " + zone, quality="reported")


def to_subregions(american: pd.DataFrame) -> pd.DataFrame:
    """US places to subregions of eGRID, by way of their zones."""
    subregions = facts(SUBREGIONS).fillna({"state": ""})
    named = set(zip(subregions["zone_id"], subregions["state"], strict=True))
    state = [
        place if (zone, place) in named else ""
        for zone, place in zip(american["zone_id"], american["place_id"], strict=True)
    ]
    joined = american.assign(state=state).merge(subregions, on=["zone_id", "state"], suffixes=("", "_of_zone"))
    joined = joined.assign(
        zone_id="egrid:" + joined["egrid_subregion"], share=joined["share"] * joined["share_of_zone"]
    )
    return _summed(joined)


def to_avert(american: pd.DataFrame) -> pd.DataFrame:
    """US places to regions of AVERT, by way of their zones; Alaska, Hawaii and Puerto Rico are in none."""
    return _summed(american.assign(zone_id=avert_region(american["zone_id"])).dropna(subset=["zone_id"]))


def avert_region(zone: pd.Series) -> pd.Series:
    """The region of AVERT that a US zone lies in."""
    area = zone.str.extract(r"em:US-(\w+)")[0].map(AVERT_OF_AREA)
    return "avert:" + area.mask(zone.isin(ROCKY_MOUNTAINS), "Rocky Mountains")


def subregions_to_avert() -> pd.DataFrame:
    """Subregions of eGRID to regions of AVERT."""
    rows = [
        ("egrid:" + subregion, "avert:" + region, share)
        for subregion, shares in AVERT_OF_SUBREGION.items()
        for region, share in shares.items()
    ]
    return _summed(pd.DataFrame(rows, columns=["place_id", "zone_id", "share"]).assign(year=2024))


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per place and zone, with shares that add up to one."""
    summed = rows.groupby(["place_id", "zone_id"], as_index=False).agg({"share": "sum", "year": "first"})
    whole = summed.groupby("place_id")["share"].transform("sum")
    return summed.assign(
        share=(summed["share"] / whole).round(4), source_id="assumption", locator=MAPPED, quality="assumed"
    )
