"""Answers with gaps, zeros and open ends: every text, figure and page says so, and none breaks over it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from costsvc.report.figures.registry import FIGURES
from costsvc.report.texts.formats import formats_of
from costsvc.schemas import query
from costsvc.web.page.views import VIEWS
from costsvc.web.registry import ENDPOINTS

DAYS = {"earliest": "2027-01-01T00:00:00Z", "deadline": "2027-01-03T00:00:00Z"}
RUN = {"accelerator": "h100", "accelerator_hours": 10}
NO_RUN = RUN | {"accelerator_hours": 0}
TEXT = {"accelerator": "h100", "model": "llama-3.1-8b"}
LOAD = {"energy_kwh": 5, "duration_h": 3}
NO_WATER = {"region": "aws:us-east-1", "grid_g_per_kwh": 300}


def known(**amounts: Any) -> dict[str, Any]:
    return {"known": amounts}


def compared(first: list[dict[str, Any]], second: list[dict[str, Any]], **others: Any) -> dict[str, Any]:
    """Two strategies, the first of which pays once and the second for each task."""
    return {"tasks": 3, "strategies": [{"name": "a", "upfront": first}, {"name": "b", "per_task": second}], **others}


SURFACE = {name: {"low": 1e-6, "high": 10, "points": 3} for name in ("tasks", "requests_per_task")}
NOTHING = known(energy_kwh=0, carbon_kg=0, water_l=0, cost_usd=0)
PERHAPS = {"value": 1, "low": 0, "high": 3}
GAPS: list[Any] = [
    *(
        pytest.param("schedule", {"training": RUN | where, **DAYS, **others}, id=f"no-profile-{name}-{also}")
        for name, where in {"unsaid": {}, "world": {"region": "world"}, "country": {"region": "IND"}}.items()
        for also, others in {"alone": {}, "others": {"other_regions": ["aws:us-west-1"]}}.items()
    ),
    pytest.param("schedule", {**LOAD, "region": "IND", "interruptible": True, **DAYS}, id="load-without-a-profile"),
    pytest.param("schedule", {**LOAD, "region": "IND", "other_regions": "all", **DAYS}, id="load-and-all-regions"),
    pytest.param(
        "schedule", {"training": NO_RUN | {"region": "aws:us-west-1"}, "duration_h": 1, **DAYS}, id="no-energy-to-place"
    ),
    pytest.param(
        "schedule", {"training": RUN | {"region": "aws:us-west-1", "grid_g_per_kwh": 0}, **DAYS}, id="grid-of-zero"
    ),
    pytest.param("schedule", {"training": RUN, "duration_h": 48, **DAYS}, id="no-profile-and-no-choice"),
    pytest.param("training", NO_RUN, id="no-hours"),
    pytest.param("training", RUN | {"grid_g_per_kwh": 0, "wue_l_per_kwh": 0}, id="clean-grid"),
    pytest.param("training", RUN | NO_WATER, id="grid-of-the-callers-own"),
    pytest.param("training", {"accelerator": "cpu-amd-ryzen-7-5800x", "accelerator_hours": 5}, id="no-price"),
    pytest.param("training", RUN | {"accelerator_power_w": 0, "it_power_w": 0}, id="no-power"),
    pytest.param("training", RUN | {"region": "PRK"}, id="little-known-country"),
    pytest.param("inference", TEXT | {"requests": 0}, id="no-requests"),
    pytest.param("inference", TEXT | {"output_tokens": 0, "input_tokens": 0}, id="no-tokens"),
    pytest.param("inference", TEXT | {"grid_g_per_kwh": 0}, id="requests-on-a-clean-grid"),
    pytest.param("inference", {**TEXT, "task": "embedding"}, id="nothing-generated"),
    pytest.param("inference", TEXT | {"requests_per_s": 1e-9}, id="one-request-in-thirty-years"),
    pytest.param("change", {"before": {"training": NO_RUN}, "after": {"training": RUN}}, id="from-nothing"),
    pytest.param("change", {"before": {"training": RUN}, "after": {"training": NO_RUN}}, id="to-nothing"),
    pytest.param("change", {"before": {"training": NO_RUN}, "after": {"training": NO_RUN}}, id="nothing-at-all"),
    pytest.param("change", {"before": {"training": RUN}, "after": {"training": RUN}}, id="no-change"),
    pytest.param(
        "change",
        {"before": {"training": RUN | {"accelerator_hours": 1e-9}}, "after": {"training": RUN}},
        id="from-next-to-nothing",
    ),
    pytest.param(
        "change",
        {"before": {"training": RUN | {"grid_g_per_kwh": 0}}, "after": {"training": RUN}},
        id="from-a-clean-grid",
    ),
    pytest.param("placement", {"training": NO_RUN, "regions": "all"}, id="placed-nothing"),
    pytest.param("placement", {"training": RUN, "regions": "all", "max_usd": 0}, id="nothing-allowed"),
    pytest.param("placement", {"training": RUN | {"grid_g_per_kwh": 0}, "regions": "all"}, id="clean-everywhere"),
    pytest.param(
        "placement", {"training": RUN | {"accelerator_hours": 1e-9}, "regions": "all"}, id="placed-next-to-nothing"
    ),
    pytest.param(
        "placement", {"inference": TEXT | {"requests": 0}, "regions": ["IND", "SWE"]}, id="placed-no-requests"
    ),
    pytest.param("placement", {"training": RUN, "regions": ["world"], "accelerators": ["v100"]}, id="only-others"),
    pytest.param("amortization", compared([known(energy_kwh=1)], [known(cost_usd=1)]), id="nothing-in-common"),
    pytest.param("amortization", compared([NOTHING], [NOTHING], surface=SURFACE), id="zeros"),
    pytest.param("amortization", compared([NOTHING], [known(energy_kwh=1)], surface=SURFACE), id="half-known"),
    pytest.param(
        "amortization",
        compared([known(energy_kwh=PERHAPS, cost_usd=PERHAPS)], [known(energy_kwh=PERHAPS, cost_usd=PERHAPS)]),
        id="perhaps-nothing",
    ),
    pytest.param(
        "amortization",
        compared([known(energy_kwh=2)], [known(energy_kwh={"value": 1e-6, "low": 0, "high": 3})]),
        id="break-even-without-bounds",
    ),
    pytest.param(
        "amortization",
        compared([known(energy_kwh=1e18)], [known(energy_kwh=1e-15)], surface=SURFACE),
        id="break-even-far-beyond",
    ),
    pytest.param(
        "amortization",
        {
            "task_list": [{"name": "x", "requests": 0}],
            "strategies": compared([NOTHING], [known(cost_usd=1)])["strategies"],
        },
        id="one-task-without-requests",
    ),
]
UNSAID = re.compile(r"\b(None|nan|NaN|inf|Infinity|undefined)\b")
"""What a program says that has met a gap unawares."""


def pages(kind: str, body: dict[str, Any]) -> list[str]:
    inner = {"inference", "training"} & (body | body.get("before", {})).keys()
    workload = next(iter(inner), "training")
    return [view.path for view in VIEWS if view.kind == kind and (view.workload == workload or view.other is None)]


@pytest.mark.parametrize(("kind", "body"), GAPS)
def test_an_answer_with_gaps_is_told_in_every_form(client: FlaskClient, kind: str, body: dict[str, Any]) -> None:
    path, asked = ENDPOINTS[kind].path, list(query.pairs(body))
    assert client.post(path, json=body).status_code == 200
    told = {f"{path}/{one.name}": {200} for one in formats_of(kind)}
    told |= {f"{path}/figures/{name}.{form}": {200, 404} for name in FIGURES[kind] for form in ("csv", "vl.json")}
    told |= {page: {200} for page in pages(kind, body)}
    for address, allowed in told.items():
        answer = client.get(address, query_string=asked)
        assert answer.status_code in allowed, (address, answer.text)
        assert not UNSAID.search(answer.text), (address, UNSAID.search(answer.text))


@pytest.mark.parametrize(("kind", "body"), GAPS)
def test_a_figure_of_an_answer_with_gaps_can_be_drawn(client: FlaskClient, kind: str, body: dict[str, Any]) -> None:
    for name in FIGURES[kind]:
        answer = client.get(f"{ENDPOINTS[kind].path}/figures/{name}.svg", query_string=list(query.pairs(body)))
        assert answer.status_code in (200, 404), (name, answer.text)
        assert answer.status_code == 404 or "NaN" not in answer.text, name


def test_a_schedule_without_a_profile_says_why_in_its_citation(client: FlaskClient) -> None:
    asked = list(query.pairs({"training": RUN | {"region": "IND"}, **DAYS}))
    said = client.get(f"{ENDPOINTS['schedule'].path}/citation.md", query_string=asked).text
    assert "The best window is not known, as no hourly profile is known for IND." in said
