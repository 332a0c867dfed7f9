"""Places and the grid, built from a sample of upstream files."""

import math

import pandas as pd
import pytest

from costsvc.evidence.importers import grid, money, place_names, sites


def test_countries_have_both_codes_and_namibia_is_not_missing(table):
    rows = table("countries").set_index("country")["iso2"]
    assert rows[["USA", "DEU", "NAM", "XKX"]].tolist() == ["US", "DE", "NA", "XK"]
    assert {"world", "EU27"} & set(rows.index) == set()


def test_regions_lead_to_zones_and_what_a_building_adds_has_width(table):
    rows = table("regions").set_index("region_id")
    assert rows.loc["aws:us-east-1", ["zone_id", "country", "subdivision"]].tolist() == [
        "em:US-MIDA-PJM",
        "USA",
        "US-VA",
    ]


def test_a_region_without_a_figure_of_its_own_has_the_mean_of_its_geography(table):
    rows = table("site_measures").set_index(["scope_id", "metric", "year"])
    assert rows.loc[("aws:eu-central-1", "pue", 2025), "value"] == 1.24
    assert rows.loc[("azure:eastus", "pue", 2023), "quality"] == "reported"
    inherited = rows.loc[("azure:uksouth", "pue", 2025)]
    assert (inherited["value"], inherited["quality"]) == (1.16, "derived")
    assert ("azure:eastus", "pue", 2025) not in rows.index


def test_the_mean_of_the_fleet_is_no_figure_of_a_region(table):
    rows = table("site_measures").set_index(["scope_id", "metric"])
    assert ("aws:af-south-1", "wue_l_per_kwh") not in rows.index
    assert ("aws", "wue_l_per_kwh") in rows.index


def test_carbon_free_shares_are_of_google_by_year_and_the_one_that_fell_to_nothing_is_dropped(upstream):
    file = upstream / "google-region-carbon/2024.csv"
    file.write_text(file.read_text(encoding="utf-8") + "asia-east2,Hong Kong,0.01,505.02\n", encoding="utf-8")
    shares = sites.carbon_free_shares(upstream).set_index(["scope_id", "year"])["value"]
    assert shares["gcp:us-central1", 2024] == pytest.approx(0.87)
    assert shares["gcp:us-central1", 2025] == pytest.approx(0.88)
    assert ("gcp:asia-east2", 2024) not in shares.index


def test_countries_are_lifecycle_and_groups_of_countries_stay_out_but_for_the_union_and_the_world(table):
    rows = table("grid_average")
    assert {"USA", "DEU", "XKX", "EU27", "world"} <= set(rows["zone_id"])
    assert not rows["zone_id"].str.contains("OWID").any()
    assert set(rows.loc[rows["zone_id"] == "DEU", "scope"]) == {"lifecycle"}


def apart(sample, iso3, zone):
    """|ln a/b| of the two methods for one country, by year."""
    ember = grid.entities(sample).set_index(["iso3", "year"])["gco2e_per_kwh"].astype(float)
    maps = grid.zones(sample, grid.Spread(1.0, 1.0)).set_index(["zone_id", "year"])["g_per_kwh"]
    return [abs(math.log(ember[iso3, year] / maps[f"em:{zone}", year])) for year in (2023, 2024)]


@pytest.mark.parametrize(
    ("kind", "countries"),
    [("clean", [("FRA", "FR")]), ("other", [("DEU", "DE"), ("USA", "US")])],
    ids=["below-100-g", "above"],
)
def test_the_spread_between_two_methods_is_shared_between_them(sample, kind, countries):
    found = pd.Series([value for country in countries for value in apart(sample, *country)])
    assert getattr(grid.method_spread(sample), kind) == pytest.approx(math.exp(found.quantile(0.9) / math.sqrt(2)))


