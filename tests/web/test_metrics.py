"""What is counted, by a service of two workers: estimates by kind, the amounts estimated, what runs."""

import json
import time
import timeit
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from costsvc import __version__
from costsvc.schemas import query
from costsvc.web import metrics
from costsvc.web.api import inference, training
from costsvc.web.registry import ENDPOINTS

pytestmark = pytest.mark.processes

AMOUNTS = {
    "costsvc_estimated_energy_kwh_total": lambda found: found["energy_kwh"],
    "costsvc_estimated_carbon_kg_total": lambda found: found["carbon"]["total_kg"],
    "costsvc_estimated_water_litres_total": lambda found: found["water"]["total_l"],
    "costsvc_estimated_cost_usd_total": lambda found: found["cost"]["total_usd"],
}
NO_PRICE = {"accelerator": "mi355x", "accelerator_hours": 1, "pricing": {"kind": "spot"}}
BUDGET_S = 50e-6
"""What counting an answer may take: ten times what it takes, for a machine that is busy."""

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def begun(serve) -> Iterator[tuple[Any, Series]]:
    """A service that nobody else asks, so that its counts are ours, and what it shows before it is asked."""
    with serve() as found:
        yield found, shown(found)


@pytest.fixture(scope="module")
def server(begun: tuple[Any, Series]) -> Any:
    return begun[0]


def shown(server) -> Series:
    families = text_string_to_metric_families(server.get("/metrics").decode())
    samples = [sample for family in families for sample in family.samples if sample.name.startswith("costsvc_")]
    found = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(found) == len(samples)
    return found


def by_kind(series: Series, name: str) -> dict[str, float]:
    return {dict(labels)["kind"]: value for (one, labels), value in series.items() if one == name}


def growth(before: Series, after: Series, name: str) -> dict[str, float]:
    return {kind: value - by_kind(before, name)[kind] for kind, value in by_kind(after, name).items()}


def none_but(**grown: float) -> dict[str, float]:
    return dict.fromkeys(ENDPOINTS, 0.0) | grown


def test_what_runs_is_said_once_over_all_workers(server) -> None:
    data_version = json.loads(server.get("/healthz"))["data_version"]
    said = [(labels, value) for (name, labels), value in shown(server).items() if name == "costsvc_build_info"]
    assert said == [(frozenset({("version", __version__), ("data_version", data_version)}), 1.0)]


def test_every_kind_is_shown_before_it_is_asked(begun: tuple[Any, Series]) -> None:
    _, found = begun
    assert by_kind(found, "costsvc_estimates_total") == none_but()
    assert [by_kind(found, name) for name in AMOUNTS] == [{"training": 0.0, "inference": 0.0}] * len(AMOUNTS)


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_an_answer_is_counted_by_its_kind(server, kind: str) -> None:
    question, before = ENDPOINTS[kind], shown(server)
    assert server.post(question.path, question.example)[0] == 200
    assert growth(before, shown(server), "costsvc_estimates_total") == none_but(**{kind: 1.0})


@pytest.mark.parametrize("question", [training.ENDPOINT, inference.ENDPOINT], ids=lambda question: question.kind)
def test_the_amounts_of_estimates_add_up_over_all_workers(server, question) -> None:
    before = shown(server)
    answers = [json.loads(server.post(question.path, question.example)[1]) for _ in range(8)]
    after = shown(server)
    for name, amount in AMOUNTS.items():
        expected = sum(amount(answer)["value"] for answer in answers)
        assert growth(before, after, name)[question.kind] == pytest.approx(expected)


def test_an_amount_that_is_null_is_not_counted(server) -> None:
    before = shown(server)
    status, body = server.post(training.ENDPOINT.path, NO_PRICE)
    assert (status, json.loads(body)["cost"]["total_usd"]) == (200, None)
    after = shown(server)
    assert growth(before, after, "costsvc_estimates_total")["training"] == 1
    assert growth(before, after, "costsvc_estimated_energy_kwh_total")["training"] > 0
    assert growth(before, after, "costsvc_estimated_cost_usd_total")["training"] == 0


def test_a_refused_request_is_no_estimate(server) -> None:
    before = shown(server)
    assert server.post(training.ENDPOINT.path, {"accelerator": "no-such-chip", "accelerator_hours": 1})[0] == 422
    assert growth(before, shown(server), "costsvc_estimates_total") == none_but()


def test_the_page_counts_an_answer_but_not_its_figures_and_texts(server) -> None:
    asked, before = urlencode(list(query.pairs(training.EXAMPLE))), shown(server)
    assert b"kWh" in server.get(f"/?{asked}")
    assert server.get(f"{training.ENDPOINT.path}/citation.md?{asked}")
    assert server.get(f"{training.ENDPOINT.path}/figures/breakdown.vl.json?{asked}")
    assert growth(before, shown(server), "costsvc_estimates_total") == none_but(training=1.0)


def test_an_empty_form_is_no_estimate(server) -> None:
    before = shown(server)
    assert server.get("/")
    assert growth(before, shown(server), "costsvc_estimates_total") == none_but()


def test_labels_are_route_status_and_kind_and_nothing_else(server) -> None:
    labels = {name for (metric, labels) in shown(server) if metric != "costsvc_build_info" for name, _ in labels}
    assert labels == {"route", "status", "kind", "le"}


def test_counting_takes_no_time_that_a_client_would_see(client) -> None:
    answer = client.post(training.ENDPOINT.path, json=training.EXAMPLE).get_json()
    count = lambda: metrics.estimated("training", answer)  # noqa: E731 - what is timed
    times = timeit.repeat(count, timer=time.process_time, number=1000, repeat=5)
    assert min(times) / 1000 < BUDGET_S
