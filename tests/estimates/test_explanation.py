"""Explanations: a reader redoes the arithmetic of every kind of request from the JSON alone."""

import math
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.estimates.reading import value
from tests.estimates.redone import beginnings, behind, literals, redo

Body = dict[str, Any]
H100 = {"accelerator": "h100-sxm5-80gb", "region": "aws:us-east-1"}
A100 = {"accelerator": "a100-sxm4-80gb", "region": "USA"}
OWNED = {"kind": "owned", "facility_usd_per_kwh": 0.01, "age_years": 2, "electricity_usd_per_kwh": 0.1}
CONTRACT = {"share": 0.5, "g_per_kwh": 20, "residual_g_per_kwh": 400}
TEXT = {**H100, "model": "llama-3.1-8b", "accelerators": 1, "input_tokens": 500, "output_tokens": 300}
SPARSE = {**H100, "total_params_b": 47, "active_params_b": 13, "input_tokens": 500, "output_tokens": 300}
LONG = {"training_tokens_b": 9, "sequence_length": 32_768}
CALL = {"provider": "anthropic", "model": "claude-sonnet-4-5", "input_tokens": 500, "output_tokens": 300}
TRAININGS = [
    pytest.param({**H100, "accelerator_hours": 1000}, id="hours"),
    pytest.param({**H100, "accelerator_hours": 9, "overheads": {"failed_share": 0.1, "retrainings": 2}}, id="phases"),
    pytest.param({"instance": "p5.48xlarge", "instances": 2, "hours": 24, "region": "DE"}, id="instance"),
    pytest.param({**A100, "training_tokens_b": 300, "model": "llama-3.1-8b"}, id="tokens"),
    pytest.param({**H100, "training_tokens_b": 9, "total_params_b": 8, "mfu": 0.4}, id="tokens-at-an-mfu"),
    pytest.param({**H100, "training_tokens_b": 9, "total_params_b": 8, "precision": "fp8"}, id="tokens-in-8-bits"),
    pytest.param({**H100, **LONG, "total_params_b": 8, "tuned": False}, id="tokens-in-long-sequences"),
    pytest.param({**H100, **LONG, "model": "llama-3.1-8b", "tuned": True}, id="layers-of-a-known-model"),
    pytest.param({**H100, "training_tokens_b": 9, "total_params_b": 100, "active_params_b": 9}, id="experts"),
    pytest.param({**A100, "accelerator_hours": 9, "accelerator_power_limit_w": 500}, id="higher-power-limit"),
    pytest.param({**A100, "accelerator_hours": 9, "accelerator_power_limit_w": 200}, id="lower-power-limit"),
    pytest.param({**A100, "accelerator_hours": 1000, "pricing": OWNED}, id="owned"),
    pytest.param({**H100, "accelerator_hours": 1000, "it_power_w": 900}, id="watts-of-the-server"),
    pytest.param({**H100, "accelerator_hours": 1000, "contract": CONTRACT, "grid_losses": 0.05}, id="contract"),
    pytest.param({**H100, "accelerator_hours": 1000, "region": "gcp:us-central1"}, id="carbon-free-by-the-hour"),
    pytest.param({"accelerator": "v100", "accelerator_hours": 0, "region": "world"}, id="nothing"),
]
SERVINGS = [
    pytest.param({**TEXT, "batch_size": 64, "requests": 1e6}, id="text-by-batch-measured"),
    pytest.param({**TEXT, "batch_size": 5000}, id="text-by-batch"),
    pytest.param({**SPARSE, "batch_size": 8, "accelerators": 2}, id="experts"),
    pytest.param({**H100, "model": "llama-3.1-70b"}, id="nothing-said-of-the-load"),
    pytest.param({**TEXT, "requests_per_s": 0.1}, id="text-at-a-low-rate"),
    pytest.param({**TEXT, "requests_per_s": 500.0}, id="text-beyond-a-replica"),
    pytest.param({"accelerator": "p4", "total_params_b": 3, "requests_per_s": 0.01}, id="text-on-what-nobody-measured"),
    pytest.param({**A100, "task": "image", "total_params_b": 2}, id="image"),
    pytest.param({**A100, "task": "video", "total_params_b": 5, "frames": 49, "batch_size": 2}, id="video"),
    pytest.param(
        {"accelerator": "a100-sxm4-40gb", "region": "USA", "task": "video", "model": "i2vgen-xl", "batch_size": 1}
        | {"accelerators": 1, "precision": "fp16"},
        id="video-of-a-known-model",
    ),
    pytest.param({**A100, "task": "classification", "total_params_b": 0.1, "input_tokens": 300}, id="classification"),
    pytest.param({**A100, "task": "embedding", "total_params_b": 0.1, "pricing": OWNED}, id="owned"),
    pytest.param({**CALL, "requests": 1e6}, id="call"),
    pytest.param(
        {**CALL, "cached_input_tokens": 100, "cache_write_tokens": 100, "reasoning_tokens": 100},
        id="call-with-all-kinds-of-tokens",
    ),
    pytest.param({"provider": "groq", "model": "gpt-oss-120b", "input_tokens": 9, "output_tokens": 9}, id="open-model"),
    pytest.param({"provider": "openai", "model": "whisper-1", "units": 60}, id="call-by-the-second"),
]
FIELDS = {
    "": ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh"),
    "carbon.": ("location_kg", "market_kg", "marginal_kg", "embodied_kg", "total_kg"),
    "water.": ("onsite_l", "offsite_l", "total_l"),
    "cost.": ("rental_usd", "hardware_usd", "electricity_usd", "facility_usd", "total_usd", "social_usd"),
}
CHOOSING = {"longest_run_days", "memory_bandwidth_gb_s"}
"""Factors by which something else is chosen, and a datasheet's figure that pictures and small tasks do not need."""
CONSTANTS = {0, 0.125, 1, 2, 4, 8, 10, 12, math.log(10), 1000, 3600, 8760, 1e6, 3.6e6, 1e9, 1e12}
"""Conversions of units, and what belongs to the form of a formula."""
OF_THE_REQUEST = {"accelerators", "requests", "grid_losses"}
"""What the request says or the answer's own request settles, so that there is no source to name."""
COMPARISON = {
    "tasks": 10,
    "requests_per_task": 1e6,
    "strategies": [
        {
            "name": "shared",
            "upfront": [
                {"known": {"energy_kwh": 4e5, "carbon_kg": 1.5e5, "water_l": 1e6, "cost_usd": 1.5e6}},
                {"hosting": {**A100, "accelerators": 2, "hours": 720}},
            ],
            "per_task": [{"training": {**A100, "accelerator_hours": 20, "method": "lora", "total_params_b": 7}}],
            "per_request": {"inference": {**TEXT, "batch_size": 32}},
        },
        {
            "name": "per-task",
            "per_task": [{"training": {**A100, "training_tokens_b": 50, "total_params_b": 1}}],
            "per_request": {"inference": {**A100, "task": "classification", "total_params_b": 0.1}},
        },
        {"name": "rented", "per_request": {"known": {"energy_kwh": 0.001, "cost_usd": 0.01}}},
    ],
    "baseline": "per-task",
}
MONTHS = {"lifetime_months": 24, "discount_rate": 0.05, "grid_trend_per_year": -0.05, "retraining_interval_months": 6}


