"""Tables of the grid: averages by country, zone, US subregion and region of Google's, hourly profiles."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.importers import co2js
from costsvc.evidence.importers.rows import facts

OWID = "owid-ember-carbon-intensity/carbon_intensity_electricity_2000_2025.csv"
HOURLY = "electricitymaps-hourly/annual_direct_vs_lifecycle_2021_2024.csv"
PROFILES = "electricitymaps-hourly/month_hour_profiles_2021_2024.csv"
EGRID_OLD = "epa-egrid/egrid_subregion_co2e_2018_2022.csv"
EGRID = "epa-egrid2023/egrid2023_rev2_co2e.csv"
IFI = "ifi-marginal-2021/ifi_default_grid_factors_2021.csv"
REGIONS = "region_facts.csv"
LARGE = ("aws", "azure", "gcp")
ZONE_OF = {"OWID_WRL": "world", "OWID_EU27": "EU27", "OWID_KOS": "XKX"}
"""What our tables call an entity that has no code of ISO 3166; groups of countries that are no continent stay out."""
CONTINENTS = {
    "Africa": "africa",
    "Asia": "asia",
    "Europe": "europe",
    "Latin America and Caribbean (Ember)": "latin-america",
    "Middle East (Ember)": "middle-east",
    "North America": "north-america",
    "Oceania": "oceania",
    "South America": "south-america",
}
"""Continents by their name in the table of averages."""
GROUPS = {"world", "EU27", *CONTINENTS.values()}
ISO2_ABSENT = {"XKX": "XK", "HKG": "HK", "MAC": "MO", "ESH": "EH"}
"""Two-letter codes that the table of codes leaves out."""
GOOGLE_YEARS = (2021, 2022, 2023, 2024)
GOOGLE_FACTS = "google_facts.csv"
"""Google's figures of later years, as their file of that year has them."""
NEITHER_SCOPE = {("southamerica-west1", year) for year in GOOGLE_YEARS} | {
    ("asia-south1", 2022),
    ("us-east4", 2021),
    ("us-south1", 2021),
    ("asia-east2", 2024),
}
"""Google's figures that are neither the direct nor the life-cycle value of their grid."""
TIGHT = 1.05
"""Assumed 90 % spread of what a federal agency counts plant by plant."""
SMALLEST_G = 1.0
QUARTER_G = 250.0
"""Intensities of 0, 250, 500, 750 and 1000 g/kWh are ratios of a few hundredths of a TWh, not findings."""
MOSTLY = 0.25
"""Share of such figures from which none of a country's is taken."""
CLEAN_G = 100.0
"""Below this, imports and the factors assumed for water and nuclear power set two methods further apart."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far one method may lie from the truth, as a factor up and down.

    Attributes:
        clean: On grids below ``CLEAN_G``. [1]
        other: On the others. [1]
    """

    clean: float
    other: float

    def of(self, g_per_kwh: pd.Series) -> "pd.Series[float]":
        """The factor for each intensity."""
        return g_per_kwh.lt(CLEAN_G).map({True: self.clean, False: self.other})


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the tables of the grid.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    spread = method_spread(upstream)
    return {
        "grid_average": pd.concat([countries(upstream, spread), egrid(upstream)], ignore_index=True),
        "grid_average_google": google(upstream),
        "grid_profiles": profiles(upstream),
    }


def method_spread(upstream: Path) -> Spread:
    """How far one method lies from the truth: 90 % of the ratios between two, shared between them.

    Countries without a region of a large cloud are left out: their statistics are poorer and few compute there.
    """
    regions = facts(REGIONS)
    hosts = set(regions.loc[regions["provider"].isin(LARGE), "country_iso3"])
    ember = entities(upstream).set_index(["iso3", "year"])["gco2e_per_kwh"]
    maps = co2js.yearly(upstream)
    maps["iso3"] = maps["zone"].map(iso3_by_iso2(upstream))
    zones = maps[maps["iso3"].isin(hosts)].set_index(["iso3", "year"])["lifecycle_gco2e_per_kwh"]
    both = pd.concat([ember, zones], axis=1, join="inner").astype(float).clip(lower=SMALLEST_G).map(math.log)
    apart, clean = both.diff(axis=1).iloc[:, 1].abs(), both.mean(axis=1) < math.log(CLEAN_G)
    clean_apart, other_apart = (apart[one].quantile(0.9) / math.sqrt(2) for one in (clean, ~clean))
    return Spread(math.exp(clean_apart), math.exp(other_apart))


