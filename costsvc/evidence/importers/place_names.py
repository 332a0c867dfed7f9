"""Tables of names: names of cloud regions, countries and grid zones, cities, and codes of ISO 3166-2."""

import re
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pycountry

from costsvc.evidence.importers.rows import facts
from costsvc.evidence.importers.ties import avert_region

ANY = "*"
KOSOVO = {"XKX": "XK"}
STATES = ("USA", "CAN", "AUS")
"""Countries whose cities have their state in their id: its name alone does not determine the place."""
APART = ("CL-AI", "CL-MA", "ES-CN", "IN-AN", "IN-LD", "PT-20", "US-UM", "GB-ZET")
"""Subdivisions with grids of their own of which no zone is known; the average of their country would be wrong."""
BRACKETS = re.compile(r"\s*[\[(].*?[\])]")
TOWN = r"[^(),]+, [^(),]+"
"""A display name that is only a city with its country."""
COUNTRY_AND_CITY = ("alibaba",)
"""Clouds whose display names are a country with a city: they need the cloud."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
COLUMNS = ["name", "provider", "place_id", "kind", "source_id", "locator", "quality"]


def build(_: Path) -> dict[str, pd.DataFrame]:
    """Build the tables of names of places.

    Returns:
        Frames by table.
    """
    found = cities()
    return {"place_names": names(found), "cities": found.drop(columns="spellings"), "subdivision_codes": subdivisions()}


def names(found: pd.DataFrame) -> pd.DataFrame:
    """Every name by which a place is known apart from its id, each with its provider, ``*`` for none.

    Args:
        found: The cities with their spellings.
    """
    regions = facts("region_name_facts.csv")
    plain = regions["name"].str.fullmatch(TOWN) | regions["provider"].isin(COUNTRY_AND_CITY)
    town = regions["kind"].eq("display") & plain
    regions = regions.assign(
        place_id=regions["provider"] + ":" + regions["region"], kind=regions["kind"].mask(town, "place")
    )
    every = [regions, facts("place_name_facts.csv"), _countries(), _spellings(found)]
    rows = pd.concat([frame[COLUMNS] for frame in every], ignore_index=True)
    return rows.drop_duplicates(["name", "provider", "place_id"])


def cities() -> pd.DataFrame:
    """Cities with their coordinates and the zone of the grid that they lie in."""
    typed = pd.read_csv(Path(__file__).with_name("city_facts.csv"), keep_default_na=False, na_values=[""])
    zone = "em:" + typed["em_zone"].str.removeprefix("em:")
    state = typed["subdivision"].where(typed["country_iso3"].isin(STATES))
    area = state.fillna(typed["country_iso3"].map(_iso2()))
    word = typed["ascii_name"].str.replace(r"[.'\u2019]", "", regex=True).str.replace(" ", "-")
    return pd.DataFrame(
        {
            "city_id": "city:" + area + "/" + word,
            "name": typed["city"],
            "country": typed["country_iso3"],
            "subdivision": typed["subdivision"],
            "zone_id": zone,
            "egrid_zone_id": typed["egrid_subregion"],
            "avert_zone_id": avert_region(zone),
            "latitude": typed["latitude"],
            "longitude": typed["longitude"],
            "population": typed["population"],
            "namesakes": typed["namesakes"].map({"yes": "true"}).fillna("false"),
            "spellings": typed["ascii_name"] + ";" + typed["spellings"].fillna(""),
            "source_id": typed["source_id"],
            "locator": typed["locator"] + "; zone of the grid: mapping of this project",
            "quality": typed["quality"],
        }
    )


def subdivisions() -> pd.DataFrame:
    """Codes of ISO 3166-2 without a row of their own in ``subdivisions``, with a zone if their country has several.

    Codes of territories are left out: they are names of countries.
    """
    zones = facts("subdivision_zone_facts.csv").set_index("subdivision")
    known = set(facts("place_name_facts.csv").query("kind == 'code'")["name"]) | set(APART)
    known |= set(facts("subdivision_facts.csv")["subdivision"])
    iso3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    rows = [
        {
            "subdivision": one.code,
            "country": iso3[one.country_code],
            "name": BRACKETS.sub("", one.name),
            "zone_id": next((zones["zone_id"][c] for c in (one.code, one.parent_code) if c in zones.index), None),
        }
        for one in pycountry.subdivisions
        if one.code not in known and one.country_code != "US"
    ]
    source = f"iso3166-2.json of pycountry {version('pycountry')}"
    frame = pd.DataFrame(rows).assign(source_id="iso-codes", locator=source, quality="reported")
    typed = frame["subdivision"].map(zones["locator"])
    frame.loc[typed.notna(), "locator"] += "; " + typed[typed.notna()]
    return frame


def _countries() -> pd.DataFrame:
    """Short, common and official names of ISO 3166-1."""
    kinds = {"name": "short", "common_name": "usual", "official_name": "official"}
    rows = [
        {"name": text, "place_id": one.alpha_3, "kind": kind, "locator": f"{one.alpha_3}, {attribute}"}
        for one in pycountry.countries
        for attribute, kind in kinds.items()
        if (text := getattr(one, attribute, None))
    ]
    return pd.DataFrame(rows).assign(provider=ANY, source_id="iso-3166-1", quality="reported")


def _spellings(found: pd.DataFrame) -> pd.DataFrame:
    """Names of cities, also with umlauts written as two letters."""
    columns = ["city_id", "name", "spellings", "locator", "quality"]
    rows = [
        {"name": text, "place_id": id_, "locator": locator.partition(";")[0], "quality": quality}
        for id_, name, spellings, locator, quality in found[columns].astype(str).to_numpy().tolist()
        for text in dict.fromkeys(_spelt([name, *spellings.split(";")]))
    ]
    return pd.DataFrame(rows).assign(provider=ANY, kind="city", source_id="geonames")


def _spelt(given: list[str]) -> list[str]:
    plain = [text.strip() for text in given if text.strip()]
    return [*plain, *(text.translate(UMLAUTS) for text in plain)]


def _iso2() -> dict[str, str]:
    return {country.alpha_3: country.alpha_2 for country in pycountry.countries} | KOSOVO
