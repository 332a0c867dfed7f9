"""What a stranger has tried against the service: each input with its status and what must hold."""

import csv
import io
import time
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from costsvc.report.texts import markdown
from costsvc.schemas import query
from costsvc.settings import Settings
from costsvc.store import LARGEST_SHARE, Store
from costsvc.web import metrics
from costsvc.web.app import create_app
from costsvc.web.http import services_of
from costsvc.web.registry import ENDPOINTS, cached_answer

TRAINING, INFERENCE = "/v1/estimates/training", "/v1/estimates/inference"
AMORTIZATION, PLACEMENT = "/v1/comparisons/amortization", "/v1/comparisons/placement"
RUN = {"accelerator": "h100", "accelerator_hours": 1}
STRATEGIES = [
    {"name": "a", "upfront": [{"known": {"energy_kwh": 1}}]},
    {"name": "b", "per_task": [{"known": {"energy_kwh": 1}}]},
]
COMPARISON = {"tasks": 1, "strategies": STRATEGIES}


def named(name: str) -> dict[str, Any]:
    return COMPARISON | {"strategies": [STRATEGIES[0] | {"name": name}, STRATEGIES[1]]}


@pytest.mark.parametrize("interval", [1e-3, 0.01, 1e-4, 1e-5, 1e-6, 1e-17, 1e-300, 5e-324])
def test_an_interval_far_below_the_lifetime_is_refused_at_once(client: FlaskClient, interval: float) -> None:
    body = COMPARISON | {"time": {"lifetime_months": 1200, "retraining_interval_months": interval}}
    start = time.process_time()
    answer = client.post(AMORTIZATION, json=body)
    assert time.process_time() - start < 1
    if interval >= 0.012:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 422
        assert "is allowed" in answer.text or "must be" in answer.text
        assert list(answer.get_json()["errors"]) == ["time.retraining_interval_months"]
    assert client.get("/shared", query_string=list(query.pairs(body))).status_code == 200


