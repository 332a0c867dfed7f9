"""The client is in step with openapi.yaml: operations, fields of requests, types of answers."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Literal, get_args, get_overloads, get_type_hints

import pytest
from typing_extensions import get_type_hints as get_hints
from typing_extensions import is_typeddict

from costsvc.client.client import FORM, Client, Question, Table
from costsvc.client.operations import OPERATIONS

NUMBERS = {"number": float, "integer": int, "boolean": bool, "object": Mapping[str, object]}
DAYS = {"date": str | dt.date, "date-time": str | dt.datetime}
QUESTIONS = [name for name, (method, _) in OPERATIONS.items() if method == "POST" and name != "estimateBatch"]
ANSWERS = {
    "getModelFootprint": Client.get_model_footprint,
    "getValidation": Client.get_validation,
    "listTools": Client.list_tools,
    "checkHealth": Client.check_health,
    "checkReadiness": Client.check_readiness,
}


def method_of(operation: str) -> Any:
    """The method of a question: ``estimateTraining`` is ``estimate_training``."""
    return getattr(Client, re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", operation))


def fields_of(operation: str) -> type:
    """The TypedDict of the keyword arguments of a question."""
    unpacked = get_type_hints(get_overloads(method_of(operation))[-1])
    (kind,) = (one for hint in unpacked.values() for one in get_args(hint) if is_typeddict(one))
    return kind


def name_of(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def body_of(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of the request of an operation."""
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return document["components"]["schemas"][name_of(schema)]


def answer_of(operation: dict[str, Any]) -> Any:
    """The schema of the answer of an operation."""
    return operation["responses"]["200"]["content"]["application/json"]["schema"]


def hint_of(schema: dict[str, Any]) -> Any:
    """The type of a keyword argument by the schema of its field."""
    if "oneOf" in schema:
        return reduce(or_, map(hint_of, schema["oneOf"]))
    if "$ref" in schema or "allOf" in schema:
        return Mapping[str, object]
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if schema["type"] == "array":
        return Sequence[hint_of(schema["items"])]
    return NUMBERS.get(schema["type"]) or DAYS.get(schema.get("format", ""), str)


def test_every_operation_is_known(operations: dict[str, tuple[str, str, dict[str, Any]]]) -> None:
    assert {name: (method, path) for name, (method, path, _) in operations.items()} == OPERATIONS


@pytest.mark.parametrize("operation", QUESTIONS)
def test_the_keywords_of_a_question_are_the_fields_of_its_request(
    document: dict[str, Any], operations: dict[str, tuple[str, str, dict[str, Any]]], operation: str
) -> None:
    schema, fields = body_of(document, operations[operation][2]), fields_of(operation)
    hints = get_type_hints(fields)
    assert {name: hint_of(field) for name, field in schema["properties"].items()} == hints
    assert set(schema.get("required", [])) == fields.__required_keys__


@pytest.mark.parametrize("operation", QUESTIONS)
def test_the_keywords_of_the_form_are_the_parameters_of_the_query(
    operations: dict[str, tuple[str, str, dict[str, Any]]], operation: str
) -> None:
    parameters = {parameter["name"] for parameter in operations[operation][2]["parameters"]}
    keywords = {name for one in get_overloads(method_of(operation)) for name in one.__kwdefaults__ or {}}
    keywords |= {name for one in get_overloads(method_of(operation)) for name in one.__annotations__ if name in FORM}
    assert keywords == parameters
    assert set(FORM) & set(get_type_hints(fields_of(operation))) == set()


@pytest.mark.parametrize("operation", QUESTIONS)
def test_a_question_returns_the_whole_the_short_or_some_of_the_answer(
    document: dict[str, Any], operations: dict[str, tuple[str, str, dict[str, Any]]], operation: str
) -> None:
    whole, short, *_ = answer_of(operations[operation][2])["anyOf"]
    of_view, of_fields, of_all = (get_type_hints(one)["return"] for one in get_overloads(method_of(operation)))
    assert of_fields == dict[str, Any]
    for kind, schema in ((of_all, whole), (of_view, short)):
        assert kind.__name__ == name_of(schema)
        assert get_hints(kind).keys() == document["components"]["schemas"][kind.__name__]["properties"].keys()


@pytest.mark.parametrize("operation", ANSWERS)
def test_a_method_returns_the_answer_of_its_operation(
    document: dict[str, Any], operations: dict[str, tuple[str, str, dict[str, Any]]], operation: str
) -> None:
    kind = get_type_hints(ANSWERS[operation])["return"]
    assert kind.__name__ == name_of(answer_of(operations[operation][2]))
    assert get_hints(kind).keys() == document["components"]["schemas"][kind.__name__]["properties"].keys()


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        pytest.param(Table, r"/v1/([a-z]+)", id="tables"),
        pytest.param(Question, r"/v1/(?:estimates|comparisons)/([a-z-]+)/figures/.*", id="figures"),
        pytest.param(Question, r"/v1/(?:estimates|comparisons)/([a-z-]+)/{document}", id="texts"),
    ],
)
def test_words_of_a_method_are_those_of_the_paths(words: Any, pattern: str) -> None:
    matches = [re.fullmatch(pattern, path) for method, path in OPERATIONS.values() if method == "GET"]
    assert {match[1] for match in matches if match} - {"validation"} == set(get_args(words))


def test_the_page_of_the_client_names_every_method() -> None:
    page = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
    methods = [name for name in vars(Client) if not name.startswith("_") and name != "close"]
    assert [name for name in methods if f"`{name}`" not in page] == []