def iso3_by_iso2(upstream: Path) -> dict[str, str]:
    """Country codes of two letters to those of three."""
    rows = pd.read_csv(upstream / IFI, keep_default_na=False)
    result = {iso2: iso3 for iso2, iso3 in zip(rows["iso2"], rows["iso3"], strict=True) if iso2 and iso3}
    return result | {iso2: iso3 for iso3, iso2 in ISO2_ABSENT.items()}


def entities(upstream: Path) -> pd.DataFrame:
    """Countries, the European Union, continents and the world of the table of averages."""
    rows = pd.read_csv(upstream / OWID, keep_default_na=False)
    rows["iso3"] = rows["entity"].map(CONTINENTS).fillna(rows["iso3"].replace(ZONE_OF))
    rows = rows[rows["iso3"].str.fullmatch("[A-Z]{3}") | rows["iso3"].isin(GROUPS)]
    return rows[~_rounded(rows)]


def _rounded(rows: pd.DataFrame) -> pd.Series:
    """Figures of generation so small that rounding to 0.01 TWh decides them: zeros, and series full of quarters."""
    value = rows["gco2e_per_kwh"].astype(float)
    quarters = (value % QUARTER_G == 0).groupby(rows["iso3"]).transform("mean")
    return (value <= 0) | (quarters >= MOSTLY)


def countries(upstream: Path, spread: Spread) -> pd.DataFrame:
    """Life-cycle intensity of generation by country and year, of the European Union, of continents and of the world."""
    rows = entities(upstream)
    frame = average(rows["iso3"], rows["year"], "lifecycle", "production", rows["gco2e_per_kwh"].astype(float))
    locator = "grapher carbon-intensity-electricity: " + rows["iso3"] + ", " + rows["year"].astype(str)
    return bounded(frame, spread.of(frame["g_per_kwh"])).assign(
        source_id="owid-ember", locator=locator, quality="reported"
    )


def egrid(upstream: Path) -> pd.DataFrame:
    """Direct intensity of US subregions and of the whole."""
    old, new = pd.read_csv(upstream / EGRID_OLD), pd.read_csv(upstream / EGRID)
    new = new[new["level"].isin(["subregion", "country"])].rename(columns={"code": "egrid_subregion"})
    rows = pd.concat([old, new], ignore_index=True)
    zone = ("egrid:" + rows["egrid_subregion"]).replace("egrid:US", "USA")
    frame = average(zone, rows["year"], "direct", "production", rows["gco2e_per_kwh"])
    return bounded(frame, TIGHT).assign(
        source_id="epa-egrid",
        locator="SRC2ERTA of " + rows["egrid_subregion"] + ", " + rows["year"].astype(str),
        quality="reported",
    )


def zones(upstream: Path, spread: Spread) -> pd.DataFrame:
    """Life-cycle intensity of consumption by zone, with the carbon-free share."""
    rows = co2js.yearly(upstream).dropna(subset=["lifecycle_gco2e_per_kwh"])
    value = rows["lifecycle_gco2e_per_kwh"].astype(float)
    frame = average("em:" + rows["zone"], rows["year"].astype(int), "lifecycle", "consumption", value)
    share = pd.to_numeric(rows["carbon_free_pct"], errors="coerce") / 100
    return bounded(frame, spread.of(value)).assign(
        carbon_free_share=share, source_id="electricitymaps-yearly", locator=rows["locator"], quality="reported"
    )


