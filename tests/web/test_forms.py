"""Answers in short (view=short) and in part (fields=...)."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from costsvc.report.answers import totals
from costsvc.schemas import query
from costsvc.web.http import services_of
from costsvc.web.registry import ENDPOINTS
from costsvc.web.tools import TOOLS

ESTIMATES = ("training", "inference")
HOSTED = {"provider": "openai", "model": "gpt-4o", "input_tokens": 500, "output_tokens": 300, "requests": 1000}
UNPRICED = {"accelerator": "rtx-4090", "accelerator_hours": 10, "pricing": {"kind": "reserved-1y"}}
ASKED = [
    *(pytest.param(kind, endpoint.example, id=kind) for kind, endpoint in ENDPOINTS.items()),
    *(pytest.param(tool.kind, tool.example, id=tool.name) for tool in TOOLS),
    pytest.param("inference", HOSTED, id="hosted"),
    pytest.param("training", UNPRICED, id="no-price"),
    pytest.param("training", {"accelerator": "h100", "accelerator_hours": 0}, id="nothing"),
    pytest.param("training", {"energy_kwh": 1000, "region": "DE"}, id="metered"),
    pytest.param("placement", ENDPOINTS["placement"].example | {"max_kg": 0.001}, id="no-option"),
    pytest.param("schedule", ENDPOINTS["schedule"].example | {"other_regions": ["DE"]}, id="other-region"),
]


def asked(client: FlaskClient, kind: str, form: str, body: Mapping[str, Any] | None = None) -> TestResponse:
    endpoint = ENDPOINTS[kind]
    return client.post(f"{endpoint.path}?{form}", json=endpoint.example if body is None else body)


@pytest.mark.parametrize(("kind", "body"), ASKED)
def test_a_short_answer_is_small_and_says_what_the_whole_one_says(
    app: Flask, client: FlaskClient, kind: str, body: Mapping[str, Any]
) -> None:
    whole, short = (asked(client, kind, form, body) for form in ("", "view=short"))
    assert (whole.status_code, short.status_code) == (200, 200), short.text
    assert len(short.data) < (1000 if kind in ESTIMATES else 2000)
    found, said = short.get_json(), whole.get_json()
    assert [found[name] for name in ("id", "version", "data_version")] == [
        said[name] for name in ("id", "version", "data_version")
    ]
    assert set(found["warnings"]) == {warning["code"] for warning in said["warnings"]}
    assert found["headline"]
    document = services_of(app).openapi()
    name = ENDPOINTS[kind].short_type.__name__
    schema = {**document, "$ref": f"#/components/schemas/{name}"}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(found)] == []
    if kind in ESTIMATES:
        assert {metric: found[metric] for metric in totals(said)} == totals(said)
        assert [gap["field"] for gap in found["unavailable"]] == [
            metric for metric in totals(said) if not found[metric]
        ]
        assert all(gap["reason"] for gap in found["unavailable"])


def test_a_short_comparison_has_the_result_of_the_whole_one(client: FlaskClient) -> None:
    whole, short = (asked(client, "amortization", form).get_json() for form in ("", "view=short"))
    assert short["cheapest"] == {metric: names[0] if names else None for metric, names in whole["ranking"].items()}
    cost = next(one for one in whole["break_even"] if one["metric"] == "cost_usd")
    shown = next(one for one in short["break_even"] if one["metric"] == "cost_usd")
    assert (shown["verdict"], shown["tasks"]) == (cost["verdict"], cost["tasks"]["value"])
    whole, short = (asked(client, "placement", form).get_json() for form in ("", "view=short"))
    assert short["best"]["cost_usd"] == whole["options"][0]["cost_usd"]
    assert short["percent"]["carbon_kg"] == whole["options"][0]["difference"]["carbon_kg"]["percent"]
    whole, short = (asked(client, "schedule", form).get_json() for form in ("", "view=short"))
    assert short["best"]["start"] == whole["windows"][0]["start"]
    assert short["best_other_region"] == whole["best_other_region"]["region"]


@pytest.mark.parametrize(
    ("kind", "names", "shown"),
    [
        pytest.param("training", "id", {"id"}, id="one"),
        pytest.param("training", "energy_kwh,carbon.total_kg", {"energy_kwh", "carbon.total_kg"}, id="inside"),
        pytest.param("training", " id , version", {"id", "version"}, id="blanks"),
        pytest.param("training", "carbon,carbon.total_kg", {"carbon"}, id="whole-and-part"),
        pytest.param("training", "carbon.market_kg.value", {"carbon.market_kg"}, id="inside-null"),
        pytest.param("training", "drivers.energy_kwh", {"drivers.energy_kwh"}, id="free-names"),
    ],
)
def test_some_fields_are_those_of_the_whole_answer(client: FlaskClient, kind: str, names: str, shown: set[str]) -> None:
    found, whole = (asked(client, kind, form).get_json() for form in (f"fields={names}", ""))
    paths = set()
    for name, inner in found.items():
        if shown & {name}:
            assert inner == whole[name]
            paths.add(name)
        else:
            assert {part: whole[name][part] for part in inner} == inner
            paths |= {f"{name}.{part}" for part in inner}
    assert paths == shown


def test_a_field_of_a_list_is_that_of_each_entry(client: FlaskClient) -> None:
    found, whole = (asked(client, "placement", form).get_json() for form in ("fields=options.cost_usd.value", ""))
    assert found == {"options": [{"cost_usd": {"value": one["cost_usd"]["value"]}} for one in whole["options"]]}


@pytest.mark.parametrize(
    ("kind", "form", "field", "message"),
    [
        pytest.param("training", "fields=energy", "fields.0", "Nearest known: energy_kwh", id="unknown"),
        pytest.param("training", "fields=id,total_kg", "fields.1", "carbon.total_kg", id="without-its-object"),
        pytest.param("training", "fields=id.x", "fields.0", "'id.x' is not known", id="inside-a-text"),
        pytest.param("placement", "fields=options.0.cost_usd", "fields.0", "options.cost_usd", id="number"),
        pytest.param("training", "fields=", "fields", "must name a field", id="none"),
        pytest.param("training", "fields=id&view=short", "view", "together with fields", id="both"),
        pytest.param("training", "view=tiny", "view", 'must be one of short, got "tiny"', id="no-such-view"),
        pytest.param("training", "view=short&explain=true", "explain", "together with view", id="short-steps"),
        pytest.param("training", "fields=explanation", "fields", "requires explain=true", id="steps"),
        pytest.param("change", "explain=true", "explain", "is not a parameter", id="no-steps"),
    ],
)
def test_a_form_that_there_is_not_is_refused(
    client: FlaskClient, kind: str, form: str, field: str, message: str
) -> None:
    answer = asked(client, kind, form)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert message in answer.get_json()["errors"][field][0]


def test_steps_can_be_asked_for_alone(client: FlaskClient) -> None:
    found = asked(client, "training", "explain=true&fields=explanation.name").get_json()
    assert {"name": "location_kg"} in found["explanation"]


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_the_form_is_neither_in_the_id_nor_in_the_request_and_has_an_etag_of_its_own(
    client: FlaskClient, kind: str
) -> None:
    pairs = list(query.pairs(ENDPOINTS[kind].example))
    forms = ([], [("view", "short")], [("fields", "id,request")])
    whole, short, some = (
        client.get(f"{ENDPOINTS[kind].path}/answer.json", query_string=[*pairs, *form]) for form in forms
    )
    assert short.get_json() == asked(client, kind, "view=short").get_json()
    assert some.get_json() == {name: whole.get_json()[name] for name in ("id", "request")}
    assert short.get_json()["id"] == whole.get_json()["id"]
    assert len({answer.headers["ETag"] for answer in (whole, short, some)}) == 3


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_forms_are_documented(app: Flask, kind: str) -> None:
    paths = services_of(app).openapi()["paths"]
    path = ENDPOINTS[kind].path
    for operation in (paths[path]["post"], paths[f"{path}/{{document}}"]["get"]):
        said = {given["name"]: given for given in operation["parameters"] if given["in"] == "query"}
        assert said["view"]["schema"] == {"type": "string", "enum": ["short"]}
        assert (said["fields"]["schema"]["items"], said["fields"]["explode"]) == ({"type": "string"}, False)


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_the_documented_answer_lets_no_wrong_one_pass(app: Flask, client: FlaskClient, kind: str) -> None:
    document = services_of(app).openapi()
    schema = document["paths"][ENDPOINTS[kind].path]["post"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    validator = Draft202012Validator({**document, **schema})
    whole, short, some = (asked(client, kind, form).get_json() for form in ("", "view=short", "fields=id,warnings"))
    assert all(map(validator.is_valid, (whole, short, some)))
    assert not any(
        map(validator.is_valid, (whole | {"id": 5}, whole | {"co2": 1}, short | {"headline": 5}, {"co2": 1}))
    )


@pytest.mark.parametrize(
    ("document", "form", "field"),
    [
        pytest.param("citation.md", "view=short", "view", id="text"),
        pytest.param("answer.json", "fields=energy", "fields.0", id="unknown"),
        pytest.param("answer.json", "fields=id&view=short", "view", id="both"),
    ],
)
def test_an_address_refuses_a_form_that_it_has_not(client: FlaskClient, document: str, form: str, field: str) -> None:
    answer = client.get(f"/v1/estimates/training/{document}?accelerator=h100&accelerator_hours=1&{form}")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
