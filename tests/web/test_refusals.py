"""What is refused, with a problem that names the field and says what it must be."""

from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from costsvc.settings import Settings
from costsvc.web.app import create_app
from costsvc.web.registry import ENDPOINTS
from tests.web.problems import assert_names, refused

TRAINING, INFERENCE = "/v1/estimates/training", "/v1/estimates/inference"
AMORTIZATION = "/v1/comparisons/amortization"
SCHEDULE = "/v1/comparisons/schedule"
PLACEMENT, CHANGE = "/v1/comparisons/placement", "/v1/comparisons/change"
RUN: dict[str, Any] = {"accelerator": "h100", "accelerator_hours": 10}
TOKENS: dict[str, Any] = {"accelerator": "h100", "training_tokens_b": 10, "total_params_b": 1}
INSTANCE: dict[str, Any] = {"instance": "p5.48xlarge", "hours": 10}
TEXT: dict[str, Any] = {"model": "llama-3.1-8b", "accelerator": "h100"}
KNOWN = {"known": {"energy_kwh": 1}}
SHARED, SINGLE = {"name": "shared", "upfront": [KNOWN]}, {"name": "single", "per_task": [KNOWN]}
COMPARISON: dict[str, Any] = {"tasks": 2, "strategies": [SHARED, SINGLE]}


def upfront(*parts: Any) -> dict[str, Any]:
    """A change of the comparison whose second strategy pays for some parts once."""
    return {"strategies": [SHARED, {"name": "single", "upfront": list(parts)}]}


