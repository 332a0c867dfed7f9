"""The page without a browser: what each view answers, and what it does with whatever it is sent."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from costsvc.report import numbers
from costsvc.schemas import query
from costsvc.schemas.inference import ServingSchema
from costsvc.schemas.training import TrainingRunSchema
from costsvc.web.http import services_of
from costsvc.web.page import forms, layout, views
from costsvc.web.page.views import VIEWS, View

EACH = [pytest.param(view, id=view.name) for view in VIEWS]
SCRIPT = "<script>alert(1)</script>"
LONG = "x" * 5000
HOSTILE = [
    pytest.param({"accelerator": SCRIPT, "accelerator_hours": "1"}, "is not known", id="script-as-a-name"),
    pytest.param({SCRIPT: SCRIPT}, "unknown field", id="script-as-a-field"),
    pytest.param({"accelerator": LONG, "accelerator_hours": "1"}, "must be a string of 1 to 200", id="long-name"),
    pytest.param({"accelerator": "h100", "accelerator_hours": LONG}, "must be 0 or a number between", id="long-number"),
    pytest.param({"accelerator": "h100", "accelerator_hours": "-1"}, "got -1", id="negative"),
    pytest.param({"accelerator": "h100", "accelerator_hours": "nan"}, "must be 0 or a number between", id="nan"),
    pytest.param({"accelerator": "h100", "accelerator_hours": "1e999"}, "must be 0 or a number between", id="infinite"),
    pytest.param({"accelerator": "h101", "accelerator_hours": "1"}, "Nearest known", id="unknown-name"),
    pytest.param({"pricing.kind": '"><img src=x onerror=alert(1)>'}, "must be one of", id="broken-out-of-a-choice"),
    pytest.param({"pricing": "x", "accelerator": "h100"}, "must be an object", id="text-for-an-object"),
    pytest.param(
        {"accelerator": "\x00\ud7ff\U0001f600", "accelerator_hours": "1"}, "is not known", id="odd-characters"
    ),
    pytest.param({"." * 3000: "1"}, "unknown field", id="only-dots"),
]


def example(view: View) -> str:
    return f"{view.path}?{urlencode(list(query.pairs(view.example)))}"


def leaves(schema: Any, prefix: str = "") -> Iterator[str]:
    """Dotted names of all fields."""
    for name, field in schema.fields.items():
        deeper = query.inside(field)
        yield from leaves(deeper, f"{prefix}{name}.") if deeper else [f"{prefix}{name}"]


def shown(page: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("view", EACH)
def test_an_empty_view_asks_and_offers_an_example(client: FlaskClient, view: View) -> None:
    answer = client.get(view.path)
    assert answer.status_code == 200
    assert view.asks in shown(answer.text)
    assert f'href="{example(view).replace("&", "&amp;")}"' in answer.text


@pytest.mark.parametrize("view", EACH)
def test_an_example_is_answered_with_all_that_the_api_says_of_it(client: FlaskClient, view: View) -> None:
    page = client.get(example(view))
    answer = client.post(view.question.path, json=view.example).get_json()
    words = shown(page.text)
    assert page.status_code == 200
    assert answer["id"] in words
    assert [one["message"] for one in answer["warnings"] if one["message"] not in words] == []
    assert [one["reason"] for one in answer["unavailable"] if one["reason"] not in words] == []


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_totals_are_those_of_the_api_to_three_digits(client: FlaskClient, kind: str) -> None:
    view = next(one for one in VIEWS if one.kind == kind)
    answer = client.post(view.question.path, json=view.example).get_json()
    words = shown(client.get(example(view)).text)
    for metric, q in {
        "energy_kwh": answer["energy_kwh"],
        "carbon_kg": answer["carbon"]["total_kg"],
        "water_l": answer["water"]["total_l"],
        "cost_usd": answer["cost"]["total_usd"],
    }.items():
        said = numbers.format_quantity(q, metric)
        value, unit = shown(f"{said.value} {said.unit}"), said.unit
        assert f"{value} {said.low} to {said.high} {unit}".strip() in words


@pytest.mark.parametrize("view", [pytest.param(one, id=one.name) for one in VIEWS if one.question.explains][:2])
def test_the_explanation_comes_on_demand(client: FlaskClient, view: View) -> None:
    assert "Show every step" in client.get(example(view)).text
    page = client.get(f"{example(view)}&explain=true")
    steps = client.post(f"{view.question.path}?explain=true", json=view.example).get_json()["explanation"]
    words = shown(page.text)
    assert [step["formula"] for step in steps if step["formula"] not in words] == []


@pytest.mark.parametrize(("fields", "message"), HOSTILE)
def test_whatever_is_sent_is_escaped_and_answered_beside_its_field(
    client: FlaskClient, fields: dict[str, str], message: str
) -> None:
    page = client.get(f"/?{urlencode(fields)}")
    assert page.status_code == 200
    assert SCRIPT not in page.text
    assert "<img src=x" not in page.text
    assert message in shown(page.text)
    assert 'class="error"' in page.text


@pytest.mark.parametrize("view", EACH)
@pytest.mark.parametrize(
    "value", ["-1", "x" * 300, SCRIPT, "0", "1e300", "true", "é€漢", "%00", "a,b", "..", "__class__"]
)
def test_no_value_of_any_field_breaks_a_view(client: FlaskClient, view: View, value: str) -> None:
    for name, _ in query.pairs(view.example):
        said = dict(query.pairs(view.example)) | {name: value}
        assert client.get(f"{view.path}?{urlencode(said)}").status_code == 200


@given(
    pairs=st.lists(
        st.tuples(
            st.from_regex(r"[a-z_]{1,12}(\.([0-9]{1,3}|[a-z_]{1,10})){0,5}", fullmatch=True)
            | st.sampled_from([name for view in VIEWS for name, _ in query.pairs(view.example)]),
            st.text(max_size=12),
        ),
        max_size=6,
    ),
    view=st.sampled_from(VIEWS),
)
def test_no_query_breaks_a_view(app: Flask, pairs: list[tuple[str, str]], view: View) -> None:
    assert app.test_client().get(f"{view.path}?{urlencode(pairs)}").status_code in (200, 302)


def test_blank_fields_are_left_out_of_the_address(client: FlaskClient) -> None:
    answer = client.get("/?accelerator=h100&accelerator_hours=10&region=&model=+")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?accelerator=h100&accelerator_hours=10"


def test_what_was_said_stands_in_the_form_and_is_found_again(client: FlaskClient) -> None:
    page = client.get("/?accelerator=h100&accelerator_hours=ten&pricing.kind=spot").text
    assert re.search(r'name="accelerator_hours" value="ten"[^>]*aria-invalid="true"', page)
    assert "<option selected>spot</option>" in page


def test_a_field_that_no_form_has_is_shown_with_what_is_wrong(client: FlaskClient) -> None:
    page = client.get("/?acelerator=h100").text
    assert 'name="acelerator" value="h100"' in page
    assert "unknown field" in page


FULL = [
    pytest.param(layout.TRAINING, TrainingRunSchema(), id="training"),
    pytest.param(layout.SERVING, ServingSchema(), id="serving"),
]


@pytest.mark.parametrize(("groups", "schema"), FULL)
def test_a_form_has_every_field_of_its_question(groups: tuple[layout.Group, ...], schema: Any) -> None:
    assert set(layout.names(groups)) == set(leaves(schema))


@pytest.mark.parametrize("view", EACH)
def test_every_field_of_a_form_is_one_of_the_request(view: View) -> None:
    form = forms.form(view.kind, view.workload, view.question.schema, {}, {})
    assert [one.name for one in form.controls() if forms._field(view.question.schema, one.name) is None] == []


@pytest.mark.parametrize("view", EACH)
def test_the_policy_allows_nothing_inline_and_nothing_is(client: FlaskClient, view: View) -> None:
    answer = client.get(example(view))
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert not re.search(r"(?:src|href|srcset|action)=\"(?:https?:)?//", answer.text)


def test_addresses_keep_the_prefix_of_a_proxy(client: FlaskClient) -> None:
    page = client.get(example(VIEWS[0]), base_url="http://localhost/costs/").text
    local = re.findall(r'(?:src|href|action|data-copy|data-figure|srcset)="(/[^"]*)"', page)
    assert len(local) > 20
    assert [address for address in local if not address.startswith("/costs/")] == []


def test_a_third_strategy_can_be_added(client: FlaskClient) -> None:
    shared = next(view for view in VIEWS if view.kind == "amortization")
    link = re.search(r'<a href="([^"]+)" data-swap>Add a strategy', client.get(example(shared)).text)
    assert link is not None
    page = client.get(unescape(link.group(1))).text
    assert 'name="strategies.2.name" value="strategy 3"' in page
    assert 'name="strategies.2.per_task.0.training.accelerator" value=""' in page
    assert "a part in upfront, per_task or per_request is required" in page


def test_names_are_suggested_while_typing(client: FlaskClient) -> None:
    page = client.get("/").text
    for name, value in (
        ("accelerators", "nvidia-h100-sxm5-80gb"),
        ("regions", "aws:us-east-1"),
        ("regions", "SWE"),
        ("models", "llama-3.1-8b"),
        ("instances", "aws:p5.48xlarge"),
    ):
        options = page.split(f'<datalist id="known-{name}">')[1].split("</datalist>")[0]
        assert f'value="{value}"' in options
        assert f'list="known-{name}"' in page


def test_every_suggestion_is_known(client: FlaskClient, app: Flask) -> None:
    found = services_of(app).suggestions
    for name, rows in found.items():
        if name == "regions":
            continue
        assert len(rows) == len({id_ for id_, _ in rows})
        for id_, _ in rows[::40]:
            assert client.get(f"/v1/{name}/{id_}").status_code == 200


@pytest.mark.parametrize("view", EACH)
def test_a_page_stays_light(client: FlaskClient, view: View) -> None:
    answer = client.get(example(view), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 40_000
    assert len(client.get(example(view)).data) < 320_000


def test_views_are_named_once() -> None:
    assert len({view.path for view in views.VIEWS}) == len(views.VIEWS)


@pytest.mark.parametrize("view", EACH)
def test_the_title_of_a_page_is_its_answer_or_else_its_question(client: FlaskClient, view: View) -> None:
    asked, answered = client.get(view.path).text, client.get(example(view)).text
    title = re.compile("<title>(.*?)</title>")
    headline = re.compile('<h2 class="headline">(.*?)</h2>')
    assert unescape(title.search(asked)[1]) == f"{view.asks} costsvc"  # type: ignore[index] # it is there
    assert title.search(answered)[1] == f"{headline.search(answered)[1]}: costsvc"  # type: ignore[index] # both are there


@pytest.mark.parametrize("path", ["/nope", "/tables/nope", "/<script>alert(1)</script>"])
def test_a_browser_is_shown_a_page_where_there_is_none(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>No such page</h1>" in answer.text
    assert 'href="/api-or-own"' in answer.text
    assert "alert(1)" not in answer.text


@pytest.mark.parametrize(
    ("path", "accepted"),
    [
        ("/nope", "*/*"),
        ("/nope", "application/json"),
        ("/v1/nope", "text/html"),
        ("/v1/models/nope/footprint", "text/html"),
    ],
)
def test_everybody_else_and_the_api_get_a_problem(client: FlaskClient, path: str, accepted: str) -> None:
    answer = client.get(path, headers={"Accept": accepted})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
