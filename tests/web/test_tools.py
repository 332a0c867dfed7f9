"""GET /v1/tools.json: endpoints as tools for language models."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from costsvc.web.http import services_of
from costsvc.web.tools import TOOLS

BYTES = 2000


@pytest.fixture(scope="module")
def listed(client: FlaskClient) -> dict[str, dict[str, Any]]:
    """What each tool is said to be, by name."""
    return {tool["name"]: tool for tool in client.get("/v1/tools.json").get_json()["tools"]}


def names(schema: dict[str, Any], above: str = "") -> list[str]:
    """The dotted names of the fields that a schema has."""
    found = []
    for name, inner in schema["properties"].items():
        found += names(inner, f"{above}{name}.") if "properties" in inner else [above + name]
    return found


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_example_of_a_tool_fits_its_schema_and_is_answered_in_short(
    client: FlaskClient, listed: dict[str, dict[str, Any]], tool: Any
) -> None:
    found = listed[tool.name]
    Draft202012Validator.check_schema(found["input_schema"])
    assert Draft202012Validator(found["input_schema"]).is_valid(found["example"])
    answer = client.post(found["path"], json=found["example"])
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["headline"]
    assert len(answer.data) < BYTES


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_is_small_and_named_after_its_operation(
    app: Flask, listed: dict[str, dict[str, Any]], tool: Any
) -> None:
    found = listed[tool.name]
    assert len(json.dumps(found["input_schema"], separators=(",", ":"))) <= BYTES
    assert sorted(names(found["input_schema"])) == sorted(tool.fields)
    operation = services_of(app).openapi()["paths"][tool.path]["post"]["operationId"]
    first, *others = tool.name.split("_")
    assert operation == first + "".join(map(str.capitalize, others))


def test_there_are_five_tools(listed: dict[str, dict[str, Any]]) -> None:
    assert list(listed) == [
        *("estimate_training", "estimate_serving", "compare_api_or_own", "find_place", "find_time"),
    ]


def test_tools_are_not_sent_twice_to_who_has_them(client: FlaskClient) -> None:
    first = client.get("/v1/tools.json")
    again = client.get("/v1/tools.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
