"""Placements of a hosted model: the providers that sell it."""

import pytest

PATH = "/v1/comparisons/placement"
CALL = {"model": "llama-3.3-70b", "provider": "groq", "input_tokens": 1000, "output_tokens": 300, "requests": 1000}


@pytest.fixture(scope="module")
def placed(client):
    def placed(call=CALL, **fields):
        response = client.post(PATH, json={"inference": call, "metric": "cost_usd", **fields})
        assert response.status_code == 200, response.json
        return response.json

    return placed


def sellers(answer):
    return [one["request"]["provider"] for one in answer["options"]]


def test_every_provider_of_an_open_model_is_an_option(placed):
    answer = placed(limit=100)
    assert {"groq", "together_ai", "bedrock", "azure_ai", "deepinfra"} <= set(sellers(answer))
    prices = [one["cost_usd"]["value"] for one in answer["options"]]
    assert prices == sorted(prices)


def test_named_providers_are_the_only_options_beside_the_own(placed):
    assert set(sellers(placed(providers=["AWS Bedrock", "together"]))) == {"groq", "bedrock", "together_ai"}


def test_an_option_gives_the_same_estimate_alone(placed, client):
    best = placed()["options"][0]
    alone = client.post("/v1/estimates/inference", json=best["request"]).json
    assert alone["cost"]["total_usd"] == best["cost_usd"]
    assert alone["energy_kwh"] == {end: pytest.approx(x) for end, x in best["energy_kwh"].items()}


def test_regions_move_the_same_provider(placed):
    answer = placed(providers=["groq"], regions=["SWE", "POL"], metric="carbon_kg")
    assert [one["request"]["region"] for one in answer["options"]] == ["SWE", "POL"]


def test_a_closed_model_is_sold_by_its_maker_and_by_clouds(placed):
    closed = CALL | {"model": "claude-sonnet-4-5", "provider": "anthropic"}
    assert {"anthropic", "bedrock", "vertex_ai"} <= set(sellers(placed(closed, limit=100)))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"accelerators": ["h100"]}, "inference.accelerators", id="machines"),
        pytest.param({"price_kinds": ["spot"]}, "inference.price_kinds", id="kinds of rent"),
        pytest.param({"providers": ["opnai"]}, "providers.0", id="an unknown provider"),
        pytest.param({"regions": "all"}, "inference.regions", id="too many options"),
    ],
)
def test_what_a_provider_decides_is_no_candidate(client, fields, field):
    response = client.post(PATH, json={"inference": CALL, **fields})
    assert response.status_code == 422
    assert field in response.json["errors"], response.json