@pytest.mark.parametrize(
    ("base", "change", "field", "words"),
    [
        pytest.param(RUN, {"accelerator_hours": "10"}, "accelerator_hours", 'got "10"', id="string"),
        pytest.param(RUN, {"accelerator_hours": True}, "accelerator_hours", "got true", id="boolean"),
        pytest.param(
            RUN, {"accelerator_hours": None}, "accelerator_hours", "must not be null; omit the field instead", id="null"
        ),
        pytest.param(RUN, {"accelerator_hours": [1]}, "accelerator_hours", "got an array", id="array"),
        pytest.param(
            RUN,
            {"accelerator_hours": -1},
            "accelerator_hours",
            "must be 0 or between 1e-09 and 1e+12 h, got -1",
            id="negative",
        ),
        pytest.param(
            RUN,
            {"accelerator_hours": 1.1e12},
            "accelerator_hours",
            "and 1e+12 h, got 1100000000000.0",
            id="too-many-hours",
        ),
        pytest.param(
            RUN, {"accelerator": 100}, "accelerator", "must be a string of 1 to 200 characters, got 100", id="no-name"
        ),
        pytest.param(RUN, {"accelerator": " "}, "accelerator", "must be a string of 1 to 200", id="blank-name"),
        pytest.param(RUN, {"accelerator": "x" * 201}, "accelerator", "x...", id="long-name"),
        pytest.param(
            RUN,
            {"accelerators": 0},
            "accelerators",
            "must be between 0.01 and 1e+07, got 0",
            id="no-accelerator",
        ),
        pytest.param(
            RUN, {"date": "2026-13-01"}, "date", "must be a date such as 2026-11-26, from 2000 to 2099", id="day"
        ),
        pytest.param(RUN, {"year": 1999}, "year", "must be a whole number between 2000 and 2100, got 1999", id="year"),
        pytest.param(RUN, {"pue": 0.9}, "pue", "must be between 1 and 10, got 0.9", id="pue-below-1"),
        pytest.param(RUN, {"total_params_b": 0}, "total_params_b", "must be between 1e-09 and 1e+06", id="open-end"),
        pytest.param(RUN, {"scope": "indirect"}, "scope", "must be one of lifecycle, direct", id="no-such-choice"),
        pytest.param(RUN, {"method": 1}, "method", "must be one of pretraining, finetuning", id="choice-of-number"),
        pytest.param(RUN, {"colour": 8}, "colour", "unknown field; see /docs", id="unknown-field"),
        pytest.param(RUN, {"gpus": 8}, "gpus", "did you mean accelerators?", id="field-of-other-tools"),
        pytest.param(RUN, {"acelerators": 8}, "acelerators", "did you mean accelerators?", id="misspelt-field"),
        pytest.param(RUN, {"overheads": 0.1}, "overheads", "must be an object", id="number-for-object"),
        pytest.param(RUN, {"overheads": {"fail": 1}}, "overheads.fail", "unknown field", id="misspelt-inside"),
        pytest.param(RUN, {"contract": {"share": 1}}, "contract.g_per_kwh", "is required", id="half-a-contract"),
        pytest.param(
            RUN,
            {"contract": {"share": 1, "g_per_kwh": 20, "residual_g_per_kwh": 400}},
            "contract.residual_g_per_kwh",
            "not allowed together with share 1",
            id="residual-of-nothing",
        ),
        pytest.param(
            RUN,
            {"mfu": 0.4},
            "mfu",
            "together with accelerator_hours, which already fixes the run time",
            id="mfu-beside-hours",
        ),
        pytest.param(
            RUN, {"activation_recomputation": "full"}, "activation_recomputation", "not allowed", id="recomputation"
        ),
        pytest.param(
            TOKENS,
            {"mfu": 0.4, "activation_recomputation": "full"},
            "activation_recomputation",
            "not allowed together with mfu",
            id="recomputation-beside-mfu",
        ),
        pytest.param(
            RUN,
            {"tuned": True},
            "tuned",
            "together with accelerator_hours, which already fixes the run time",
            id="tuned-beside-hours",
        ),
        pytest.param(TOKENS, {"tuned": "yes"}, "tuned", "must be true or false", id="tuned-as-a-word"),
        pytest.param(
            TOKENS, {"mfu": 0.4, "tuned": True}, "tuned", "not allowed together with mfu", id="tuned-beside-mfu"
        ),
        pytest.param(RUN, {"sequence_length": 4096}, "sequence_length", "not allowed", id="sequence-beside-hours"),
        pytest.param(
            RUN,
            {"accelerator_power_w": 400, "accelerator_power_limit_w": 500},
            "accelerator_power_limit_w",
            "not allowed together with measured power",
            id="limit-of-measured-power",
        ),
        pytest.param(
            RUN,
            {"pricing": {"purchase_usd_per_accelerator": 30_000}},
            "pricing.purchase_usd_per_accelerator",
            "set pricing.kind to owned",
            id="purchase-price-of-rented",
        ),
        pytest.param(
            RUN,
            {"pricing": {"kind": "owned", "usd_per_accelerator_hour": 2}},
            "pricing.usd_per_accelerator_hour",
            "not allowed together with kind owned",
            id="rent-of-owned",
        ),
        pytest.param(RUN, {"instances": 2}, "instances", "not allowed without instance", id="instances-alone"),
        pytest.param(
            INSTANCE, {"accelerator": "h100"}, "accelerator", "not allowed together with instance", id="both-machines"
        ),
        pytest.param(
            INSTANCE, {"accelerators": 8}, "accelerators", "not allowed together with instance", id="devices-of-it"
        ),
        pytest.param(
            {"accelerator_hours": 1}, {}, "accelerator", "accelerator or instance is required", id="no-machine"
        ),
        pytest.param(
            RUN,
            {"accelerator": "h1000"},
            "accelerator",
            "'h1000' is not known. Nearest known: nvidia-h100",
            id="near-chip",
        ),
        pytest.param(RUN, {"accelerator": "abacus-zzzz"}, "accelerator", "is not known", id="unknown-accelerator"),
        pytest.param(RUN, {"region": "aws:us-eats-1"}, "region", "Nearest known: aws:us-east-1", id="near-region"),
        pytest.param(RUN, {"model": "lama-3.1-8b"}, "model", "llama-3.1-8b", id="near-model"),
        pytest.param(INSTANCE, {"instance": "p5.48xlrage"}, "instance", "p5.48xlarge", id="near-instance"),
        pytest.param(RUN, {"training_tokens_b": 1}, "training_tokens_b", "exactly one of", id="hours-and-tokens"),
        pytest.param({"accelerator": "h100"}, {}, "accelerator_hours", "exactly one of", id="no-hours-nor-tokens"),
        pytest.param(
            {"accelerator": "gpu:a100:4", "accelerators": 8},
            {"hours": 1},
            "accelerators",
            "'gpu:a100:4' names 4 accelerators, got 8; omit one of them",
            id="two-counts",
        ),
        pytest.param(
            {"accelerator": "h100", "training_tokens_b": 1},
            {},
            "model",
            "is required with training_tokens_b",
            id="tokens-of-what",
        ),
        pytest.param(
            RUN,
            {"total_params_b": 3, "active_params_b": 4},
            "active_params_b",
            "must not exceed total_params_b (3), got 4",
            id="active-above-total",
        ),
        pytest.param(
            RUN, {"active_params_b": 4}, "total_params_b", "required together with active_params_b", id="active-alone"
        ),
        pytest.param(
            RUN,
            {"model": "llama-3.1-8b", "total_params_b": 8},
            "total_params_b",
            "not allowed together with model",
            id="model-and-size",
        ),
        pytest.param(
            RUN,
            {"accelerator_power_w": 700, "it_power_w": 500},
            "accelerator_power_w",
            "must not be above it_power_w",
            id="chip-above-server",
        ),
    ],
)
def test_training_refuses(client: FlaskClient, base: dict[str, Any], change: Any, field: str, words: str) -> None:
    assert_names(refused(client.post(TRAINING, json=base | change), 422), field, words)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        pytest.param({"requests": "1"}, "requests", 'got "1"', id="string"),
        pytest.param({"input_tokens": False}, "input_tokens", "got false", id="boolean"),
        pytest.param({"model": None}, "model", "must not be null; omit the field instead", id="null"),
        pytest.param({"output_tokens": -1}, "output_tokens", "must be 0 or between", id="negative"),
        pytest.param({"batch_size": 0.5}, "batch_size", "must be between 1 and", id="batch-below-1"),
        pytest.param({"requests_per_s": 0}, "requests_per_s", "must be between 1e-09 and", id="no-rate"),
        pytest.param({"batchsize": 8}, "batchsize", "unknown field", id="misspelt-field"),
        pytest.param(
            {"accelerator_power_w": 0, "accelerator_energy_j_per_output_token": 2},
            "accelerator_power_w",
            "must be above 0 together with",
            id="energy-without-power",
        ),
        pytest.param({"accelerator_hours": 1}, "accelerator_hours", "unknown field", id="field-of-training"),
        pytest.param(
            {"batch_size": 2, "requests_per_s": 1}, "requests_per_s", "together with batch_size", id="batch-and-rate"
        ),
        pytest.param({"width_px": 512}, "width_px", "not allowed with task text", id="width-of-text"),
        pytest.param({"task": "image", "input_tokens": 1}, "input_tokens", "with task image", id="tokens-of-image"),
        pytest.param({"task": "image", "frames": 2}, "frames", "with task image", id="frames-of-image"),
        pytest.param(
            {"task": "embedding", "output_tokens": 1}, "output_tokens", "embedding", id="embedding-that-talks"
        ),
        pytest.param({"task": "poetry"}, "task", "must be one of text, chat", id="no-such-task"),
        pytest.param({"accelerator": "h1000"}, "accelerator", "Nearest known: nvidia-h100", id="near-chip"),
        pytest.param({"model": "lama-3.1-8b"}, "model", "llama-3.1-8b", id="near-model"),
        pytest.param({"region": "aws:us-eats-1"}, "region", "aws:us-east-1", id="near-region"),
        pytest.param({"accelerator": "iluvatar-bi-v100"}, "accelerator", "bandwidth", id="chip-without-bandwidth"),
    ],
)
def test_inference_refuses(client: FlaskClient, change: dict[str, Any], field: str, words: str) -> None:
    assert_names(refused(client.post(INFERENCE, json=TEXT | change), 422), field, words)


