"""The OpenAPI document: committed, valid, with examples that work and answers as it says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from costsvc.cli import main
from costsvc.web.api.amortization import EXAMPLE as COMPARISON
from costsvc.web.http import services_of

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"
TASKS = [
    {"name": "a", "requests": 100, "tokens": 5, "weight": 1},
    {"name": "b", "requests": 0, "tokens": 0, "weight": 2},
]
OWNED = {"kind": "owned", "facility_usd_per_kwh": 0.01, "age_years": 2}
QUESTIONS = [
    pytest.param("training", {"accelerator": "v100", "accelerator_hours": 0}, id="nothing"),
    pytest.param("training", {"instance": "p5.48xlarge", "hours": 24, "region": "DE"}, id="instance"),
    pytest.param(
        "training",
        {
            "accelerator": "a100-sxm4-80gb",
            "training_tokens_b": 300,
            "model": "llama-3.1-8b",
            "region": "USA",
            "scope": "direct",
            "contract": {"share": 0.5, "g_per_kwh": 20},
            "pricing": OWNED,
            "overheads": {"development_share": 1, "retrainings": 2},
        },
        id="tokens-on-owned-hardware",
    ),
    pytest.param("inference", {"model": "llama-3.1-70b", "accelerator": "h100", "requests_per_s": 0.1}, id="rate"),
    pytest.param("inference", {"task": "image", "total_params_b": 2, "accelerator": "a100"}, id="image"),
    pytest.param("inference", {"task": "embedding", "total_params_b": 0.1, "accelerator": "t4"}, id="embedding"),
]

POSTED = {
    "/v1/estimates/training": "estimateTraining",
    "/v1/estimates/inference": "estimateServing",
    "/v1/batches": "estimateBatch",
    "/v1/comparisons/amortization": "compareStrategies",
    "/v1/comparisons/api-or-own": "compareApiOrOwn",
    "/v1/comparisons/placement": "findPlace",
    "/v1/comparisons/change": "compareChange",
    "/v1/comparisons/schedule": "findTime",
}
POST_ERRORS = ({"400", "413", "415", "422"}, {"413", "415", "422", "501"})
"""Errors of a question, and of a batch."""


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    return services_of(app).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Path to its method and operation, with the parameters of the path."""
    return {
        path: next(
            (method, {**operation, "parameters": item.get("parameters", []) + operation.get("parameters", [])})
            for method, operation in item.items()
            if method in ("get", "post")
        )
        for path, item in document["paths"].items()
    }


def assert_as_documented(document: dict[str, Any], schema: dict[str, Any], answer: Any) -> None:
    """Hold an answer to a schema of the document, strictly: nothing may be in it that the schema does not name."""
    errors = list(Draft202012Validator({**document, **schema}).iter_errors(answer))
    assert not errors, [f"{error.json_path}: {error.message}" for error in errors]