def many(item: str, begin: str, end: str) -> str:
    return begin + ",".join([item] * (1_000_000 // (len(item) + 1))) + end


UNKNOWN = ",".join(f'"f{i}":0' for i in range(90_000))
BEGIN = '{"training":{"accelerator":"h100","accelerator_hours":1},'


@pytest.mark.parametrize(
    ("path", "body", "count"),
    [
        pytest.param(AMORTIZATION, many("{}", '{"tasks":1,"strategies":[', "]}"), 1, id="strategies"),
        pytest.param(AMORTIZATION, many("0", '{"tasks":1,"strategies":[', "]}"), 1, id="numbers-for-strategies"),
        pytest.param(AMORTIZATION, many("{}", '{"tasks":1,"task_list":[', "]}"), 2, id="tasks"),
        pytest.param(PLACEMENT, many("0", f'{BEGIN}"regions":[', "]}"), 1, id="regions"),
        pytest.param(PLACEMENT, many("0", f'{BEGIN}"years":[', "]}"), 1, id="years"),
        pytest.param(PLACEMENT, many("0", f'{BEGIN}"price_kinds":[', "]}"), 1, id="kinds-of-price"),
        pytest.param(TRAINING, f'{{"accelerator":"h100","accelerator_hours":1,{UNKNOWN}}}', 90_000, id="unknown"),
        pytest.param(TRAINING, f'{{"accelerator":"h100","overheads":{{{UNKNOWN}}}}}', 90_001, id="unknown-inside"),
        pytest.param(TRAINING, f'{{"{"k" * 900_000}":1}}', 3, id="one-long-name"),
        pytest.param(TRAINING, f'{{"accelerator":"{"k" * 900_000}","accelerator_hours":1}}', 1, id="one-long-text"),
    ],
)
def test_a_megabyte_of_wrong_items_is_refused_shortly(client: FlaskClient, path: str, body: str, count: int) -> None:
    start = time.process_time()
    answer = client.post(path, data=body, content_type="application/json")
    assert time.process_time() - start < 1  # 0.03 s where nothing else runs
    problem = answer.get_json()
    assert answer.status_code == 422
    assert problem["error_count"] == count
    assert sum(map(len, problem["errors"].values())) <= 20
    assert len(answer.data) < 10_000


def test_the_first_errors_of_a_list_are_told_and_all_are_counted(client: FlaskClient) -> None:
    problem = client.post(AMORTIZATION, json={"task_list": [{}] * 100, "strategies": STRATEGIES}).get_json()
    assert problem["error_count"] == 200
    assert sum(map(len, problem["errors"].values())) == 20
    assert next(iter(problem["errors"])) == "task_list.0.name"


def test_the_cache_of_answers_has_no_more_than_its_room(app: Flask) -> None:
    room = 200_000
    services, endpoint = replace(services_of(app), answer_cache=Store(room)), ENDPOINTS["amortization"]
    found = [cached_answer(endpoint, COMPARISON | {"tasks": tasks}, services) for tasks in range(1, 40)]
    assert 0 < services.answer_cache.size <= room
    assert cached_answer(endpoint, COMPARISON | {"tasks": 39}, services) == found[-1]
    assert cached_answer(endpoint, COMPARISON | {"tasks": 1}, services) == found[0]


def test_an_answer_that_would_drive_out_all_others_is_not_cached(app: Flask) -> None:
    services = replace(services_of(app), answer_cache=Store(LARGEST_SHARE * 1000))
    assert cached_answer(ENDPOINTS["amortization"], COMPARISON, services)["tasks"] == 1
    assert services.answer_cache.size == 0


@pytest.mark.parametrize("name", ["\x01" * 200, "x" * 200, "\U0001f600" * 200])
def test_cells_do_not_repeat_a_name(client: FlaskClient, name: str) -> None:
    axis = {"low": 1e-6, "high": 10, "points": 100}
    answer = client.post(AMORTIZATION, json=named(name) | {"surface": {"tasks": axis, "requests_per_task": axis}})
    sheet = answer.get_json()["surface"]["metrics"][0]
    assert {place for row in sheet["cheapest"] for place in row} <= {0, 1}
    assert len(answer.data) < 800_000


def test_a_surface_of_too_many_values_is_refused(client: FlaskClient) -> None:
    axis = {"low": 1, "high": 10, "points": 100}
    body = COMPARISON | {"strategies": [STRATEGIES[0] | {"name": str(i)} for i in range(10)]}
    answer = client.post(AMORTIZATION, json=body | {"surface": {"tasks": axis, "requests_per_task": axis}})
    assert "got 100000 (10 strategies, 100 x 100)" in answer.get_json()["errors"]["surface"][0]


def test_one_estimate_spoils_no_counter(client: FlaskClient) -> None:
    counter = metrics.AMOUNTS[("energy_kwh",)].labels("training")

    def total() -> float:
        return next(sample.value for sample in counter.collect()[0].samples if sample.name.endswith("_total"))

    huge = RUN | {"accelerator_hours": 1e12, "accelerator_power_w": 1e5, "pue": 10, "overheads": {"retrainings": 1000}}
    assert client.post(TRAINING, json=huge).status_code == 200
    before = total()
    energies = [client.post(TRAINING, json=RUN).get_json()["energy_kwh"]["value"] for _ in range(6)]
    assert total() - before == pytest.approx(sum(energies), rel=1e-6)


@pytest.mark.parametrize(
    "name", ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\x01=1+1", "\uff1d1+1", "\uff0b1", "\u200b=1"]
)
@pytest.mark.parametrize("figure", ["energy-curve", "energy-surface", "totals"])
def test_no_cell_of_a_table_is_a_formula(client: FlaskClient, figure: str, name: str) -> None:
    axis = {"low": 1, "high": 10, "points": 3}
    asked = query.pairs(named(name) | {"surface": {"tasks": axis, "requests_per_task": axis}})
    answer = client.get(f"{AMORTIZATION}/figures/{figure}.csv", query_string=list(asked))
    assert answer.status_code == 200
    cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
    assert any(name in cell for cell in cells)
    assert not [cell for cell in cells if cell == name]
    assert all(cell[0] not in "=+@" for cell in cells if cell)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("http://evil.example/", r"http\:\/\/evil\.example/"),
        ("www.evil.example", r"www\.evil\.example"),
        ("<https://evil.example>", r"\<https\:\/\/evil\.example\>"),
        ("[x](ftp://evil.example)", r"\[x\](ftp\:\/\/evil\.example)"),
        ("![x][S1]", r"\!\[x\][S1]"),
        ("mailto:a@evil.example", "mailto\\:a@\N{WORD JOINER}evil\\.example"),
        ("@octocat", "@\N{WORD JOINER}octocat"),
        ("p5.48xlarge in aws:us-east-1", "p5.48xlarge in aws:us-east-1"),
    ],
)
def test_an_address_in_a_name_is_no_link_in_markdown(name: str, said: str) -> None:
    assert markdown.escape(name) == said