def test_clean_grids_have_wider_bounds(sample):
    rows = grid.countries(sample, grid.Spread(1.5, 1.2)).query("year == 2024").set_index("zone_id")
    assert (rows["high"] / rows["g_per_kwh"])[["FRA", "DEU"]].tolist() == pytest.approx([1.5, 1.2])
    assert (rows["g_per_kwh"] / rows["low"])[["FRA", "DEU"]].tolist() == pytest.approx([1.5, 1.2])


def test_zones_whose_hours_are_known_are_direct_too(table):
    row = table("grid_average_electricitymaps").set_index(["zone_id", "year", "scope"]).loc[("em:DE", 2024, "direct")]
    assert row[["g_per_kwh", "basis", "quality"]].tolist() == [273.93, "consumption", "derived"]
    assert row["carbon_free_share"] == pytest.approx(0.6665)


def test_figures_that_rounding_decides_are_dropped(upstream):
    file = upstream / grid.OWID
    rows = [f"Tiny,TNY,{year},{g}," for year, g in ((2021, 0), (2022, 500), (2023, 412.5))]
    rows += [
        f"Small,SML,{year},{g}," for year, g in ((2019, 301.1), (2020, 310.2), (2021, 290), (2022, 250), (2023, 280))
    ]
    rows += [f"Wet,WET,{year},{g}," for year, g in ((2019, 24), (2020, 25), (2021, 26), (2022, 25.5), (2023, 0))]
    file.write_text(file.read_text(encoding="utf-8") + "\n".join(rows) + "\n", encoding="utf-8")
    kept = grid.entities(upstream).groupby("iso3").size()
    assert "TNY" not in kept
    assert kept[["SML", "WET"]].tolist() == [5, 4]


def test_google_figures_that_are_neither_direct_nor_lifecycle_are_dropped(table):
    kept = {(row.zone_id, row.year) for row in table("grid_average_google").itertuples()}
    dropped = {
        ("gcp:southamerica-west1", 2024),
        ("gcp:asia-south1", 2022),
        ("gcp:us-east4", 2021),
    }
    assert kept & dropped == set()
    assert {("gcp:us-central1", 2024), ("gcp:asia-south1", 2024), ("gcp:us-east4", 2024)} <= kept


def test_marginal_figures_are_of_a_flat_load_and_bounded_by_the_other_measures(table):
    row = table("grid_marginal").set_index(["zone_id", "year"]).loc[("avert:California", 2024)]
    assert (row["g_per_kwh"], row["scope"], row["method"]) == (470.0, "direct", "marginal")
    # 943.85 lb/MWh of onshore wind and 1057.3 of distributed solar with storage, 453.59237 g each
    assert (row["low"], row["high"]) == (pytest.approx(428.123, abs=0.01), pytest.approx(479.583, abs=0.01))


def test_profiles_are_means_over_years(sample, table):
    raw = pd.read_csv(sample / grid.PROFILES)
    hour = table("grid_profiles").set_index(["month", "hour_utc"]).loc[(1, 0)]
    assert raw["year"].nunique() == 4
    mean = raw.loc[raw["hour_utc"] == 0, "lifecycle_gco2e_per_kwh"].mean()
    assert hour["lifecycle_g_per_kwh"] == pytest.approx(mean, rel=1e-5)


def test_resold_electricity_prices_and_groups_of_states_stay_out(upstream):
    file = upstream / money.COUNTRIES
    rows = pd.read_csv(file)
    resold = rows.iloc[[0]].assign(iso3="CHN", source="GlobalPetrolPrices")
    pd.concat([rows, resold]).to_csv(file, index=False)
    found = money.electricity(upstream)
    zones = set(found["zone_id"])
    assert {"USA", "US-VA", "DEU"} <= zones
    assert found.loc[found["zone_id"] == "CHN", "source_id"].tolist() == ["energyeye-2025"]
    assert not any(zone.startswith("US-") and len(zone) != len("US-VA") for zone in zones)


