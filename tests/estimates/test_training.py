import pytest

from tests.estimates.reading import codes, factors, out_of_order, reasons, value

PLAIN = {"accelerator": "h100-sxm5-80gb", "accelerators": 8, "accelerator_hours": 1000, "region": "aws:us-east-1"}
GIVEN = PLAIN | {"accelerator_power_w": 500, "pue": 1.2, "grid_g_per_kwh": 400, "wue_l_per_kwh": 0.5}
MEASURED = GIVEN | {"it_power_w": 700}
TOKENS = {"accelerator": "h100-sxm5-80gb", "accelerators": 256, "total_params_b": 10, "region": "USA"}
TOTALS = {"energy_kwh": "energy_kwh", "carbon_kg": "carbon.total_kg", "cost_usd": "cost.total_usd"}


@pytest.fixture
def tables(catalog):
    """Rows as the tables hold them, by table and key."""
    return catalog.row


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # 500 W x 1000 h
        pytest.param("accelerator_energy_kwh", 500.0, id="chips"),
        # 700 W x 1000 h
        pytest.param("it_energy_kwh", 700.0, id="servers"),
        # 700 x 1.2
        pytest.param("energy_kwh", 840.0, id="meter"),
        # 840 x 400 g
        pytest.param("carbon.location_kg", 336.0, id="carbon by location"),
        # 700 x 0.5
        pytest.param("water.onsite_l", 350.0, id="water on site"),
        # on 8 accelerators
        pytest.param("duration_h", 125.0, id="duration"),
    ],
)
def test_what_the_caller_measured_is_multiplied_out(train, path, expected):
    answer = train(MEASURED)
    assert value(answer, path) == pytest.approx(expected, rel=1e-12)


def test_numbers_of_the_caller_have_no_width(train):
    answer = train(MEASURED)
    assert set(answer["energy_kwh"].values()) == {840.0}
    assert factors(answer)["pue"]["origin"] == "request"


def test_without_measurements_power_comes_from_the_tables(train, tables):
    answer = train(PLAIN)
    chip = tables("accelerators", "nvidia-h100-sxm5-80gb")["tdp_w"]
    chip *= tables("power_fractions", ("h100", "llm", None))["fraction"]
    host = tables("hosts", "hgx-h100")
    server = chip * (1 + host["overhead_share"]) + host["base_w"]
    assert value(answer, "accelerator_energy_kwh") == pytest.approx(chip)
    assert value(answer, "it_energy_kwh") == pytest.approx(server)
    assert value(answer, "energy_kwh") == pytest.approx(
        server * tables("site_measures", ("aws:us-east-1", "pue", 2025))["value"]
    )


def test_carbon_and_water_come_from_the_grid_of_the_region(train, tables):
    answer = train(PLAIN)
    energy = value(answer, "energy_kwh")
    grid = tables("grid_average_electricitymaps", ("em:US-MIDA-PJM", 2025, "lifecycle", "average"))
    assert value(answer, "carbon.location_kg") == pytest.approx(energy * grid["g_per_kwh"] / 1000)
    assert value(answer, "water.offsite_l") == pytest.approx(energy * tables("water_factors", "USA")["l_per_kwh"])
    assert answer["place"] == {
        "region": "aws:us-east-1",
        "country": "USA",
        "zone": "em:US-MIDA-PJM",
        "resolution": "zone",
        "year": 2025,
        "pue": 1.15,
    }


def test_manufacture_is_shared_by_the_hours_of_a_service_life(train, tables):
    answer = train(PLAIN)
    chip = tables("embodied", "nvidia-h100")["kg"]
    host = tables("hosts", "hgx-h100")["embodied_kg"] / 8
    # 5 years of 8760 h, of which 85 % work
    expected = 1000 * (chip + host) / (5 * 8760 * 0.85)
    assert value(answer, "carbon.embodied_kg") == pytest.approx(expected)
    whole = value(answer, "carbon.location_kg") + expected
    assert value(answer, "carbon.total_kg") == pytest.approx(whole)