SCRIPT = f"{TRAINING}/request.sh?accelerator=h100&accelerator_hours=1"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("evil.example", "https://costsvc.invalid"),
        ("evil.example:8000", "https://costsvc.invalid"),
        ("203.0.113.5.nip.io", "https://costsvc.invalid"),
        ("8.8.8.8", "https://costsvc.invalid"),
        ("localhost.evil.example", "https://costsvc.invalid"),
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("10.1.2.3", "http://10.1.2.3"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("costsvc", "http://costsvc"),
        ("costsvc.default.svc.cluster.local", "http://costsvc.default.svc.cluster.local"),
    ],
)
def test_a_command_names_no_strange_host(client: FlaskClient, host: str, address: str) -> None:
    said = client.get(SCRIPT, headers={"Host": host}).text
    assert f"{address}{TRAINING}" in said
    assert "evil" not in said


@pytest.fixture(scope="module")
def proxied() -> FlaskClient:
    return create_app(Settings(proxies=1)).test_client()


@pytest.mark.parametrize(
    ("prefix", "believed"),
    [
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("javascript:alert(1)//", ""),
        ("https://evil.example", ""),
        ("evil", ""),
        ("/a//evil.example", ""),
        ("/../x", ""),
        ("/a%0d%0ab", ""),
        ("/", ""),
        ("/costs", "/costs"),
        ("/costs/", "/costs"),
        ("/a/b-c_d.e~1", "/a/b-c_d.e~1"),
    ],
)
def test_a_prefix_is_believed_only_if_it_is_one(proxied: FlaskClient, prefix: str, believed: str) -> None:
    headers = {"X-Forwarded-Prefix": prefix, "X-Forwarded-Proto": "javascript", "X-Forwarded-Host": "tools.example"}
    moved = proxied.get("/?accelerator=h100&pue=", headers=headers)
    assert moved.headers["Location"].startswith(f"{believed}/?")
    assert proxied.get("/v1/models/none", headers=headers).get_json()["type"].startswith(f"{believed}/docs/problems")
    assert proxied.get("/openapi.json", headers=headers).get_json()["servers"] == [{"url": believed or "/"}]
    assert f"http://tools.example{believed}{TRAINING}" in proxied.get(SCRIPT, headers=headers).text


@pytest.mark.parametrize(
    "path",
    [
        f"{TRAINING}/citation.md",
        f"{TRAINING}/answer.json",
        f"{TRAINING}/figures/breakdown.csv",
        f"{TRAINING}/figures/breakdown.vl.json",
        "/",
    ],
)
def test_what_a_query_asks_is_kept_by_no_cache_between(client: FlaskClient, path: str) -> None:
    assert client.get(path, query_string=RUN).headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_an_answer_is_kept_by_no_cache_between(client: FlaskClient, kind: str) -> None:
    question = ENDPOINTS[kind]
    assert client.post(question.path, json=question.example).headers["Cache-Control"] == "private, no-cache"
    assert client.post(question.path, json={}).headers["Cache-Control"] == "private, no-cache"


def test_the_catalogue_may_be_kept(client: FlaskClient) -> None:
    assert client.get("/v1/regions?q=aws").headers["Cache-Control"] == "no-cache"
