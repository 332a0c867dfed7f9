"""Tables of the grid: averages by country, zone, subregion and region, marginal factors, hourly profiles."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from costsvc.evidence.build import co2js
from costsvc.evidence.build.rows import facts

OWID = "owid-ember-carbon-intensity/carbon_intensity_electricity_2000_2025.csv"
HOURLY = "electricitymaps-hourly/annual_direct_vs_lifecycle_2021_2024.csv"
PROFILES = "electricitymaps-hourly/month_hour_profiles_2021_2024.csv"
EGRID_OLD = "epa-egrid/egrid_subregion_co2e_2018_2022.csv"
EGRID = "epa-egrid2023/egrid2023_rev2_co2e.csv"
AVERT = "epa-avert/avert_avoided_co2_rates_2017_2024.csv"
IFI = "ifi-marginal-2021/ifi_default_grid_factors_2021.csv"
REGIONS = "region_facts.csv"
ZONE_OF = {"OWID_WRL": "world", "OWID_EU27": "EU27", "OWID_KOS": "XKX"}
"""What our tables call an entity that has no code of ISO 3166; all other groups of countries stay out."""
GROUPS = {"world", "EU27"}
ISO2_ABSENT = {"XKX": "XK", "HKG": "HK", "MAC": "MO", "ESH": "EH"}
"""Two-letter codes that the table of codes leaves out."""
GOOGLE_YEARS = (2021, 2022, 2023, 2024)
NEITHER_SCOPE = {("southamerica-west1", year) for year in GOOGLE_YEARS} | {
    ("asia-south1", 2022),
    ("us-east4", 2021),
    ("us-south1", 2021),
    ("asia-east2", 2024),
}
"""Google's figures that are neither the direct nor the life-cycle value of their grid."""
PROVISIONAL = 2024
"""The year of the marginal figures that their publisher has not released formally."""
G_PER_LB = 453.59237
KWH_PER_MWH = 1000
TIGHT = 1.05
"""Assumed 90 % spread of what a federal agency counts plant by plant."""
SMALLEST_G = 1.0
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
        "grid_average": pd.concat([countries(upstream, spread), egrid(upstream), states(upstream)], ignore_index=True),
        "grid_average_electricitymaps": pd.concat(
            [zones(upstream, spread), zones_direct(upstream, spread)], ignore_index=True
        ),
        "grid_average_google": google(upstream),
        "grid_marginal": avert(upstream),
        "grid_marginal_ifi": ifi(upstream),
        "grid_profiles": profiles(upstream),
    }


def method_spread(upstream: Path) -> Spread:
    """How far one method lies from the truth: 90 % of the ratios between two, shared between them.

    Countries without a cloud region are left out: their statistics are poorer and nobody computes there.
    """
    hosts = set(facts(REGIONS)["country_iso3"])
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
    found = {iso2: iso3 for iso2, iso3 in zip(rows["iso2"], rows["iso3"], strict=True) if iso2 and iso3}
    return found | {iso2: iso3 for iso3, iso2 in ISO2_ABSENT.items()}


def entities(upstream: Path) -> pd.DataFrame:
    """Countries, the European Union and the world of the table of averages."""
    rows = pd.read_csv(upstream / OWID, keep_default_na=False)
    rows["iso3"] = rows["iso3"].replace(ZONE_OF)
    return rows[rows["iso3"].str.fullmatch("[A-Z]{3}") | rows["iso3"].isin(GROUPS)]


def countries(upstream: Path, spread: Spread) -> pd.DataFrame:
    """Life-cycle intensity of generation by country and year, of the European Union and of the world."""
    rows = entities(upstream)
    frame = _average(rows["iso3"], rows["year"], "lifecycle", "production", rows["gco2e_per_kwh"].astype(float))
    locator = Path(OWID).name + ": " + rows["iso3"] + ", " + rows["year"].astype(str)
    bounded = _bounded(frame, spread.of(frame["g_per_kwh"]))
    return bounded.assign(source_id="owid-ember", locator=locator, quality="reported")


def egrid(upstream: Path) -> pd.DataFrame:
    """Direct intensity of US subregions and of the whole."""
    old, new = pd.read_csv(upstream / EGRID_OLD), pd.read_csv(upstream / EGRID)
    new = new[new["level"].isin(["subregion", "country"])].rename(columns={"code": "egrid_subregion"})
    rows = pd.concat([old, new], ignore_index=True)
    zone = ("egrid:" + rows["egrid_subregion"]).replace("egrid:US", "USA")
    frame = _average(zone, rows["year"], "direct", "production", rows["gco2e_per_kwh"])
    return _bounded(frame, TIGHT).assign(
        source_id="epa-egrid",
        locator="SRC2ERTA of " + rows["egrid_subregion"] + ", " + rows["year"].astype(str),
        quality="reported",
    )


