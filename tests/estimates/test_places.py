"""Where a place lies, from what people reported of other tools: each row is asked whole, as they would ask it."""

import pytest

RUN = {"accelerator": "h100-sxm5-80gb", "accelerators": 8, "accelerator_hours": 1000, "total_params_b": 8}
DAY = {"earliest": "2027-01-10T00:00:00Z", "deadline": "2027-01-11T00:00:00Z", "duration_h": 3, "energy_kwh": 10}


@pytest.fixture
def ask(client):
    def ask(**change):
        response = client.post("/v1/estimates/training", json=RUN | change)
        assert response.status_code == 200, response.json
        return response.json

    return ask


def factor(answer, name):
    return next(f for f in answer["factors"] if f["name"] == name)


def warned(answer):
    return {warning["code"] for warning in answer["warnings"]}


@pytest.mark.parametrize(
    ("place", "least", "most"),
    [
        # electricitymaps-contrib 1702: its own plants are water, its power comes from New England
        pytest.param({"region": "US-VT"}, 230, 370, id="vermont"),
        pytest.param({"region": "US-VT", "scope": "direct"}, 200, 300, id="vermont-direct"),
        # experiment-impact-tracker 68: it makes a few per cent of what it uses
        pytest.param({"region": "US-DC"}, 260, 490, id="washington-dc"),
        pytest.param({"region": "US-WV"}, 350, 640, id="west-virginia"),
        pytest.param({"region": "US-CA"}, 180, 260, id="california"),
        # co2.js 135: an island that went from coal to wood
        pytest.param({"region": "RE"}, 190, 230, id="reunion"),
        pytest.param({"region": "CAF"}, 10, 60, id="statistics-that-round-to-nothing"),
        pytest.param({"region": "FRA"}, 25, 65, id="france"),
        pytest.param({"region": "US-HI"}, 700, 900, id="hawaii"),
        pytest.param({"region": "egrid:HIOA"}, 680, 900, id="oahu"),
        pytest.param({"region": "egrid:HIOA", "scope": "direct"}, 660, 700, id="oahu-direct"),
        pytest.param({"region": "egrid:PRMS"}, 702, 900, id="puerto-rico"),
        pytest.param({"region": "Monaco"}, 20, 60, id="monaco"),
        pytest.param({"region": "JEY"}, 20, 120, id="jersey"),
        pytest.param({"region": "SJM"}, 600, 900, id="svalbard"),
        # cloud-carbon-footprint 408 and others: regions that nobody knew
        pytest.param({"region": "gcp:us-central2"}, 350, 600, id="home-of-tpu-v4"),
        pytest.param({"region": "azure:francesouth"}, 20, 70, id="marseille"),
        pytest.param({"region": "aws:ap-southeast-6"}, 60, 160, id="auckland"),
        pytest.param({"region": "aws:ap-east-2"}, 440, 680, id="taipei"),
        pytest.param({"region": "aws:eusc-de-east-1"}, 250, 400, id="brandenburg"),
        pytest.param({"region": "oci:us-ashburn-1"}, 300, 500, id="ashburn"),
        pytest.param({"region": "azure:koreasouth"}, 350, 500, id="busan"),
        pytest.param({"region": "scaleway:nl-ams"}, 180, 340, id="amsterdam"),
    ],
)
def test_average_of_the_grid(ask, place, least, most):
    found = factor(ask(**place), "grid_g_per_kwh")
    assert least <= found["value"] <= most
    assert 0 < found["low"] < found["value"] < found["high"]