def zones_direct(upstream: Path, spread: Spread) -> pd.DataFrame:
    """Direct intensity of consumption of the zones whose hours are known, as the mean of the year's hours."""
    rows = pd.read_csv(upstream / HOURLY)
    value = rows["direct_gco2e_per_kwh"]
    frame = average("em:" + rows["zone"], rows["year"], "direct", "consumption", value)
    year = rows["year"].astype(str)
    file = rows["zone"] + "/" + year + "/" + rows["zone"] + "_" + year + "_hourly.csv"
    locator = "data/carbon_intensity/" + file + ": mean of its hours"
    return bounded(frame, spread.of(value)).assign(
        carbon_free_share=rows["low_carbon_pct"] / 100,
        source_id="electricitymaps-hourly",
        locator=locator,
        quality="derived",
    )


def google_years(upstream: Path) -> pd.DataFrame:
    """Google's figures of its regions, by year: carbon-free share and direct intensity of the grid."""
    names = ["region", "location", "cfe_share", "direct_g_per_kwh"]
    result = [facts(GOOGLE_FACTS)]
    for year in GOOGLE_YEARS:
        rows = pd.read_csv(upstream / f"google-region-carbon/{year}.csv")
        result.append(rows.set_axis([*names, *rows.columns[4:]], axis=1).assign(year=year))
    rows = pd.concat(result, ignore_index=True)
    locator = "data/yearly/" + rows["year"].astype(str) + ".csv: " + rows["region"]
    return rows.assign(scope_id="gcp:" + rows["region"], locator=locator, source_id="google-region-carbon")


def google(upstream: Path) -> pd.DataFrame:
    """Direct intensity of the grids of Google's regions; figures of unclear scope stay out."""
    rows = google_years(upstream).dropna(subset=["direct_g_per_kwh"])
    unclear = [(region, year) in NEITHER_SCOPE for region, year in zip(rows["region"], rows["year"], strict=True)]
    rows = rows[~pd.Series(unclear, index=rows.index) & (rows["direct_g_per_kwh"].astype(float) > 0)]
    value = rows["direct_g_per_kwh"].astype(float)
    frame = average(rows["scope_id"], rows["year"], "direct", "consumption", value)
    return bounded(frame, TIGHT).assign(source_id=rows["source_id"], locator=rows["locator"], quality="reported")


def profiles(upstream: Path) -> pd.DataFrame:
    """Mean intensity by month and hour of the day (UTC) over the years known."""
    rows = pd.read_csv(upstream / PROFILES)
    rows = rows.groupby(["zone", "month", "hour_utc"], as_index=False)[
        ["lifecycle_gco2e_per_kwh", "direct_gco2e_per_kwh"]
    ].mean()
    return pd.DataFrame(
        {
            "zone_id": "em:" + rows["zone"],
            "month": rows["month"],
            "hour_utc": rows["hour_utc"],
            "lifecycle_g_per_kwh": rows["lifecycle_gco2e_per_kwh"],
            "direct_g_per_kwh": rows["direct_gco2e_per_kwh"],
            "source_id": "electricitymaps-hourly",
            "locator": "data/carbon_intensity/" + rows["zone"] + ": mean of the hours of 2021 to 2024",
            "quality": "derived",
        }
    )


def average(
    zone: pd.Series, year: pd.Series | int, scope: str, basis: str, value: pd.Series, method: str = "average"
) -> pd.DataFrame:
    """Rows of a table of the grid as yet without bounds and source."""
    return pd.DataFrame(
        {
            "zone_id": zone,
            "year": year,
            "scope": scope,
            "method": method,
            "basis": basis,
            "g_per_kwh": value,
            "carbon_free_share": np.nan,
        }
    )


def bounded(frame: pd.DataFrame, ratio: "float | pd.Series[float]") -> pd.DataFrame:
    """The same rows with bounds a factor below and above."""
    return frame.assign(low=frame["g_per_kwh"] / ratio, high=frame["g_per_kwh"] * ratio)
