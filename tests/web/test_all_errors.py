"""All errors of a request in one round: numbers, names, misspelt fields, and what is missing."""

import pytest

TRAINING, INFERENCE = "/v1/estimates/training", "/v1/estimates/inference"
AMORTIZATION, PLACEMENT = "/v1/comparisons/amortization", "/v1/comparisons/placement"
CHANGE = "/v1/comparisons/change"


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        pytest.param(
            TRAINING,
            {"gpu": "h100", "gpu_hours": 5, "region": "Pariss"},
            {
                "gpu": "did you mean accelerator?",
                "gpu_hours": "did you mean accelerator_hours?",
                "region": "FRA",
                "accelerator": "required",
                "accelerator_hours": "required",
            },
            id="names of other tools, a misspelt city, and what is missing",
        ),
        pytest.param(
            TRAINING,
            {"acelerator": "h100", "accelerator_hours": 5},
            {"acelerator": "did you mean accelerator?", "accelerator": "required"},
            id="a misspelt field",
        ),
        pytest.param(
            TRAINING,
            {"accelerator": "h1000", "accelerators": 0, "accelerator_hours": -5, "model": "llama-3.1-9b"},
            {
                "accelerator": "nvidia-h100-sxm5-80gb",
                "accelerators": "between",
                "accelerator_hours": "got -5",
                "model": "llama-3.1-8b",
            },
            id="numbers and names",
        ),
        pytest.param(
            TRAINING,
            {"accelerator": "h100", "accelerator_hours": -1, "hours": 3, "pricing": {"provider": "amazom"}},
            {"accelerator_hours": "got -1", "hours": "exactly one of", "pricing.provider": "not known"},
            id="an invalid number counts as given",
        ),
        pytest.param(
            INFERENCE,
            {"model": "gpt-4oo", "provider": "openai", "input_tokens": "1", "batch_size": 4},
            {"model": "gpt-4o", "input_tokens": "a number", "batch_size": "together with provider"},
            id="a hosted model",
        ),
        pytest.param(
            INFERENCE,
            {"model": "llama-3.1-8b", "accelerator": "h100", "cached_input_tokens": 5, "batch": 3},
            {"batch": "did you mean batch_size?", "cached_input_tokens": "requires input_tokens"},
            id="tokens that are a part of others",
        ),
        pytest.param(
            AMORTIZATION,
            {
                "tasks": 0,
                "requests_per_task": 1,
                "strategies": [
                    {"name": "a", "per_request": {"api": {"model": "gpt-4o", "provider": "opnai"}}},
                    {"name": "b", "upfront": [{"training": {"accelerator": "h1000", "acceleratorhours": 3}}]},
                ],
            },
            {
                "tasks": "got 0",
                "strategies.0.per_request.api.provider": "openai",
                "strategies.1.upfront.0.training.accelerator": "h100",
                "strategies.1.upfront.0.training.acceleratorhours": "did you mean accelerator_hours?",
                "strategies.1.upfront.0.training.accelerator_hours": "required",
            },
            id="every part of a comparison",
        ),
        pytest.param(
            PLACEMENT,
            {
                "training": {"accelerator": "h100", "accelerator_hours": 5},
                "regions": ["Pariss", "aws:us-east-1", "us-moon-1"],
                "accelerators": ["h1000"],
            },
            {"regions.0": "FRA", "regions.2": "not known", "accelerators.0": "h100"},
            id="every name of a list",
        ),
        pytest.param(
            CHANGE,
            {
                "before": {"accelerator": "h100", "acelerator_hours": 5},
                "after": {"training": {"accelerator": "h100", "accelerator_hours": 5}},
            },
            {"before.accelerator": "under training or inference", "before.acelerator_hours": "unknown field"},
            id="a workload without its kind",
        ),
        pytest.param(
            PLACEMENT,
            {"accelerator": "h100", "input_tokens": 5, "regionss": "all", "max_usd": -1, "max_hours": -1},
            {
                "accelerator": "under training or inference",
                "input_tokens": "under training or inference",
                "regionss": "did you mean regions?",
                "max_usd": "1e+18 USD, got -1",
                "max_hours": "1e+18 h, got -1",
            },
            id="a workload beside its places",
        ),
    ],
)
def test_all_errors_come_in_one_round(client, path, body, errors):
    response = client.post(path, json=body)
    assert response.status_code == 422
    found = response.json["errors"]
    assert set(found) == set(errors)
    for field, words in errors.items():
        assert words in found[field][0]


def test_a_request_whose_names_alone_are_wrong_has_its_own_type(client):
    names = client.post(TRAINING, json={"accelerator": "h1000", "accelerator_hours": 1, "region": "us-moon-1"}).json
    mixed = client.post(TRAINING, json={"accelerator": "h1000", "accelerator_hours": -1}).json
    assert (names["title"], names["type"]) == ("Unknown name", "/docs/problems#unknown-name")
    assert (mixed["title"], mixed["type"]) == ("Invalid request", "/docs/problems#invalid-request")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"model": "gpt-4o"}, "provider: openai", id="a maker that sells it"),
        pytest.param({"model": "claude-opus-4-7"}, "provider: anthropic", id="another maker"),
    ],
)
def test_a_model_that_is_only_hosted_names_its_provider(client, body, words):
    errors = client.post(INFERENCE, json={"accelerator": "h100", **body}).json["errors"]
    assert words in errors["model"][0]
    assert "total_params_b" in errors["model"][0]


def test_the_page_shows_each_error_beside_its_field(client):
    page = client.get("/?accelerator=h1000&accelerator_hours=-5&region=Pariss").text
    for words in ("&#39;h1000&#39; is not known", "got -5", "&#39;Pariss&#39; is not known"):
        assert words in page
