"""GET {question}/figures/{figure}: formats, headers and problems; the figures have their own tests."""

import csv
import io
import re
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from costsvc.report.figures.registry import FIGURES
from costsvc.schemas import query
from costsvc.web.page.views import VIEWS
from costsvc.web.registry import ENDPOINTS

EXAMPLES = {view.kind: view.example for view in VIEWS if view.workload == "training"}
EACH = [
    pytest.param(kind, name, id=f"{kind}-{name}")
    for kind, figures in FIGURES.items()
    for name in figures
    if name != "phases"  # the example has only the final run
    if not name.startswith("water-")  # the upfront water of the example is not known
]
GIVEN = {"accelerator": "h100", "accelerator_hours": 100, "region": "world"}


def address(kind: str, figure: str, **others: str) -> str:
    fields = [*query.pairs(EXAMPLES[kind]), *others.items()]
    return f"{ENDPOINTS[kind].path}/figures/{figure}?{urlencode(fields)}"


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_figure_of_an_example_is_an_svg_that_loads_nothing(client: FlaskClient, kind: str, name: str) -> None:
    response = client.get(address(kind, f"{name}.svg"))
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_every_figure_is_available_as_png_data_and_specification(client: FlaskClient, kind: str, name: str) -> None:
    picture = client.get(address(kind, f"{name}.png", download="1"))
    assert picture.data.startswith(b"\x89PNG")
    assert picture.headers["Content-Disposition"] == f"attachment; filename={kind}-{name}.png"
    rows = list(csv.DictReader(io.StringIO(client.get(address(kind, f"{name}.csv")).text)))
    assert len(rows) > 2
    assert any(re.search("unit|per_kwh|percent", column) for column in rows[0])
    assert "$schema" in client.get(address(kind, f"{name}.vl.json")).get_json(force=True)


def test_a_training_run_of_one_phase_has_no_figure_of_phases(client: FlaskClient) -> None:
    where = f"{ENDPOINTS['training'].path}/figures/phases.csv"
    assert client.get(f"{where}?{urlencode(list(query.pairs(GIVEN)))}").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        pytest.param("training/figures/nothing.svg?accelerator=h100", 404, "has no figure", id="unknown-figure"),
        pytest.param("training/figures/drivers.gif?accelerator=h100", 404, "has no figure", id="unknown-form"),
        pytest.param("training/figures/drivers?accelerator=h100", 404, "has no figure", id="no-form"),
        pytest.param("training/figures/drivers.svg?accelerator=h100", 422, "see errors", id="half-a-request"),
        pytest.param("training/figures/drivers.svg?accelerator=x&accelerator_hours=1", 422, "Unknown name", id="name"),
    ],
)
def test_a_request_without_a_figure_is_a_problem(client: FlaskClient, path: str, status: int, detail: str) -> None:
    response = client.get(f"/v1/estimates/{path}")
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert detail in response.get_json()["detail"]


def test_an_unknown_theme_is_rejected(client: FlaskClient) -> None:
    response = client.get(address("training", "drivers.svg", theme="sepia"))
    assert response.get_json()["errors"] == {"theme": ["must be light or dark, got 'sepia'"]}


def test_an_answer_without_the_data_of_a_figure_is_a_problem(client: FlaskClient) -> None:
    fields = {name: value for name, value in EXAMPLES["amortization"].items() if name != "surface"}
    response = client.get(
        f"/v1/comparisons/amortization/figures/cost-surface.svg?{urlencode(list(query.pairs(fields)))}"
    )
    assert response.status_code == 404
    assert "no data for the figure" in response.get_json()["detail"]


def test_a_figure_that_the_client_has_is_not_sent_again(client: FlaskClient) -> None:
    where = address("training", "drivers.svg")
    etag = client.get(where).headers["ETag"]
    again = client.get(where, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(address("training", "drivers.svg", theme="dark")).headers["ETag"] != etag


@pytest.mark.parametrize("name", ["water-curve", "water-surface"])
def test_a_metric_that_is_not_known_of_all_strategies_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(address("amortization", f"{name}.svg")).status_code == 404


def test_a_figure_is_compressed(client: FlaskClient) -> None:
    response = client.get(address("schedule", "profile.svg"), headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.headers["ETag"].startswith("W/")
    again = client.get(address("schedule", "profile.svg"), headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
