"""A hosted model against own hardware for the same traffic, through the whole comparison."""

import pytest

PATH = "/v1/comparisons/api-or-own"
CALL = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 300}
OWN = {"model": "llama-3.3-70b", "accelerator": "h100-sxm5-80gb", "accelerators": 4, "region": "aws:us-east-1"}
REQUEST = {"api": CALL, "own": OWN, "requests_per_month": 1e6, "peak_ratio": 2}


@pytest.fixture(scope="module")
def compared(client):
    def compared(**fields):
        response = client.post(PATH, json=REQUEST | fields)
        assert response.status_code == 200, response.json
        return response.json

    return compared


def of_metric(answer, metric):
    return next(one for one in answer["break_even"] if one["metric"] == metric)


def test_a_month_of_calls_costs_its_requests_at_the_list_price(compared):
    answer = compared()
    cost = 1e6 * (1000 * 2.5 + 300 * 10) / 1e6
    assert answer["api"]["per_month"]["cost_usd"] == {end: pytest.approx(cost) for end in ("value", "low", "high")}


def test_rented_replicas_cost_every_hour_of_the_month(compared):
    rent = {"kind": "on-demand", "usd_per_accelerator_hour": 3.0}
    answer = compared(own=OWN | {"pricing": rent})
    month = answer["replicas"] * 4 * 730 * 3.0
    assert answer["own"]["per_month"]["cost_usd"]["value"] == pytest.approx(month)
    assert answer["own"]["per_month"]["cost_usd"]["low"] == pytest.approx(month)


def test_owned_replicas_wear_out_at_every_hour_of_the_month(compared, client):
    owned = {"kind": "owned", "purchase_usd_per_accelerator": 30_000, "age_years": 1, "electricity_usd_per_kwh": 0.1}
    answer = compared(own=OWN | {"pricing": owned})
    hour = client.post(
        "/v1/estimates/training",
        json={**{k: OWN[k] for k in ("accelerator", "region")}, "accelerator_hours": 4 * 730}
        | {"pricing": owned | {"utilization": 1}},
    ).json
    wear = hour["cost"]["hardware_usd"]["value"]
    power = answer["own"]["per_month"]["energy_kwh"]["value"] * 0.1
    assert answer["own"]["per_month"]["cost_usd"]["value"] == pytest.approx(answer["replicas"] * wear + power)


@pytest.mark.parametrize("metric", ["energy_kwh", "carbon_kg", "cost_usd"])
def test_at_break_even_both_sides_take_the_same(compared, metric):
    at = of_metric(compared(), metric)["requests_per_month"]["value"]
    answer = compared(requests_per_month=at)
    assert answer["replicas"] == 1
    assert answer["own"]["per_month"][metric]["value"] == pytest.approx(answer["api"]["per_month"][metric]["value"])


def test_utilization_is_that_of_one_replica_at_break_even(compared):
    answer = compared()
    entry = of_metric(answer, "cost_usd")
    capacity = answer["capacity_requests_per_month"]["value"] * 2  # a full month; the busiest hour has twice the mean
    assert entry["utilization"]["value"] == pytest.approx(entry["requests_per_month"]["value"] / capacity)


def test_more_traffic_than_a_replica_serves_takes_more_replicas(compared):
    capacity = compared()["capacity_requests_per_month"]["value"]
    assert compared(requests_per_month=3.5 * capacity)["replicas"] == 4


def test_calls_cheaper_than_a_full_replica_are_always_cheaper(compared):
    cheap = {"provider": "openai", "model": "gpt-5-nano", "input_tokens": 1000, "output_tokens": 10}
    entry = of_metric(compared(api=cheap), "cost_usd")
    assert entry["verdict"] == "never"
    assert entry["requests_per_month"] is None
    assert entry["probability_own_cheaper"] < 0.5


def test_a_curve_passes_through_the_traffic_of_the_request(compared):
    answer = compared()
    middle = answer["curve"][len(answer["curve"]) // 2]
    assert middle["requests_per_month"] == pytest.approx(1e6)
    for side in ("api", "own"):
        assert middle[side]["cost_usd"]["value"] == pytest.approx(answer[side]["per_month"]["cost_usd"]["value"])


def test_cached_and_batch_tokens_lower_the_price_of_calls(compared):
    plain = compared()["api"]["per_month"]["cost_usd"]["value"]
    cached = compared(api=CALL | {"cached_input_tokens": 800})["api"]["per_month"]["cost_usd"]["value"]
    batch = compared(api=CALL | {"processing": "batch"})["api"]["per_month"]["cost_usd"]["value"]
    assert cached == pytest.approx(plain - 1e6 * 800 * 1.25 / 1e6)
    assert batch == pytest.approx(plain / 2)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        pytest.param({"api": CALL | {"model": "gpt-4oo"}}, "api.model", "gpt-4o", id="unknown hosted model"),
        pytest.param({"own": OWN | {"model": "gpt-4o"}}, "own.model", "not published", id="closed model on hardware"),
        pytest.param(
            {"own": OWN | {"input_tokens": 9}}, "own.input_tokens", "unknown field", id="tokens on both sides"
        ),
        pytest.param({"requests_per_month": 0}, "requests_per_month", "between", id="no traffic"),
        pytest.param({"peak_ratio": 0.9}, "peak_ratio", "between 1 and 100", id="a busiest hour below the mean"),
    ],
)
def test_what_cannot_be_compared_is_refused(client, fields, field, words):
    response = client.post(PATH, json=REQUEST | fields)
    assert response.status_code == 422
    assert words in response.json["errors"][field][0]


def test_a_peak_that_was_not_given_is_assumed_with_a_warning(client):
    body = {name: value for name, value in REQUEST.items() if name != "peak_ratio"}
    answer = client.post(PATH, json=body).json
    assert "peak-assumed" in {one["code"] for one in answer["warnings"]}
