"""Tables of money and of water: electricity prices, carbon costs, price levels, water of the grid, equivalents."""

import json
from pathlib import Path

import pandas as pd

from costsvc.evidence.importers.rows import facts

STATES = "eia-industrial-price/us_state_industrial_price_2001_2024.csv"
COUNTRIES = "eurostat-eia-industrial-price/country_industrial_price.csv"
SCGHG = "epa-scghg/scghg_annual.csv"
UK = "uk-carbon-values/desnz_2023_carbon_values.csv"
WATER = "ecologits/ecologits/data/electricity_mixes.json"
FILLED = "electricity-mix-wue-world"
"""Upstream's mark of a country whose figure is the world's."""
TENANT = 1.25
"""Assumed 90 % spread of what one large consumer pays around the mean of all."""
RESERVOIR = 2.0
"""Assumed 90 % spread of water intensity: how reservoirs and years are counted moves it this far."""
USD_PER_CENT = 0.01
NO_LONGER_SURVEYED = {"GBR", "UKR"}
"""Countries whose latest figure at Eurostat is from 2020 or 2021, before prices doubled."""
BANDS = {"MWH20000-69999": "20 to 70 GWh a year", "MWH2000-19999": "2 to 20 GWh a year"}
"""Consumers that a price is for; a row without a band was filled in, not surveyed."""


def build(upstream: Path) -> dict[str, pd.DataFrame]:
    """Build the tables.

    Args:
        upstream: Folder with the upstream files.

    Returns:
        Frames by table.
    """
    return {
        "electricity_prices": electricity(upstream),
        "carbon_costs": pd.concat([social_cost(upstream), uk(upstream), facts("carbon_price_facts.csv")]),
        "price_indices": facts("price_index_facts.csv"),
        "water_factors": water(upstream),
        "water_factors_by_mix": facts("water_facts.csv"),
        "equivalences": facts("equivalence_facts.csv"),
    }


def electricity(upstream: Path) -> pd.DataFrame:
    """What industry pays in US states and in countries; resold and outdated statistics stay out."""
    surveyed = pd.concat([_us(upstream), _europe(upstream)], ignore_index=True)
    price = surveyed["usd_per_kwh"]
    surveyed = surveyed.assign(low=price / TENANT, high=price * TENANT)
    rows = pd.concat([surveyed, facts("electricity_facts.csv")], ignore_index=True)
    return rows.assign(tax_included=rows["tax_included"].astype(str).str.lower())


def _us(upstream: Path) -> pd.DataFrame:
    states = pd.read_csv(upstream / STATES).rename(columns={"period": "year"})
    states = states[states["stateid"].str.fullmatch("[A-Z]{2}")].dropna(subset=["price"])
    return pd.DataFrame(
        {
            "zone_id": ("US-" + states["stateid"]).replace("US-US", "USA"),
            "year": states["year"],
            "usd_per_kwh": states["price"] * USD_PER_CENT,
            "tax_included": True,
            "source_id": "eia-industrial-price",
            "locator": "retail-sales, sector IND: " + states["stateid"] + ", " + states["year"].astype(str),
            "quality": "reported",
        }
    )


def _europe(upstream: Path) -> pd.DataFrame:
    others = pd.read_csv(upstream / COUNTRIES)
    others = others.assign(band=others["consumption_band"].map(BANDS)).dropna(subset=["band"])
    others = others[others["source"].eq("Eurostat") & ~others["iso3"].isin(NO_LONGER_SURVEYED)]
    return pd.DataFrame(
        {
            "zone_id": others["iso3"],
            "year": 2024,
            "usd_per_kwh": others["price_usd_kwh"],
            "tax_included": False,
            "source_id": "eurostat-nrg-pc-205",
            "locator": "band of " + others["band"] + " without taxes, at 1.087 USD/EUR: " + others["iso3"],
            "quality": "reported",
        }
    )


def social_cost(upstream: Path) -> pd.DataFrame:
    """EPA's social cost of CO2 by emission year and discount rate, in dollars of 2020."""
    rows = pd.read_csv(upstream / SCGHG, thousands=",")
    rows = rows[rows["gas"] == "CO2"].melt(id_vars=["gas", "emission.year"], var_name="rate", value_name="amount_per_t")
    rate = rows["rate"].str.extract(r"([\d.]+)%")[0]
    return pd.DataFrame(
        {
            "scheme": "epa-scghg-" + rate,
            "year": rows["emission.year"],
            "amount_per_t": rows["amount_per_t"].astype(float),
            "currency": "USD",
            "price_year": 2020,
            "discount_rate_pct": rate.astype(float),
            "source_id": "epa-scghg",
            "locator": Path(SCGHG).name + ": CO2, " + rows["emission.year"].astype(str) + ", " + rows["rate"],
            "quality": "reported",
        }
    )


def uk(upstream: Path) -> pd.DataFrame:
    """UK carbon values for appraisal, in pounds of 2022."""
    rows = pd.read_csv(upstream / UK)
    return pd.DataFrame(
        {
            "scheme": "uk-desnz-" + rows["scenario"],
            "year": rows["year"],
            "amount_per_t": rows["gbp_per_tco2e"],
            "currency": "GBP",
            "price_year": rows["price_basis_year"],
            "source_id": "uk-desnz-2023",
            "locator": "table 3: " + rows["scenario"] + ", " + rows["year"].astype(str),
            "quality": "reported",
        }
    )


def water(upstream: Path) -> pd.DataFrame:
    """Water consumed per kWh generated, by country and in the world."""
    listed = json.loads((upstream / WATER).read_text(encoding="utf-8"))["electricity_mixes"]
    rows = pd.DataFrame([entry for entry in listed if FILLED not in (entry["warnings"] or ())])
    factor = rows["wue"].astype(float)
    return pd.DataFrame(
        {
            "zone_id": rows["name"].replace("WOR", "world"),
            "l_per_kwh": factor,
            "low": factor / RESERVOIR,
            "high": factor * RESERVOIR,
            "source_id": "wri-2020-via-ecologits",
            "locator": Path(WATER).name + ": wue of " + rows["name"],
            "quality": "derived",
        }
    ).query("l_per_kwh > 0")