def nested(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a value, itself included."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from nested(inner)


def example_of(path: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Path and query with the examples of the parameters; one of an object is many fields."""
    examples = {given["name"]: given["example"] for given in parameters if "example" in given}
    asked = {given["name"] for given in parameters if given["in"] == "query"} & set(examples)
    query: dict[str, Any] = {}
    for name in asked:
        query |= examples[name] if isinstance(examples[name], dict) else {name: examples[name]}
    return {"path": path.format(**examples), "query_string": query}


def test_the_committed_document_is_the_generated_one() -> None:
    printed = CliRunner().invoke(main, ["openapi"], catch_exceptions=False)
    assert printed.output == COMMITTED.read_text()
    assert printed.output.startswith("info:")


def test_the_served_document_is_the_generated_one(client: FlaskClient, document: dict[str, Any]) -> None:
    assert client.get("/openapi.json").get_json() == document


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema.get("description") or schema["properties"], name


def test_every_operation_has_an_id_of_its_own_that_begins_with_a_verb(
    operations: dict[str, tuple[str, dict[str, Any]]],
) -> None:
    ids = [operation["operationId"] for _, operation in operations.values()]
    assert len(set(ids)) == len(ids)
    verbs = "check|compare|draw|estimate|export|find|get|list"
    assert [one for one in ids if not re.fullmatch(rf"({verbs})([A-Z][a-z]+)+", one)] == []
    asked = {path: operation["operationId"] for path, (method, operation) in operations.items() if method == "post"}
    assert asked == POSTED


def test_the_document_begins_with_estimates_and_ends_with_operations(document: dict[str, Any]) -> None:
    tags = [tag["name"] for tag in document["tags"]]
    assert tags == [
        *("estimates", "comparisons", "tables", "figures"),
        *("exports", "validation", "agents", "operations"),
    ]
    assert all(tag["description"] for tag in document["tags"])
    used = [inner["tags"] for item in document["paths"].values() for inner in item.values() if "tags" in inner]
    assert sorted({tag for (tag,) in used}) == sorted(tags)
    assert next(iter(document["paths"])) == "/v1/estimates/training"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/{kind}/{name}" for kind, members in document["components"].items() for name in members}
    assert {inner["$ref"] for inner in nested(document["paths"]) if "$ref" in inner} <= known
    assert {inner["$ref"] for inner in nested(document["components"]) if "$ref" in inner} <= known


def test_every_path_says_what_it_does_and_has_an_example_that_works(
    client: FlaskClient, document: dict[str, Any], operations: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    for path, (method, operation) in operations.items():
        assert operation["summary"], path
        media = operation["responses"]["200"]["content"]
        if method == "post":
            kind, content = next(iter(operation["requestBody"]["content"].items()))
            body = content["example"]
            answer = client.post(path, data=body if isinstance(body, str) else json.dumps(body), content_type=kind)
        elif operation["parameters"]:
            answer = client.get(**example_of(path, operation["parameters"]))
        else:
            assert all("example" in content for content in media.values()), path
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        if answer.mimetype == "application/json":
            assert_as_documented(document, media[answer.mimetype]["schema"], answer.get_json())


@pytest.mark.parametrize(("workload", "body"), QUESTIONS)
def test_answers_are_as_documented(
    client: FlaskClient, document: dict[str, Any], workload: str, body: dict[str, Any]
) -> None:
    path = f"/v1/estimates/{workload}"
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    schema = document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert_as_documented(document, schema, answer.get_json())


def test_a_comparison_of_listed_tasks_is_as_documented(client: FlaskClient, document: dict[str, Any]) -> None:
    body = {"task_list": TASKS, "strategies": COMPARISON["strategies"], "carbon_basis": "market"}
    answer = client.post("/v1/comparisons/amortization", json=body)
    assert answer.status_code == 200, answer.text
    assert_as_documented(document, {"$ref": "#/components/schemas/Amortization"}, answer.get_json())


@pytest.mark.parametrize(
    ("schema", "field", "low", "high"),
    [
        pytest.param("TrainingRun", "total_params_b", {"minimum": 1e-9}, 1e6, id="open-end"),
        pytest.param("TrainingRun", "accelerator_hours", {"minimum": 0}, 1e12, id="closed-end"),
        pytest.param("TrainingRun", "mfu", {"minimum": 1e-4}, 1, id="mfu"),
        pytest.param("Serving", "requests_per_s", {"minimum": 1e-9}, 1e6, id="rate"),
        pytest.param("Comparison", "tasks", {"minimum": 1e-6}, 1e9, id="tasks"),
    ],
)
def test_a_number_says_its_range(
    document: dict[str, Any], schema: str, field: str, low: dict[str, float], high: float
) -> None:
    described = document["components"]["schemas"][schema]["properties"][field]
    assert described.items() >= {**low, "maximum": high}.items()


def test_every_number_of_a_request_says_its_range(
    document: dict[str, Any], operations: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    schemas = document["components"]["schemas"]
    asked = [op["requestBody"] for method, op in operations.values() if method == "post"]
    seen: set[str] = set()
    while asked:
        for inner in nested(asked.pop()):
            name = inner.get("$ref", "").rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                asked.append(schemas[name])
                assert schemas[name]["additionalProperties"] is False, name
            if inner.get("type") in ("number", "integer"):
                assert "maximum" in inner, inner
                assert "minimum" in inner, inner


def test_errors_are_problems(operations: dict[str, tuple[str, dict[str, Any]]]) -> None:
    for path, (method, operation) in operations.items():
        errors = {status: said for status, said in operation["responses"].items() if status >= "400"}
        assert method == "get" or errors.keys() == POST_ERRORS[path == "/v1/batches"], path
        for said in errors.values():
            assert said["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }, path
