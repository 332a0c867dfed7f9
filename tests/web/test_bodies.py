"""Bodies that are not an object of finite JSON are refused, each with its reason."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from costsvc import limits
from tests.web.problems import assert_names, refused

TRAINING, INFERENCE = "/v1/estimates/training", "/v1/estimates/inference"
AMORTIZATION = "/v1/comparisons/amortization"
POSTS = (
    *(TRAINING, INFERENCE, AMORTIZATION),
    *("/v1/comparisons/schedule", "/v1/comparisons/placement", "/v1/comparisons/change"),
)
RUN: dict[str, Any] = {"accelerator": "h100", "accelerator_hours": 10}
TEXT: dict[str, Any] = {"model": "llama-3.1-8b", "accelerator": "h100"}
KNOWN = {"known": {"energy_kwh": 1}}
COMPARISON: dict[str, Any] = {
    "tasks": 2,
    "strategies": [{"name": "shared", "upfront": [KNOWN]}, {"name": "single", "per_task": [KNOWN]}],
}


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400])
@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param(TRAINING, RUN, "accelerator_hours", id="training"),
        pytest.param(TRAINING, RUN, "overheads.failed_share", id="overheads"),
        pytest.param(INFERENCE, TEXT, "requests", id="inference"),
        pytest.param(AMORTIZATION, COMPARISON, "tasks", id="amortization"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_by_its_field(
    client: FlaskClient, path: str, body: dict[str, Any], field: str, literal: str
) -> None:
    outer, _, inner = field.partition(".")
    text = json.dumps(body | {outer: {inner: "@"} if inner else "@"}).replace('"@"', literal)
    problem = refused(client.post(path, data=text, content_type="application/json"), 422)
    assert_names(problem, field, "must be")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param("", "empty document", id="empty"),
        pytest.param('{"accelerator": ', "end of data", id="cut-off"),
        pytest.param("{'accelerator': 1}", "line 1 column 2", id="single-quotes"),
        pytest.param('{"pue": 1,}', "line 1", id="trailing-comma"),
        pytest.param("[" * 100_000 + "]" * 100_000, "depth limit", id="100000-arrays"),
        pytest.param('{"pue":' * 100_000 + "1" + "}" * 100_000, "depth limit", id="100000-objects"),
        pytest.param('{"pue":' + "[" * 100_000 + "NaN" + "]" * 100_000 + "}", "depth limit", id="deep-nan"),
        pytest.param(b'{"region": "\xff"}', "UTF-8", id="no-utf-8"),
        pytest.param('{"pue": NaN, "\\ud800": 1}', "JSON", id="half-a-character"),
    ],
)
def test_malformed_json_is_refused(client: FlaskClient, path: str, body: str | bytes, words: str) -> None:
    problem = refused(client.post(path, data=body, content_type="application/json"), 400)
    assert "The body is not valid JSON" in problem["detail"]
    assert words in problem["detail"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", ["[]", "null", "3", '"h100"', "true"])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, path: str, body: str) -> None:
    problem = refused(client.post(path, data=body, content_type="application/json"), 422)
    assert_names(problem, "body", "must be an object")


@pytest.mark.parametrize("depth", [250, 500, 900, 1000, 1020])
def test_nesting_that_the_parser_lets_through_is_refused_by_its_field(client: FlaskClient, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    answer = client.post(TRAINING, data=f'{{"pue": {deep}}}', content_type="application/json")
    assert_names(refused(answer, 422), "pue", "got an array")
    answer = client.post(AMORTIZATION, data=f'{{"strategies": {deep}}}', content_type="application/json")
    refused(answer, 422)


@pytest.mark.parametrize("path", POSTS)
def test_a_body_of_3_mb_is_refused_with_its_limit(client: FlaskClient, path: str) -> None:
    problem = refused(client.post(path, data=b" " * 3_000_000, content_type="application/json"), 413)
    assert str(limits.BODY_BYTES) in problem["detail"]


def test_a_body_of_the_largest_size_is_read(client: FlaskClient) -> None:
    body = json.dumps(RUN).encode().ljust(limits.BODY_BYTES)
    assert client.post(TRAINING, data=body, content_type="application/json").status_code == 200


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
def test_another_media_type_is_refused(client: FlaskClient, path: str, media_type: str | None) -> None:
    problem = refused(client.post(path, data="{}", content_type=media_type), 415)
    assert "application/json" in problem["detail"]


@pytest.mark.parametrize(
    ("path", "body", "same"),
    [
        pytest.param(TRAINING, {"method": "LoRA", "total_params_b": 7}, {"method": "lora"}, id="method"),
        pytest.param(TRAINING, {"precision": "FP16"}, {"precision": "fp16"}, id="precision"),
        pytest.param(
            TRAINING, {"pricing": {"kind": "On-Demand"}}, {"pricing": {"kind": "on-demand"}}, id="kind-of-price"
        ),
    ],
)
def test_a_choice_may_be_in_any_case(
    client: FlaskClient, path: str, body: dict[str, Any], same: dict[str, Any]
) -> None:
    written, plain = (client.post(path, json=RUN | one) for one in (body, body | same))
    assert written.status_code == 200, written.text
    assert written.data == plain.data