@pytest.fixture
def explain(client: FlaskClient) -> Any:
    def explain(path: str, body: Body) -> Body:
        response = client.post(f"/v1/{path}?explain=true", json=body)
        assert response.status_code == 200, response.json
        return response.json

    return explain


def assert_leads_to(steps: dict[str, float], answer: Body) -> None:
    """Every number of the footprint is a result, under its own name."""
    for where, names in FIELDS.items():
        for name in names:
            found = answer[where.rstrip(".")] if where else answer
            if found[name] is None:
                assert name not in steps
            else:
                assert steps[name] == pytest.approx(value(answer, where + name), rel=1e-9), name


@pytest.mark.parametrize("body", TRAININGS)
def test_a_training_estimate_can_be_redone(explain, body):
    answer = explain("estimates/training", body)
    steps = redo(answer["explanation"], beginnings(answer))
    assert_leads_to(steps, answer)
    assert steps["duration_h"] == pytest.approx(value(answer, "duration_h"), rel=1e-9)


@pytest.mark.parametrize("body", SERVINGS)
def test_an_inference_estimate_can_be_redone(explain, body):
    answer = explain("estimates/inference", body)
    steps = redo(answer["explanation"], beginnings(answer))
    assert_leads_to(steps, answer)
    assert steps["latency_s"] == pytest.approx(value(answer, "latency_s"), rel=1e-9)
    told = {name: quantity["value"] for name, quantity in answer["per_request"].items() if quantity is not None}
    assert {name: steps[f"per_request.{name}"] for name in told} == pytest.approx(told, rel=1e-9)