def test_inference_says_what_is_missing(client: FlaskClient) -> None:
    body = {name: value for name, value in TEXT.items() if name != "model"}
    assert_names(refused(client.post(INFERENCE, json=body), 422), "model", "model, or total_params_b")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        pytest.param({"tasks": "2"}, "tasks", 'got "2"', id="string"),
        pytest.param({"tasks": 0}, "tasks", "must be between 1e-06 and 1e+09, got 0", id="no-tasks"),
        pytest.param({"tasks": None}, "tasks", "must not be null; omit the field instead", id="null"),
        pytest.param({"task_list": []}, "task_list", "1 to 10000 entries", id="empty-task-list"),
        pytest.param(
            {"task_list": [{"name": "a", "requests": 1}]}, "tasks", "together with task_list", id="tasks-twice"
        ),
        pytest.param({"task_list": [{"name": "a"}]}, "task_list.0.requests", "is required", id="task-without-requests"),
        pytest.param({"strategies": "both"}, "strategies", "must be an array", id="no-array"),
        pytest.param({"strategies": [SHARED]}, "strategies", "2 to 10 entries", id="one-strategy"),
        pytest.param(
            {"strategies": [{**SHARED, "name": str(i)} for i in range(11)]}, "strategies", "2 to 10", id="eleven"
        ),
        pytest.param({"strategies": [SHARED, SHARED]}, "strategies", "repeated: shared", id="duplicate-names"),
        pytest.param({"strategies": [SHARED, 5]}, "strategies.1", "must be an object", id="number-for-strategy"),
        pytest.param({"strategies": [SHARED, {"upfront": [KNOWN]}]}, "strategies.1.name", "is required", id="nameless"),
        pytest.param({"strategies": [SHARED, {"name": "a"}]}, "strategies.1.upfront", "is required", id="no-part"),
        pytest.param(
            {"baseline": "none"}, "baseline", "must be the name of a strategy (shared, single)", id="unknown-baseline"
        ),
        pytest.param({"carbon_basis": "net"}, "carbon_basis", "must be one of total, location", id="no-such-basis"),
        pytest.param({"carbon_bassis": "total"}, "carbon_bassis", "unknown field", id="misspelt-field"),
        pytest.param(upfront({}), "strategies.1.upfront.0", "exactly one of training", id="empty-part"),
        pytest.param(upfront({**KNOWN, "hosting": {**INSTANCE}}), "strategies.1.upfront.0", "known", id="two-in-one"),
        pytest.param(upfront(*[KNOWN] * 21), "strategies.1.upfront", "0 to 20 entries", id="too-many-parts"),
        pytest.param(upfront({"known": {}}), "strategies.1.upfront.0.known", "at least one of", id="nothing-known"),
        pytest.param(
            upfront({"known": {"cost_usd": -1}}),
            "strategies.1.upfront.0.known.cost_usd",
            "must be 0 or between",
            id="negative-inside",
        ),
        pytest.param(
            upfront({"known": {"cost_usd": {"value": 3, "low": 4, "high": 5}}}),
            "strategies.1.upfront.0.known.cost_usd.value",
            "must be between low and high",
            id="interval-upside-down",
        ),
        pytest.param(
            upfront(KNOWN, {"training": RUN | {"accelerator": "h1000"}}),
            "strategies.1.upfront.1.training.accelerator",
            "Nearest known: nvidia-h100",
            id="unknown-name-deep-inside",
        ),
        pytest.param(
            upfront(KNOWN, {"training": RUN | {"mfu": 0.4}}),
            "strategies.1.upfront.1.training.mfu",
            "together with accelerator_hours, which already fixes the run time",
            id="without-effect-deep-inside",
        ),
        pytest.param(
            upfront({"inference": TEXT | {"requests": 5}}),
            "strategies.1.upfront.0.inference.requests",
            "unknown field",
            id="requests-of-a-part",
        ),
        pytest.param(
            upfront({"hosting": {"accelerator": "h100"}}),
            "strategies.1.upfront.0.hosting.hours",
            "is required",
            id="hosting-without-hours",
        ),
        pytest.param(
            {"strategies": [SHARED, {"name": "single", "per_request": {"inference": TEXT}}]},
            "requests_per_task",
            "is required if a strategy has per_request",
            id="how-many-requests",
        ),
    ],
)
def test_amortization_refuses(client: FlaskClient, change: dict[str, Any], field: str, words: str) -> None:
    assert_names(refused(client.post(AMORTIZATION, json=COMPARISON | change), 422), field, words)