def states(upstream: Path) -> pd.DataFrame:
    """Direct intensity of US states, and life-cycle derived with the ratio that US zones have."""
    rows = pd.read_csv(upstream / EGRID)
    rows = rows[rows["level"] == "state"]
    direct = _bounded(_average(rows["code"], rows["year"], "direct", "production", rows["gco2e_per_kwh"]), TIGHT)
    direct = direct.assign(
        source_id="epa-egrid", locator="state table of eGRID2023 rev2: " + rows["code"], quality="reported"
    )
    hourly = pd.read_csv(upstream / HOURLY)
    hourly = hourly[hourly["zone"].str.startswith("US-")]
    ratio = hourly["lifecycle_gco2e_per_kwh"] / hourly["direct_gco2e_per_kwh"]
    low, middle, high = ratio.min() / TIGHT, ratio.median(), ratio.max() * TIGHT
    derived = direct.assign(
        scope="lifecycle",
        g_per_kwh=direct["g_per_kwh"] * middle,
        low=direct["g_per_kwh"] * low,
        high=direct["g_per_kwh"] * high,
        locator=direct["locator"] + f"; times {middle:.3g}, the median life-cycle to direct ratio of US zones",
        quality="derived",
    )
    return pd.concat([direct, derived], ignore_index=True)


def zones(upstream: Path, spread: Spread) -> pd.DataFrame:
    """Life-cycle intensity of consumption by zone, with the carbon-free share."""
    rows = co2js.yearly(upstream).dropna(subset=["lifecycle_gco2e_per_kwh"])
    value = rows["lifecycle_gco2e_per_kwh"].astype(float)
    frame = _average("em:" + rows["zone"], rows["year"].astype(int), "lifecycle", "consumption", value)
    share = pd.to_numeric(rows["carbon_free_pct"], errors="coerce") / 100
    return _bounded(frame, spread.of(value)).assign(
        carbon_free_share=share, source_id="electricitymaps-yearly", locator=rows["locator"], quality="reported"
    )


def zones_direct(upstream: Path, spread: Spread) -> pd.DataFrame:
    """Direct intensity of consumption of the zones whose hours are known, as the mean of the year's hours."""
    rows = pd.read_csv(upstream / HOURLY)
    value = rows["direct_gco2e_per_kwh"]
    frame = _average("em:" + rows["zone"], rows["year"], "direct", "consumption", value)
    locator = Path(HOURLY).name + ": " + rows["zone"] + ", " + rows["year"].astype(str) + ", mean of its hours"
    return _bounded(frame, spread.of(value)).assign(
        carbon_free_share=rows["low_carbon_pct"] / 100,
        source_id="electricitymaps-hourly",
        locator=locator,
        quality="derived",
    )


def google(upstream: Path) -> pd.DataFrame:
    """Direct intensity of the grids of Google's regions; figures of unclear scope stay out."""
    found = []
    for year in GOOGLE_YEARS:
        rows = pd.read_csv(upstream / f"google-region-carbon/{year}.csv")
        rows = rows.set_axis(["region", "location", "cfe", "g_per_kwh", *rows.columns[4:]], axis=1).assign(year=year)
        found.append(rows.dropna(subset=["g_per_kwh"]))
    rows = pd.concat(found, ignore_index=True)
    rows = rows[
        [(region, year) not in NEITHER_SCOPE for region, year in zip(rows["region"], rows["year"], strict=True)]
    ]
    frame = _average("gcp:" + rows["region"], rows["year"], "direct", "consumption", rows["g_per_kwh"].astype(float))
    locator = rows["year"].astype(str) + ".csv: " + rows["region"]
    return _bounded(frame, TIGHT).assign(source_id="google-region-carbon", locator=locator, quality="reported")


def avert(upstream: Path) -> pd.DataFrame:
    """Marginal direct intensity of US regions: a flat change of load, bounded by the other measures."""
    rows = pd.read_csv(upstream / AVERT)
    others = rows.filter(like="avoided_lbco2") * G_PER_LB / KWH_PER_MWH
    value = rows["marginal_gco2_per_kwh_uniform_load"]
    frame = _average("avert:" + rows["avert_region"], rows["year"], "direct", "consumption", value, "marginal")
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


def ifi(upstream: Path) -> pd.DataFrame:
    """Marginal direct intensity of countries: the operating margin, down to the combined margin."""
    rows = pd.read_csv(upstream / IFI, keep_default_na=False)
    rows = rows[rows["iso3"].ne("") & rows["operating_margin_gco2_per_kwh"].ne("")].drop_duplicates("iso3")
    value = rows["operating_margin_gco2_per_kwh"].astype(float)
    frame = _average(rows["iso3"], 2021, "direct", "production", value, "marginal")
    return frame.assign(
        low=np.minimum(pd.to_numeric(rows["cm_electricity_consumption"]).fillna(value), value / 1.25),
        high=value * 1.25,
        source_id="ifi-2021",
        locator="operating margin of " + rows["iso3"],
        quality="reported",
    )


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
            "locator": Path(PROFILES).name + ": " + rows["zone"] + ", mean of 2021 to 2024",
            "quality": "derived",
        }
    )


def _average(
    zone: pd.Series, year: pd.Series | int, scope: str, basis: str, value: pd.Series, method: str = "average"
) -> pd.DataFrame:
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


def _bounded(frame: pd.DataFrame, ratio: "float | pd.Series[float]") -> pd.DataFrame:
    return frame.assign(low=frame["g_per_kwh"] / ratio, high=frame["g_per_kwh"] * ratio)