def test_the_building_has_no_part_in_manufacture_or_in_water_on_site(train):
    good, bad = train(PLAIN | {"pue": 1.1}), train(PLAIN | {"pue": 2})
    assert good["carbon"]["embodied_kg"] == bad["carbon"]["embodied_kg"]
    assert good["water"]["onsite_l"] == bad["water"]["onsite_l"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PLAIN, id="hours"),
        pytest.param(MEASURED, id="measured"),
        pytest.param(PLAIN | {"it_power_w": 700}, id="server measured"),
        pytest.param(PLAIN | {"it_power_w": 1}, id="server measured at next to nothing"),
        pytest.param(PLAIN | {"accelerator": "tpu-v4"}, id="watts that hold the host"),
        pytest.param(PLAIN | {"accelerator": "cpu-amd-epyc-7763"}, id="processor"),
        pytest.param(PLAIN | {"accelerator_hours": 0}, id="no hours"),
        pytest.param(PLAIN | {"accelerators": 4096}, id="many hosts"),
        pytest.param(TOKENS | {"training_tokens_b": 1000}, id="tokens"),
        pytest.param({"instance": "p5.48xlarge", "hours": 10}, id="instance"),
    ],
)
def test_chips_take_no_more_than_servers_and_servers_no_more_than_the_meter(train, body):
    answer = train(body)
    assert out_of_order(answer) == {}
    energies = [answer[name] for name in ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")]
    for end in ("value", "low", "high"):
        assert sorted(energy[end] for energy in energies) == [energy[end] for energy in energies]


class TestHours:
    def test_accelerator_hours_are_taken_as_they_are(self, train):
        assert set(train(PLAIN)["accelerator_hours"].values()) == {1000.0}

    def test_without_a_utilisation_the_table_has_one(self, train, tables):
        # at its reference size, 10e9 parameters
        answer = train(TOKENS | {"training_tokens_b": 1000})
        mfu = tables("mfu", "h100")
        assert mfu["reference_params_b"] == 10
        crowd = 1 / (1 + TOKENS["accelerators"] / mfu["half_crowd"])
        expected = 6e22 / (989.4e12 * mfu["mfu"] * crowd * 3600)
        assert value(answer, "accelerator_hours") == pytest.approx(expected)
        assert answer["accelerator_hours"]["low"] < expected < answer["accelerator_hours"]["high"]

    def test_a_mixture_counts_its_active_parameters(self, train):
        mixture = train(TOKENS | {"training_tokens_b": 1000, "active_params_b": 2})
        assert value(mixture, "training_flop") == pytest.approx(1.2e22)


class TestPower:
    def test_servers_measured_alone_give_the_chip_by_the_host(self, train, tables):
        host = tables("hosts", "hgx-h100")
        answer = train(PLAIN | {"it_power_w": 700})
        chip = (700 - host["base_w"]) / (1 + host["overhead_share"])
        assert value(answer, "accelerator_energy_kwh") == pytest.approx(chip)
        assert set(answer["it_energy_kwh"].values()) == {700.0}

    def test_watts_that_hold_the_host_already_get_nothing_on_top(self, train):
        answer = train(PLAIN | {"accelerator": "tpu-v4"})
        assert answer["it_energy_kwh"] == answer["accelerator_energy_kwh"]

    def test_a_small_vision_network_draws_less_than_a_language_model(self, train):
        small = train(PLAIN | {"workload": "vision", "total_params_b": 0.01})
        assert value(small, "accelerator_energy_kwh") < value(train(PLAIN), "accelerator_energy_kwh")

    @pytest.mark.parametrize(
        ("params_b", "row"),
        [
            pytest.param(0.02, 0.03, id="up to the limit of a row"),
            pytest.param(0.03, 0.03, id="at its limit"),
            pytest.param(0.5, None, id="above every limit"),
            pytest.param(None, None, id="of unknown size"),
        ],
    )
    def test_the_fraction_is_that_of_the_size(self, train, tables, params_b, row):
        size = {} if params_b is None else {"total_params_b": params_b}
        answer = train(PLAIN | {"workload": "vision"} | size)
        expected = tables("power_fractions", ("h100", "vision", row))["fraction"]
        assert factors(answer)["power_fraction"]["value"] == expected


class TestCarbon:
    def test_without_contract_or_matched_hours_the_market_is_not_known(self, train):
        answer = train(PLAIN)
        assert answer["carbon"]["market_kg"] is None
        assert answer["carbon"]["basis"]["market"] is None
        assert "carbon.market_kg" in reasons(answer)

    def test_the_margin_of_the_grid_is_that_of_its_region(self, train, tables):
        answer = train(PLAIN)
        basis = answer["carbon"]["basis"]["marginal"]
        row = tables("grid_marginal", (basis["zone"], basis["year"], "direct", "marginal"))
        assert basis["zone"] == "avert:Mid-Atlantic"
        assert value(answer, "carbon.marginal_kg") == pytest.approx(
            value(answer, "energy_kwh") * row["g_per_kwh"] / 1000
        )


class TestMoney:
    def test_rent_holds_everything_else(self, train, tables):
        answer = train(PLAIN)
        price = tables("accelerator_prices", ("aws", "us-east-1", "nvidia-h100-sxm5-80gb", "on-demand", "2025-06-01"))
        assert value(answer, "cost.rental_usd") == pytest.approx(1000 * price["usd_per_accelerator_hour"])
        for name in ("hardware_usd", "electricity_usd", "facility_usd"):
            assert answer["cost"][name] is None
            assert reasons(answer)[f"cost.{name}"] == "included in the rental price"

    def test_a_price_of_the_caller_comes_first(self, train):
        assert set(train(PLAIN | {"pricing": {"usd_per_accelerator_hour": 2.5}})["cost"]["rental_usd"].values()) == {
            2500
        }

    def test_owned_hardware_without_prices_of_the_caller_takes_the_tables(self, train, tables):
        answer = train(PLAIN | {"pricing": {"kind": "owned"}})
        used = factors(answer)
        bought = tables("purchase_prices", "nvidia-h100-sxm5-80gb")["usd_per_accelerator"]
        assert used["purchase_usd_per_accelerator"]["value"] == bought
        per_kwh = used["electricity_usd_per_kwh"]["value"]
        assert value(answer, "cost.electricity_usd") == pytest.approx(value(answer, "energy_kwh") * per_kwh)
        assert answer["cost"]["facility_usd"] is None


class TestOverheads:
    BODY = PLAIN | {"overheads": {"development_share": 1, "failed_share": 0.1, "retrainings": 2}}

    @pytest.mark.parametrize(("metric", "path"), TOTALS.items(), ids=TOTALS)
    @pytest.mark.parametrize("end", ["value", "low", "high"])
    def test_phases_add_up_to_the_total(self, train, metric, path, end):
        answer = train(self.BODY)
        whole = answer
        for name in path.split("."):
            whole = whole[name]
        assert sum(phase[metric][end] for phase in answer["phases"]) == pytest.approx(whole[end])

    def test_without_them_there_is_one_phase_and_a_warning(self, train):
        answer = train(PLAIN)
        assert [phase["name"] for phase in answer["phases"]] == ["final"]
        assert answer["phases"][0]["energy_kwh"] == answer["energy_kwh"]
        assert "final-run-only" in codes(answer)
        assert "final-run-only" not in codes(train(self.BODY))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"region": None}, "region-unspecified", id="no region"),
        pytest.param({"accelerator": "h100"}, "ambiguous-name", id="a family"),
        pytest.param({"region": "aws:us-east-1", "year": 2035}, "grid-year", id="a year to come"),
        pytest.param({"region": "FRA"}, "price-any-provider", id="a country rents nothing out"),
        pytest.param({"region": "em:BR-CS"}, "price-any-provider", id="nor does a grid zone"),
        pytest.param({"region": "aws:af-south-1"}, "price-any-region", id="a region without a price of its own"),
        pytest.param({"region": "FRA"}, "site-assumed", id="a country has no data centre"),
        pytest.param({"overheads": {"failed_share": 10}}, "overheads-large", id="10 for 10 %"),
        pytest.param({"accelerators": 300_000}, "implausible-accelerators", id="more than the largest cluster"),
        pytest.param({"accelerator_hours": 1e6}, "implausible-duration", id="years"),
    ],
)
def test_whatever_is_filled_in_is_said(train, change, code):
    body = {name: part for name, part in (PLAIN | change).items() if part is not None}
    assert code in codes(train(body))
    assert code not in codes(train(PLAIN))