@pytest.mark.parametrize("path", ["/nope", "/v1", "/v1/accelerators/abacus", "/docs/assets/nope.js", "/static/nope"])
def test_an_unknown_address_is_refused(client: FlaskClient, path: str) -> None:
    refused(client.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("GET", TRAINING, "POST", id="get-of-a-question"),
        pytest.param("DELETE", INFERENCE, "POST", id="delete"),
        pytest.param("POST", "/v1/accelerators", "GET", id="post-to-a-list"),
        pytest.param("PUT", "/healthz", "GET", id="put"),
    ],
)
def test_another_method_is_refused_with_those_allowed(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    answer = client.open(path, method=method)
    refused(answer, 405)
    assert allowed in answer.headers["Allow"].split(", ")


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        pytest.param("limit=0", "limit", "must be a whole number between 1 and 1000, got 0", id="none"),
        pytest.param("limit=1001", "limit", "between 1 and 1000", id="too-many"),
        pytest.param("limit=ten", "limit", "a whole number between 1 and 1000", id="word"),
        pytest.param("limit=nan", "limit", "a whole number", id="nan"),
        pytest.param("lmit=1", "lmit", "unknown field", id="misspelt"),
        pytest.param("q=" + "x" * 201, "q", "200", id="long"),
    ],
)
def test_a_bad_query_is_refused(client: FlaskClient, query: str, field: str, words: str) -> None:
    assert_names(refused(client.get(f"/v1/regions?{query}"), 422), field, words)


@pytest.fixture
def broken() -> Flask:
    """An application with a fault."""
    app = create_app(Settings())

    @app.get("/fault")
    def fault() -> Response:
        raise RuntimeError("the secret of the house")

    return app


def test_a_fault_shows_nothing_of_the_exception(broken: Flask) -> None:
    answer = broken.test_client().get("/fault")
    problem = refused(answer, 500)
    assert "bug of the service" in problem["detail"]
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_a_field_of_a_request_in_the_query_is_refused(client: FlaskClient, kind: str) -> None:
    endpoint = ENDPOINTS[kind]
    answer = client.post(f"{endpoint.path}?region=DE", json=endpoint.example)
    assert_names(refused(answer, 422), "region", "is not a parameter; send the fields of a request in the JSON body")
