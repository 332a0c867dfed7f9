"""Tables of places as they are shipped: a place has one grid, whatever it is called, and nothing on it is nothing."""

import pandas as pd
import pytest

from costsvc.reference.catalog import GRID_TABLES
from costsvc.reference.table import describe
from costsvc.settings import bundled_data

COAL_G = 1050
"""Life-cycle of a grid that burns coal alone."""
YEARS = (2021, 2022, 2023, 2024, 2025)
WIDE = ("grid_average", "grid_average_electricitymaps", "grid_average_tied", "grid_average_google")


def table(name):
    return pd.read_csv(bundled_data() / f"{name}.csv", keep_default_na=False, na_values=[""], low_memory=False)


def ids(name, column):
    return set(table(name)[column].dropna())


@pytest.fixture(scope="module")
def averages():
    """Every average as the service takes it: a later table goes before an earlier one."""
    rows = pd.concat([table(name) for name in GRID_TABLES if name in WIDE])
    return rows.drop_duplicates(["zone_id", "year", "scope"], keep="last").set_index(["scope", "zone_id", "year"])


@pytest.fixture(scope="module")
def largest():
    """The zone that most of a place's power comes from."""
    ties = table("grid_ties")
    return ties[ties["zone_id"].str.startswith("em:")].sort_values("share").groupby("place_id")["zone_id"].last()


def apart(rows, pairs):
    """The pairs of keys whose intervals do not touch."""
    known = [(one, other) for one, other in pairs if one in rows.index and other in rows.index]
    assert known
    return [
        (one, other)
        for one, other in known
        if rows.loc[one, "low"] > rows.loc[other, "high"] or rows.loc[other, "low"] > rows.loc[one, "high"]
    ]


@pytest.mark.parametrize("name", GRID_TABLES)
def test_no_intensity_is_nothing_or_without_a_width(name):
    rows = table(name)
    assert rows[(rows["low"] <= 0) | (rows["low"] >= rows["high"])].empty


def test_no_life_cycle_lies_below_what_is_emitted_in_the_same_zone_and_year(averages):
    above = (averages.loc["lifecycle"]["g_per_kwh"] - averages.loc["direct"]["g_per_kwh"]).dropna()
    assert len(above) > 200
    assert above[above <= 0].empty


def test_no_us_state_or_subregion_is_above_coal(averages):
    found = averages.loc["lifecycle"].reset_index()
    assert found[found["zone_id"].str.match("US-|egrid:") & (found["g_per_kwh"] > COAL_G)].empty


@pytest.mark.parametrize("scope", ["lifecycle", "direct"])
def test_a_state_and_the_zone_that_feeds_most_of_it_do_not_exclude_each_other(averages, largest, scope):
    states = largest[largest.index.str.fullmatch("US-[A-Z]{2}")]
    pairs = [((scope, state, year), (scope, zone, year)) for state, zone in states.items() for year in YEARS]
    assert apart(averages, pairs) == []


def test_a_state_and_the_zone_that_feeds_most_of_it_have_one_margin(largest):
    rows = table("grid_marginal").set_index(["zone_id", "year"])
    states = largest[largest.index.str.fullmatch("US-[A-Z]{2}")]
    assert apart(rows, [((state, year), (zone, year)) for state, zone in states.items() for year in YEARS]) == []


def test_a_state_and_a_cloud_region_on_its_largest_zone_do_not_exclude_each_other_in_what_is_emitted(averages, largest):
    inside = table("regions").dropna(subset=["egrid_zone_id", "subdivision"])
    inside = inside[inside["zone_id"] == inside["subdivision"].map(largest)]
    pairs = [
        (("direct", row.subdivision, year), ("direct", row.egrid_zone_id, year))
        for row in inside.itertuples()
        for year in YEARS
    ]
    assert apart(averages, pairs) == []


def test_a_country_and_the_zone_that_has_its_code_do_not_exclude_each_other(averages, largest):
    countries = largest[largest.index.str.fullmatch("[A-Z]{3}")]
    pairs = [
        (("lifecycle", country, year), ("lifecycle", zone, year))
        for country, zone in countries.items()
        for year in YEARS
    ]
    assert len(countries) > 190
    assert apart(averages, pairs) == []


