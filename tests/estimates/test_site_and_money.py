"""Where a run stands and what is paid, through the whole estimate."""

import pytest

POST = "/v1/estimates/training"
RUN = {"accelerator": "h100-sxm5-80gb", "accelerator_hours": 1000, "region": "aws:us-east-1"}


@pytest.fixture
def ask(client):
    def ask(**change):
        response = client.post(POST, json={name: v for name, v in {**RUN, **change}.items() if v is not None})
        assert response.status_code == 200, response.json
        return response.json

    return ask


def warned(answer):
    return {warning["code"] for warning in answer["warnings"]}


def gaps(answer):
    return {gap["field"] for gap in answer["unavailable"]}


def factor(answer, name):
    return next(f for f in answer["factors"] if f["name"] == name)


@pytest.mark.parametrize(
    ("region", "zone", "resolution", "warning"),
    [
        pytest.param("aws:us-east-1", "em:US-MIDA-PJM", "zone", None, id="cloud-region"),
        pytest.param("USA", "USA", "country", None, id="country"),
        pytest.param("us", "USA", "country", None, id="two-letters"),
        pytest.param("US-VA", "US-VA", "subdivision", None, id="state"),
        pytest.param("CA-ON", "em:CA-ON", "zone", None, id="province-with-a-zone"),
        pytest.param("em:DE", "em:DE", "zone", None, id="zone"),
        pytest.param("world", "world", "world", None, id="world"),
        pytest.param(None, "world", "world", "region-unspecified", id="left-out"),
        pytest.param("egrid:RFCE", "egrid:RFCE", "zone", None, id="subregion"),
        pytest.param("JEY", "JEY", "country", "tied-grid", id="island-on-a-neighbours-cable"),
        pytest.param("SJM", "SJM", "country", "tied-grid", id="island-with-plants-of-its-own"),
        pytest.param("CAF", "CAF", "country", None, id="country-too-small-for-its-statistics"),
    ],
)
def test_takes_the_nearest_grid_and_says_which(ask, region, zone, resolution, warning):
    answer = ask(region=region)
    assert (answer["place"]["zone"], answer["place"]["resolution"]) == (zone, resolution)
    assert warning is None or warning in warned(answer)


def test_direct_emissions_come_from_the_subregion(ask):
    basis = ask(scope="direct")["carbon"]["basis"]["location"]
    assert (basis["zone"], basis["scope"]) == ("egrid:SRVC", "direct")


def test_direct_emissions_that_nobody_knows_are_null_with_a_reason(ask):
    answer = ask(region="FRA", scope="direct")
    assert answer["carbon"]["location_kg"] is None
    assert answer["carbon"]["total_kg"] is None
    assert answer["cost"]["social_usd"] is None
    assert {"carbon.location_kg", "carbon.total_kg", "cost.social_usd"} <= gaps(answer)


def test_a_later_year_takes_the_latest_grid_and_says_so(ask):
    answer = ask(region="DEU", year=2040)
    assert "grid-year" in warned(answer)
    assert answer["carbon"]["basis"]["location"]["year"] < 2040


@pytest.mark.parametrize(
    ("contract", "kg_per_kwh"),
    [
        pytest.param({"share": 1, "g_per_kwh": 20}, 0.02, id="whole"),
        pytest.param({"share": 1, "g_per_kwh": 0}, 0, id="free"),
        # a quarter at 20 g and three quarters at 400 g
        pytest.param({"share": 0.25, "g_per_kwh": 20, "residual_g_per_kwh": 400}, 0.305, id="residual-mix"),
    ],
)
def test_a_contract_is_market_based(ask, contract, kg_per_kwh):
    answer = ask(contract=contract)
    market, energy = answer["carbon"]["market_kg"], answer["energy_kwh"]
    assert market["value"] == pytest.approx(energy["value"] * kg_per_kwh)


def test_a_contract_for_a_part_lacks_a_residual_mix(ask):
    answer = ask(contract={"share": 0.5, "g_per_kwh": 20})
    assert answer["carbon"]["market_kg"] is None
    assert "carbon.market_kg" in gaps(answer)


def test_a_google_region_is_market_based_by_its_carbon_free_share(ask):
    answer = ask(region="gcp:us-central1")
    assert answer["carbon"]["basis"]["market"]["method"] == "cfe"
    share, free = factor(answer, "cfe_share")["value"], factor(answer, "grid_carbon_free_share")["value"]
    wanted = answer["carbon"]["location_kg"]["value"] * (1 - share) / (1 - free)
    assert answer["carbon"]["market_kg"]["value"] == pytest.approx(wanted)