@pytest.mark.parametrize("time", [pytest.param(None, id="at-once"), pytest.param(MONTHS, id="over-months")])
def test_a_comparison_can_be_redone(explain, time):
    answer = explain("comparisons/amortization", {**COMPARISON, "time": time} if time else COMPARISON)
    amounts: dict[str, float] = {}
    for part in answer["parts"]:
        found = redo(part["explanation"], beginnings(part))
        amounts |= {name: number for name, number in found.items() if name.startswith(f"{part['part']}.")}
    steps = redo(answer["explanation"], amounts)
    for i, strategy in enumerate(answer["strategies"]):
        for metric, quantity in strategy["total"].items():
            if quantity is not None:
                assert steps[f"strategies.{i}.total.{metric}"] == pytest.approx(quantity["value"], rel=1e-9)
    for i, entry in enumerate(answer["break_even"]):
        for crossing in ("tasks", "requests_per_task"):
            if entry[crossing] is not None:
                assert steps[f"break_even.{i}.{crossing}"] == pytest.approx(entry[crossing]["value"], rel=1e-9)


@pytest.mark.parametrize("body", [*TRAININGS, *SERVINGS])
def test_every_factor_has_its_place_in_a_step(explain, body):
    kind = "training" if {"accelerator_hours", "hours", "training_tokens_b"} & body.keys() else "inference"
    answer = explain(f"estimates/{kind}", body)
    used = {name for step in answer["explanation"] for name in step["inputs"]}
    assert beginnings(answer).keys() - used <= CHOOSING


@pytest.mark.parametrize("body", [*TRAININGS, *SERVINGS])
def test_no_number_of_the_request_or_the_tables_goes_unnamed(explain, body):
    kind = "training" if {"accelerator_hours", "hours", "training_tokens_b"} & body.keys() else "inference"
    steps = explain(f"estimates/{kind}", body)["explanation"]
    assert {number for step in steps if step["inputs"] for number in literals(step)} <= CONSTANTS
    assert {step["name"] for step in steps if not step["inputs"] and step["reference"] is None} <= OF_THE_REQUEST


def test_the_batch_of_a_rate_solves_the_equation_that_is_shown(explain):
    answer = explain("estimates/inference", {**TEXT, "requests_per_s": 2.0})
    steps = {step["name"]: step for step in answer["explanation"]}
    assert "batch_check" in steps["batch"]["reference"]
    assert "batch" in behind(answer["explanation"], "batch_check")
    assert steps["batch_check"]["value"] == pytest.approx(steps["batch"]["value"], rel=1e-9)


def test_laws_name_their_reference_and_their_unit(explain):
    steps = {step["name"]: step for step in explain("estimates/training", TRAININGS[0].values[0])["explanation"]}
    assert steps["it_energy_kwh"] == {
        "name": "it_energy_kwh",
        "formula": "it_power_w / 1000 * accelerator_hours",
        "inputs": {"it_power_w": steps["it_power_w"]["value"], "accelerator_hours": 1000.0},
        "value": steps["it_power_w"]["value"],
        "unit": "kWh",
        "reference": None,
    }
    assert "GHG Protocol" in steps["location_kg"]["reference"]
    assert steps["location_kg"]["unit"] == "kg"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("estimates/training", TRAININGS[1].values[0], id="training"),
        pytest.param("estimates/inference", SERVINGS[4].values[0], id="inference"),
        pytest.param("comparisons/amortization", COMPARISON, id="amortization"),
    ],
)
def test_an_explanation_changes_nothing_else(client, explain, path, body):
    explained = explain(path, body)
    assert explained.pop("explanation")
    for part in explained.get("parts", ()):
        assert part.pop("explanation")
    assert client.post(f"/v1/{path}?explain=false", json=body).json == explained
    assert client.post(f"/v1/{path}", json=body).json == explained


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("estimates/training", TRAININGS[0].values[0], id="training"),
        pytest.param("estimates/inference", SERVINGS[0].values[0], id="inference"),
        pytest.param("comparisons/amortization", COMPARISON, id="amortization"),
    ],
)
@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        pytest.param("explain=maybe", "explain", "must be true or false", id="neither"),
        pytest.param("explian=true", "explian", "is not a parameter", id="misspelt"),
        pytest.param("explain=true&verbose=1", "verbose", "is not a parameter", id="unknown"),
    ],
)
def test_another_query_is_refused_by_name(client, path, body, query, field, words):
    answer = client.post(f"/v1/{path}?{query}", json=body)
    assert answer.status_code == 422
    assert words in answer.json["errors"][field][0]