@pytest.mark.parametrize(
    ("zone", "year", "value"),
    [
        pytest.param("DEU", 2022, 420, id="germany-in-the-year-of-gas"),
        pytest.param("FRA", 2025, 40, id="france"),
        pytest.param("USA", 2025, 385, id="united-states"),
        pytest.param("SWE", 2025, 30, id="sweden"),
        pytest.param("TKM", 2024, 1306, id="statistics-of-production"),
        pytest.param("TKM", 2024, 490, id="statistics-of-consumption"),
        pytest.param("em:BH", 2025, 902, id="zone-that-production-contradicts"),
        pytest.param("em:CN", 2025, 700, id="north-of-a-continent"),
        pytest.param("em:CN", 2025, 350, id="south-of-a-continent"),
        pytest.param("em:US-CAL-LDWP", 2024, 235, id="a-cloud-counts-it-to-its-neighbour"),
        pytest.param("em:PL", 2024, 690, id="direct-figure-of-a-cloud-above-it"),
        pytest.param("em:IN-WE", 2023, 745, id="direct-figure-of-its-hours-above-it"),
        pytest.param("REU", 2025, 208, id="newer-year-of-the-zone"),
        pytest.param("COD", 2025, 28, id="zone-that-was-modelled-anew"),
        pytest.param("KEN", 2025, 96, id="production-of-a-country-that-jumped"),
        pytest.param("em:KE", 2025, 206, id="consumption-of-it"),
        pytest.param("CAF", 2025, 24, id="statistics-of-0.01-twh"),
        pytest.param("US-VT", 2025, 309, id="state-that-imports"),
        pytest.param("US-WV", 2025, 418, id="state-that-exports"),
        pytest.param("egrid:HIOA", 2023, 784, id="oil-fired-island"),
    ],
)
def test_an_interval_holds_what_others_say(averages, zone, year, value):
    row = averages.loc[("lifecycle", zone, year)]
    assert row["low"] <= value <= row["high"]


@pytest.mark.parametrize(
    ("table_", "zone", "least", "most"),
    [
        pytest.param("grid_marginal", "em:US-HI", 620, 950, id="hawaii"),
        pytest.param("grid_marginal", "US-AK", 380, 750, id="alaska"),
        pytest.param("grid_marginal", "US-VA", 600, 660, id="virginia"),
        pytest.param("grid_marginal", "em:US-MIDA-PJM", 600, 660, id="pjm"),
        pytest.param("grid_marginal_ifi", "SWZ", 900, 1200, id="imports-from-coal"),
        pytest.param("grid_marginal_ifi", "PRY", 20, 300, id="exports-hydropower"),
        pytest.param("grid_marginal_ifi", "ISL", 10, 60, id="no-lines-at-all"),
    ],
)
def test_the_margin_is_that_of_the_grid_a_place_lies_in(table_, zone, least, most):
    last = table(table_).sort_values("year").groupby("zone_id")["g_per_kwh"].last()
    assert least <= last[zone] <= most


def test_every_tie_leads_to_a_zone_and_the_shares_of_one_kind_are_whole():
    ties = table("grid_ties")
    known = ids("grid_average_electricitymaps", "zone_id") | ids("grid_average", "zone_id")
    known |= ids("grid_marginal", "zone_id") | {"own:gas", "own:hydropower", "own:oil"}
    assert set(ties["zone_id"]) - known == set()
    kind = ties["zone_id"].str.partition(":")[0].replace("own", "em")
    assert ties.groupby(["place_id", kind])["share"].sum().to_numpy() == pytest.approx(1, abs=2e-3)


def test_every_country_and_every_tied_place_has_a_grid(averages, largest):
    known = set(averages.loc["lifecycle"].index.get_level_values("zone_id"))
    assert ids("countries", "country") - known == set()
    assert {place for place in largest.index if place.startswith("US-")} - known == set()


def test_countries_are_those_of_iso_3166_and_kosovo():
    rows = table("countries")
    assert len(rows) == 250
    assert {"JEY", "GGY", "VAT", "ALA", "SJM", "XKX"} <= set(rows["country"])
    assert rows["iso2"].is_unique
    assert rows["name"].notna().all()


def test_every_country_with_a_cloud_region_has_water_and_a_price_of_electricity():
    countries = ids("regions", "country")
    water = ids("water_factors", "zone_id") | ids("water_factors_by_mix", "zone_id")
    assert countries - water == set()
    assert countries - ids("electricity_prices", "zone_id") == set()
    assert ids("water_factors", "zone_id") & ids("water_factors_by_mix", "zone_id") == set()


def test_electricity_without_a_survey_is_wide_and_says_what_was_assumed():
    rows = table("electricity_prices").query("source_id == 'worldbank-doing-business-2020'")
    assert (rows["high"] / rows["low"] > 3).all()
    assert rows["locator"].str.contains("assumed").all()
    assert set(rows["quality"]) == {"derived"}


def test_every_region_with_a_price_is_a_region():
    prices = table("accelerator_prices").query("region != '*'").dropna(subset=["region"])
    assert set(prices["provider"] + ":" + prices["region"]) - ids("regions", "region_id") == set()


