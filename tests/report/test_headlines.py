"""Headlines have the main result in one sentence."""

from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.report.headlines import headline
from costsvc.web.registry import ENDPOINTS

RUN = {"accelerator": "h100-sxm5-80gb", "accelerator_hours": 1000, "total_params_b": 8, "region": "aws:us-east-1"}
PLACEMENT = {"training": {"accelerator": "a100", "accelerator_hours": 100, "region": "DE"}}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        pytest.param(
            "training",
            {
                "accelerator": "h100-sxm5-80gb",
                "accelerator_hours": 1000,
                "total_params_b": 8,
                "region": "aws:us-east-1",
            },
            "Training a model of 8 billion parameters for 1,000 accelerator-hours on H100 SXM5 80 GB in N. Virginia "
            "(AWS us-east-1) emits about 438 kg of CO2e and costs about $6,880",
            id="training",
        ),
        pytest.param(
            "inference",
            {"model": "llama-3.1-8b", "accelerator": "h100-sxm5-80gb", "requests": 1e6, "region": "aws:us-east-1"},
            "1 million requests to Llama 3.1 8B on H100 SXM5 80 GB in N. Virginia (AWS us-east-1) emit "
            "about 9.20 kg of CO2e and cost about $161",
            id="inference",
        ),
        pytest.param(
            "training",
            {
                "accelerator": "h100-sxm5-80gb",
                "accelerators": 64,
                "accelerator_hours": 123456,
                "pricing": {"kind": "owned"},
            },
            "Training a model for 123,456 accelerator-hours on 64 H100 SXM5 80 GB at the world's average emits about "
            "82.3 t of CO2e",
            id="all-digits-of-what-was-given",
        ),
        pytest.param("placement", PLACEMENT | {"max_kg": 0.001}, "No option is within the limits", id="no-option"),
    ],
)
def test_a_headline_is_a_sentence(kind: str, body: dict[str, Any], expected: str, catalog: Catalog) -> None:
    assert headline(kind, ENDPOINTS[kind].answer(body, catalog)) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param(
            {"region": "aws:eu-north-1"}, "About 88 % less CO2e and 5 % less energy. Money: no clear change", id="clear"
        ),
        pytest.param(
            {"accelerator": "h100-sxm5-80gb", "region": "aws:eu-north-1"},
            "About 92 % less CO2e. Energy and money: no clear change",
            id="partly-clear",
        ),
        pytest.param({}, "CO2e, energy and money: no clear change", id="nothing-changes"),
    ],
)
def test_the_headline_of_a_change_says_only_what_is_clear(new: dict[str, Any], expected: str, catalog: Catalog) -> None:
    run = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 100, "total_params_b": 7, "region": "aws:us-east-1"}
    body = {"before": {"training": run}, "after": {"training": {**run, **new}}}
    assert headline("change", ENDPOINTS["change"].answer(body, catalog)) == expected


SIDE = {"known": {"energy_kwh": 1, "carbon_kg": 1, "water_l": 1, "cost_usd": 1}}


def known(**amounts: float) -> dict[str, Any]:
    return {"known": {**SIDE["known"], **amounts}}


@pytest.mark.parametrize(
    ("shared", "own", "expected"),
    [
        pytest.param(
            known(cost_usd=221, carbon_kg=318),
            SIDE,
            "Shared pays in money from 221 tasks on, in CO2e from 318 tasks on; you have 100 tasks",
            id="from",
        ),
        pytest.param(
            known(cost_usd=221, carbon_kg=221),
            SIDE,
            "Shared pays in money and CO2e from 221 tasks on; you have 100 tasks",
            id="both-alike",
        ),
        pytest.param(
            known(cost_usd=1, carbon_kg=50),
            SIDE,
            "Shared pays in money at any number of tasks, in CO2e from 50 tasks on; you have 100 tasks",
            id="from-the-first",
        ),
        pytest.param(
            SIDE, known(cost_usd=0, carbon_kg=0), "Shared never pays in money and CO2e; you have 100 tasks", id="never"
        ),
    ],
)
def test_the_headline_of_two_strategies_says_from_when_sharing_pays(
    shared: dict[str, Any], own: dict[str, Any], expected: str, catalog: Catalog
) -> None:
    strategies = [{"name": "shared", "upfront": [shared]}, {"name": "own", "per_task": [own]}]
    answer = ENDPOINTS["amortization"].answer({"tasks": 100, "strategies": strategies}, catalog)
    assert headline("amortization", answer) == expected


def test_the_headline_of_several_strategies_names_the_cheapest(catalog: Catalog) -> None:
    strategies = [{"name": name, "per_task": [known(cost_usd=cost)]} for name, cost in (("a", 3), ("b", 1), ("c", 2))]
    answer = ENDPOINTS["amortization"].answer({"tasks": 1, "strategies": strategies}, catalog)
    assert headline("amortization", answer).startswith("At 1 task, b is the cheapest in money")


def test_the_headline_of_calls_against_own_hardware_has_both_amounts(catalog: Catalog) -> None:
    question = ENDPOINTS["api_or_own"]
    text = headline("api_or_own", question.answer(question.example, catalog))
    assert text.startswith("At 3 million requests a month, calls cost about $990 and own hardware $2,750. ")


def test_a_schedule_without_hourly_data_has_its_headline() -> None:
    answer = {"windows": None, "place": {"region": "MCO"}, "names": {"MCO": "Monaco"}, "savings": None}
    assert headline("schedule", answer) == "We have no hourly grid data for Monaco"