@pytest.mark.parametrize(
    ("region", "least", "most"),
    [
        # open-grid-emissions 225: islands have no lines to the rest
        pytest.param("US-HI", 620, 950, id="hawaii"),
        pytest.param("US-AK", 380, 750, id="alaska"),
        pytest.param("em:US-MIDA-PJM", 580, 660, id="zone"),
        pytest.param("US-VA", 580, 660, id="state"),
        pytest.param("aws:us-east-1", 600, 680, id="cloud-region"),
        pytest.param("SWZ", 400, 1200, id="imports-from-coal"),
        pytest.param("ISL", 5, 100, id="steam"),
    ],
)
def test_margin_of_the_grid(ask, region, least, most):
    found = factor(ask(region=region), "grid_marginal_g_per_kwh")
    assert least <= found["value"] <= most
    assert 0 < found["low"] < found["high"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("US-VA", "aws:us-east-1", id="state-and-cloud-region"),
        pytest.param("LU", "em:LU", id="country-and-zone"),
        pytest.param("BHR", "aws:me-south-1", id="country-and-cloud-region"),
        pytest.param("US-PR", "em:PR", id="territory-and-zone"),
        pytest.param("em:PR", "egrid:PRMS", id="zone-and-subregion"),
    ],
)
def test_one_grid_by_two_names_has_intervals_that_touch(ask, one, other):
    a, b = (factor(ask(region=region), "grid_g_per_kwh") for region in (one, other))
    assert a["low"] <= b["high"]
    assert b["low"] <= a["high"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param({"region": "RE"}, False, id="of-the-year-of-the-tables"),
        pytest.param({"region": "US-VT", "scope": "direct"}, True, id="older-than-the-tables"),
        pytest.param({"region": "US-VT", "scope": "direct", "year": 2023}, False, id="of-the-year-asked-for"),
        pytest.param({"region": "US-VT", "year": 2019}, True, id="newer-than-asked-for"),
    ],
)
def test_the_year_of_a_place_is_that_of_its_figure_and_another_one_is_said(ask, place, said):
    answer = ask(**place)
    assert answer["place"]["year"] == factor(answer, "grid_g_per_kwh")["year"]
    assert ("grid-year" in warned(answer)) is said


@pytest.mark.parametrize(
    ("year", "pue", "wue"),
    [
        # spruce 271: figures of one region move by more than regions differ
        pytest.param(2022, 1.32, 0.01, id="2022"),
        pytest.param(2024, 1.35, 0.01, id="2024"),
        pytest.param(2025, 1.24, 0.17, id="2025"),
    ],
)
def test_the_building_follows_the_year(ask, year, pue, wue):
    answer = ask(region="aws:eu-central-1", year=year)
    found = {name: factor(answer, name) for name in ("pue", "wue_l_per_kwh")}
    assert (found["pue"]["value"], found["wue_l_per_kwh"]["value"]) == (pue, wue)
    assert found["pue"]["low"] < pue < found["pue"]["high"]


@pytest.mark.parametrize("region", ["em:CA-QC", "aws:ca-central-1", "em:NO-NO2"])
def test_a_margin_of_the_whole_country_is_said_to_be_one(ask, region):
    assert "marginal-fallback" in warned(ask(region=region))


@pytest.mark.parametrize(
    ("region", "zone"),
    [("US-CA", "em:US-CAL-CISO"), ("US-TX", "em:US-TEX-ERCO"), ("US-VA", "em:US-MIDA-PJM"), ("GB-SCT", "em:GB")],
)
def test_a_state_has_the_hours_of_the_grid_that_most_of_it_draws_from(client, region, zone):
    answer = client.post("/v1/comparisons/schedule", json=DAY | {"region": region}).json
    assert answer["windows"]
    assert answer["profile"]["zone"] == zone
    assert "profile-of-zone" in warned(answer)


def test_nothing_emits_nothing_at_the_margin(client):
    body = {"training": RUN | {"region": "FRA"}, "regions": ["FRA", "SWZ", "NOR", "ISL"], "offered_only": False}
    answer = client.post("/v1/comparisons/placement", json=body | {"carbon_basis": "marginal"}).json
    carbon = {option["request"]["region"]: option["carbon_kg"] for option in answer["options"]}
    assert carbon["NOR"]["value"] < carbon["FRA"]["value"] < carbon["SWZ"]["value"]
    assert all(kg["low"] > 0 for kg in carbon.values())


def test_regions_that_nobody_sells_from_are_left_out_where_only_offers_count(client):
    def considered(**more):
        body = {"training": RUN | {"region": "FRA"}, "regions": "all", "limit": 1} | more
        return client.post("/v1/comparisons/placement", json=body).json["options_considered"]

    assert 300 < considered() < considered(offered_only=False)