@pytest.mark.parametrize(
    ("region", "subregion"),
    [
        # of the building's town by EPA's table of ZIP codes
        pytest.param("aws:us-east-1", "SRVC", id="ashburn"),
        pytest.param("azure:eastus", "SRVC", id="boydton"),
        pytest.param("gcp:us-east4", "SRVC", id="ashburn-too"),
        pytest.param("lambda:us-east-1", "SRVC", id="virginia"),
        pytest.param("gcp:us-west4", "AZNM", id="las-vegas"),
        pytest.param("aws:us-east-2", "RFCW", id="columbus"),
        pytest.param("aws:us-west-1", "CAMX", id="san-francisco"),
        pytest.param("aws:us-west-2", "NWPP", id="boardman"),
        pytest.param("azure:westcentralus", "RMPA", id="cheyenne"),
        pytest.param("azure:northcentralus", "RFCW", id="chicago"),
        pytest.param("azure:southcentralus", "ERCT", id="san-antonio"),
        pytest.param("gcp:us-central1", "MROW", id="council-bluffs"),
        pytest.param("gcp:us-central2", "SPSO", id="pryor"),
        pytest.param("gcp:us-east1", "SRVC", id="moncks-corner"),
        pytest.param("oci:us-phoenix-1", "AZNM", id="phoenix"),
        pytest.param("nebius:us-central1", "SPNO", id="kansas-city"),
        pytest.param("digitalocean:nyc1", "NYCW", id="new-york"),
    ],
)
def test_a_us_region_lies_in_the_subregion_of_its_town(region, subregion):
    assert table("regions").set_index("region_id").loc[region, "egrid_zone_id"] == f"egrid:{subregion}"


def test_the_subregion_of_a_region_is_one_of_its_zone():
    rows = table("regions").dropna(subset=["egrid_zone_id"])
    ties = table("grid_ties")
    pairs = set(zip(ties["place_id"], ties["zone_id"], strict=True))
    assert [row.region_id for row in rows.itertuples() if (row.zone_id, row.egrid_zone_id) not in pairs] == []


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        ("aws:ap-southeast-6", "em:NZ"),
        ("aws:ap-east-2", "em:TW"),
        ("aws:eusc-de-east-1", "em:DE"),
        ("azure:malaysiawest", "em:MY-WM"),
        ("gcp:us-central2", "em:US-CENT-SWPP"),
        ("lambda:us-east-3", "em:US-MIDA-PJM"),
        ("nebius:eu-west1", "em:FR"),
        ("oci:us-ashburn-1", "em:US-MIDA-PJM"),
        ("scaleway:nl-ams", "em:NL"),
        ("azure:westcentralus", "em:US-NW-WACM"),
    ],
)
def test_a_region_stands_on_the_grid_of_its_place(region, zone):
    assert table("regions").set_index("region_id").loc[region, "zone_id"] == zone


def test_regions_of_the_smaller_clouds_are_there():
    counted = table("regions")["provider"].value_counts()
    assert counted[["oci", "coreweave", "alibaba", "ovh", "runpod"]].min() >= 25
    assert counted.sum() >= 450


def test_what_a_building_adds_has_a_width_and_belongs_to_a_region_or_an_operator():
    rows = table("site_measures")
    assert set(rows["scope_id"]) - ids("regions", "region_id") - ids("operators", "operator") == set()
    built = rows[rows["metric"] != "cfe_share"]
    assert built[built["low"] >= built["high"]].empty
    assert {"pue", "wue_l_per_kwh"} <= set(rows.loc[rows["scope_id"] == "*", "metric"])


@pytest.mark.parametrize("name", ["grid_average_electricitymaps", "grid_average_tied", "grid_profiles"])
def test_what_follows_from_electricity_maps_is_passed_on_under_its_licence(name):
    assert [entry["name"] for entry in describe(bundled_data())[name]["licenses"]] == ["ODbL-1.0"]


def test_every_name_leads_to_a_place(catalog):
    assert sorted(ids("place_names", "place_id") - set(catalog.places)) == []


def test_a_city_and_a_cloud_region_of_its_state_are_not_in_different_countries():
    cities = table("cities")
    assert cities["city_id"].str.fullmatch(r"city:[A-Z]{2}(-[A-Z]{2,3})?/[A-Za-z-]+").all()
    states = cities.dropna(subset=["subdivision"])
    assert (states["city_id"].str[5:].str.partition("/")[0] == states["subdivision"]).all()


def test_every_subdivision_of_a_country_with_several_grids_has_one_of_its_zones():
    rows = table("subdivision_codes")
    several = rows.groupby("country")["zone_id"].nunique()
    for country in ("SWE", "NOR", "ITA", "JPN", "IND", "BRA", "MYS", "PHL", "RUS"):
        assert several[country] > 1
        assert rows.loc[rows["country"] == country, "zone_id"].notna().all()