def test_an_average_data_centre_is_told_with_the_cloud_regions_of_its_place(train):
    answer = train({"accelerator": "h100-sxm5-80gb", "accelerator_hours": 10, "region": "US-VA"})
    told = next(one["message"] for one in answer["warnings"] if one["code"] == "site-assumed")
    assert told.startswith(
        "No data centre was named; an average one (PUE 1.54) is assumed; cloud regions there: aws:us"
    )
    assert "site-assumed" not in codes(train({**answer["request"], "pue": 1.2}))


class TestRequest:
    def test_names_are_canonical_and_choices_are_made(self, train):
        answer = train({"accelerator": "H100 SXM", "accelerator_hours": 1000, "region": "aws/us-east-1"})
        assert answer["request"] == {
            "accelerator": "nvidia-h100-sxm5-80gb",
            "accelerator_hours": 1000.0,
            "accelerators": 8,
            "date": "2026-11-26",
            "precision": "bf16",
            "region": "aws:us-east-1",
            "year": 2025,
        }

    @pytest.mark.parametrize(
        "same",
        [
            pytest.param({"accelerator": "nvidia-h100-sxm5-80gb"}, id="with its vendor"),
            pytest.param({"accelerator": "H100-SXM5-80GB"}, id="in capitals"),
            pytest.param({"accelerator_hours": 1000.0}, id="as a decimal"),
            pytest.param({"region": "us-east-1"}, id="without provider"),
            pytest.param({"year": 2025, "date": "2026-11-26"}, id="the default year and day"),
            pytest.param({"precision": "bf16"}, id="the default precision"),
        ],
    )
    def test_equal_requests_have_equal_answers(self, train, same):
        # what was said of the year or of a family may differ in its warnings
        one, other = train(PLAIN), train(dict(reversed((PLAIN | same).items())))
        assert one["id"] == other["id"]
        assert one["energy_kwh"] == other["energy_kwh"]

    def test_another_request_has_another_id(self, train):
        assert train(PLAIN)["id"] != train(PLAIN | {"accelerator_hours": 1001})["id"]

    def test_a_normalised_request_asks_for_itself(self, train):
        once = train(PLAIN | {"overheads": {"failed_share": 0.1}, "pricing": {"kind": "spot"}})
        again = train(once["request"])
        assert (again["id"], again["request"]) == (once["id"], once["request"])