def test_only_current_figures_of_a_band_are_electricity_prices(table):
    rows = table("electricity_prices").set_index("zone_id")
    assert "2 to 20 GWh" in rows.loc["ISL", "locator"]
    assert rows.loc["GBR", ["year", "source_id"]].tolist() == [2024, "desnz-energy-prices"]
    # with taxes, where its neighbours have none
    assert rows.loc["GBR", "low"] < rows.loc["GBR", "usd_per_kwh"] / money.TENANT


def test_electricity_is_in_dollars_per_kwh_with_the_spread_between_tenants(table):
    row = table("electricity_prices").set_index(["zone_id", "year"]).loc[("US-VA", 2024)]
    # 8.99 cents
    assert row["usd_per_kwh"] == pytest.approx(0.0899, abs=1e-4)
    assert row["high"] / row["usd_per_kwh"] == pytest.approx(money.TENANT, rel=1e-4)


def test_carbon_costs_keep_their_currency_and_the_year_of_their_prices(table):
    rows = table("carbon_costs").set_index(["scheme", "year"])
    assert rows.loc[("epa-scghg-2.0", 2025), ["amount_per_t", "currency", "price_year"]].tolist() == [212, "USD", 2020]
    assert rows.loc[("uk-desnz-central", 2025), ["currency", "price_year"]].tolist() == ["GBP", 2022]


def test_water_is_known_for_the_world_and_missing_where_upstream_is_silent(table):
    rows = table("water_factors").set_index("zone_id")
    assert rows.loc["world", "l_per_kwh"] == pytest.approx(3.908)
    assert rows.loc["USA", "high"] / rows.loc["USA", "low"] == pytest.approx(money.RESERVOIR**2, rel=1e-4)
    assert "SGP" not in rows.index
    assert "SGP" in set(table("water_factors_by_mix")["zone_id"])


def test_continents_have_averages_and_other_groups_of_countries_have_none(upstream):
    file = upstream / grid.OWID
    extra = "".join(f"{entity},,2024,400,\n" for entity in ("Asia", "Middle East (Ember)", "G20 (Ember)"))
    file.write_text(file.read_text(encoding="utf-8") + extra, encoding="utf-8")
    assert set(grid.entities(upstream)["iso3"]) & {"asia", "middle-east"} == {"asia", "middle-east"}
    assert not grid.entities(upstream)["entity"].str.contains("G20").any()


def test_a_city_has_its_state_in_its_id_only_where_a_name_alone_is_not_enough(table):
    rows = table("cities").set_index("city_id")
    assert {"city:US-OR/Portland", "city:CA-QC/Montreal", "city:FR/Paris", "city:CR/San-Jose"} <= set(rows.index)
    assert rows.loc["city:US-OR/Portland", ["zone_id", "avert_zone_id"]].tolist() == ["em:US-NW-PGE", "avert:Northwest"]
    assert rows.loc["city:PF/Papeete", "zone_id"] == "em:PF"


def test_a_display_name_that_is_only_a_city_with_its_country_needs_its_cloud(table):
    rows = table("place_names").set_index(["name", "provider"])["kind"]
    assert rows["Japan (Tokyo)", "alibaba"] == "place"
    assert rows["Asia Pacific (Tokyo)", "aws"] == "display"
    assert rows["Muenchen", "*"] == "city"


def test_codes_of_iso_3166_2_have_the_zone_of_their_parent_and_territories_are_countries(table):
    codes = table("subdivision_codes").set_index("subdivision")["zone_id"]
    assert codes[["IN-MH", "IT-25", "IT-MI", "JP-13"]].tolist() == ["em:IN-WE", "em:IT-NO", "em:IT-NO", "em:JP-TK"]
    assert codes[["DE-BY", "FR-75C"]].isna().all()
    assert codes[["GB-BIR", "GB-BFS"]].tolist() == ["em:GB", "em:GB-NIR"]
    assert {"FR-974", "US-PR", "US-VA", "ES-CN", *place_names.APART} & set(codes.index) == set()
    names = table("place_names").set_index("name")["place_id"]
    assert names[["FR-974", "US-PR", "CN-HK"]].tolist() == ["REU", "PRI", "HKG"]
