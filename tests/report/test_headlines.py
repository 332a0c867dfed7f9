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


def test_the_headline_of_strategies_names_the_cheapest(catalog: Catalog) -> None:
    question = ENDPOINTS["amortization"]
    answer = question.answer(question.example, catalog)
    assert f"{answer['ranking']['cost_usd'][0]} is the cheapest in cost" in headline("amortization", answer)


def test_a_schedule_without_hourly_data_has_its_headline() -> None:
    answer = {"windows": None, "place": {"region": "MCO"}, "names": {"MCO": "Monaco"}, "savings": None}
    assert headline("schedule", answer) == "We have no hourly grid data for Monaco"