def test_every_null_has_its_reason(train):
    for body in (PLAIN, PLAIN | {"region": "world", "pricing": {"kind": "owned"}}):
        answer = train(body)
        nulls = {
            f"{part}.{name}" for part in ("carbon", "water", "cost") for name, it in answer[part].items() if it is None
        }
        nulls |= {name for name in ("training_flop", "duration_h") if answer[name] is None}
        assert nulls == set(reasons(answer))


def test_every_source_of_a_factor_is_named_in_full(train):
    answer = train(PLAIN)
    used = {factor["source_id"] for factor in answer["factors"] if factor["source_id"]}
    assert [source["source_id"] for source in answer["sources"]] == sorted(used)
    assert all(source["licence"] and source["producer"] for source in answer["sources"])


def test_the_width_of_a_total_comes_from_factors_that_have_width(train):
    answer = train(PLAIN)
    wide = {name for name, factor in factors(answer).items() if factor["low"] != factor["high"]}
    for drivers in answer["drivers"].values():
        shares = [driver["share"] for driver in drivers]
        assert shares == sorted(shares, reverse=True)
        assert {driver["name"] for driver in drivers} <= wide
    assert {driver["name"] for driver in answer["drivers"]["total_usd"]} == {"usd_per_accelerator_hour"}
    assert "grid_g_per_kwh" not in {driver["name"] for driver in answer["drivers"]["energy_kwh"]}


class TestAge:
    TPU = PLAIN | {"accelerator": "tpu-v4", "region": "gcp:us-central1"}

    def test_a_figure_that_was_old_on_the_day_of_the_estimate_is_said(self, train):
        told = {w["code"]: w["message"] for w in train(self.TPU)["warnings"]}
        assert "usd_per_accelerator_hour (2024-12-23)" in told["old-data"]

    def test_the_age_is_counted_to_the_day_that_was_asked_for(self, train):
        assert "old-data" not in codes(train(self.TPU | {"date": "2025-01-15"}))

    def test_every_figure_that_ages_says_its_date(self, train):
        dated = {factor["name"]: factor["as_of"] for factor in train(self.TPU)["factors"]}
        assert (dated["grid_g_per_kwh"], dated["usd_per_accelerator_hour"]) == ("2025", "2024-12-23")
        assert dated["accelerator_tdp_w"] is None

    @pytest.mark.parametrize(
        ("given", "moment"),
        [
            ({}, (2025, "2026-11-26")),
            ({"year": 2023}, (2023, "2023-12-31")),
            ({"date": "2024-05-01"}, (2024, "2024-05-01")),
            ({"year": 2030}, (2030, "2026-11-26")),
            ({"year": 2023, "date": "2024-05-01"}, (2023, "2024-05-01")),
        ],
    )
    def test_year_and_day_follow_from_each_other(self, train, given, moment):
        request = train(PLAIN | given)["request"]
        assert (request["year"], request["date"]) == moment