def test_losses_of_the_grid_raise_what_was_generated(ask):
    without, with_losses = ask()["carbon"]["location_kg"], ask(grid_losses=0.05)["carbon"]["location_kg"]
    assert with_losses["value"] == pytest.approx(without["value"] / 0.95)


@pytest.mark.parametrize("name", ["pue", "wue_l_per_kwh", "grid_g_per_kwh"])
def test_the_callers_own_figure_of_the_site_has_no_width(ask, name):
    used = factor(ask(**{name: 2.0}), name)
    assert (used["value"], used["low"], used["high"], used["origin"]) == (2.0, 2.0, 2.0, "request")


@pytest.mark.parametrize(
    ("pricing", "price", "warning"),
    [
        pytest.param({}, 6.88, None, id="the-regions-provider"),
        pytest.param({"usd_per_accelerator_hour": 3}, 3, None, id="the-callers-own"),
        pytest.param({"provider": "AWS"}, 6.88, None, id="named-in-capitals"),
        pytest.param({"provider": "lambda"}, None, None, id="another-provider"),
        pytest.param({"provider": "meta"}, None, "price-any-provider", id="a-provider-that-sells-none"),
    ],
)
def test_rents_at_the_price_of_the_provider(ask, pricing, price, warning):
    answer = ask(pricing=pricing)
    used = factor(answer, "usd_per_accelerator_hour")
    assert price is None or used["value"] == pytest.approx(price)
    assert answer["cost"]["rental_usd"]["value"] == pytest.approx(1000 * used["value"])
    assert answer["cost"]["total_usd"] == answer["cost"]["rental_usd"]
    assert warning is None or warning in warned(answer)


def test_no_price_leaves_the_cost_null_and_the_rest_answers(ask):
    answer = ask(accelerator="maia-100")
    assert answer["cost"]["total_usd"] is None
    assert "no-price" in warned(answer)
    assert {"cost.rental_usd", "cost.total_usd"} <= gaps(answer)
    assert answer["energy_kwh"]["value"] > 0


def test_owned_hardware_is_written_off_and_burns_electricity(ask):
    pricing = {
        "kind": "owned",
        "purchase_usd_per_accelerator": 40_000,
        "utilization": 0.8,
        "age_years": 0,
        "electricity_usd_per_kwh": 0.1,
        "facility_usd_per_kwh": 0.02,
    }
    answer = ask(pricing=pricing)
    # 1000 h x 40000 USD x 0.14 ln 10 / 8760 h / 0.8
    assert answer["cost"]["hardware_usd"]["value"] == pytest.approx(1840.0, rel=1e-3)
    energy = answer["energy_kwh"]["value"]
    assert answer["cost"]["electricity_usd"]["value"] == pytest.approx(0.1 * energy)
    assert answer["cost"]["facility_usd"]["value"] == pytest.approx(0.02 * energy)
    parts = [answer["cost"][name]["value"] for name in ("hardware_usd", "electricity_usd", "facility_usd")]
    assert answer["cost"]["total_usd"]["value"] == pytest.approx(sum(parts))
    assert answer["cost"]["rental_usd"] is None


def test_owned_hardware_is_priced_from_the_tables(ask):
    answer = ask(pricing={"kind": "owned"})
    assert factor(answer, "electricity_usd_per_kwh")["locator"].endswith("VA, 2024")
    assert answer["cost"]["total_usd"]["low"] < answer["cost"]["total_usd"]["high"]
    assert "cost.facility_usd" in gaps(answer)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        pytest.param({"accelerator": "maia-100"}, "cost.hardware_usd", id="no-purchase-price"),
        pytest.param({"region": "world"}, "cost.electricity_usd", id="no-electricity-price"),
    ],
)
def test_owned_hardware_without_a_price_has_no_total(ask, change, missing):
    answer = ask(pricing={"kind": "owned"}, **change)
    assert {missing, "cost.total_usd"} <= gaps(answer)
    assert answer["cost"]["total_usd"] is None


def test_social_cost_is_that_of_the_year_in_money_of_the_price_year(ask):
    answer = ask(year=2025)
    # EPA: 212 USD of 2020 per t at 2 % in 2025; deflator 128.6 / 105.4
    wanted = answer["carbon"]["total_kg"]["value"] / 1000 * 212 * 128.6 / 105.4
    assert answer["cost"]["social_usd"]["value"] == pytest.approx(wanted, rel=1e-6)
