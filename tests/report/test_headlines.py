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
            "Training a model of 8 billion parameters: 1,000 accelerator-hours on 8 x nvidia-h100-sxm5-80gb in "
            "aws:us-east-1",
            id="training",
        ),
        pytest.param(
            "inference",
            {"model": "llama-3.1-8b", "accelerator": "h100-sxm5-80gb", "requests": 1e6, "region": "aws:us-east-1"},
            "1 million requests to llama-3.1-8b on 1 x nvidia-h100-sxm5-80gb in aws:us-east-1",
            id="inference",
        ),
        pytest.param("placement", PLACEMENT | {"max_kg": 0.001}, "No option is within the limits", id="no-option"),
    ],
)
def test_a_headline_is_a_sentence(kind: str, body: dict[str, Any], expected: str, catalog: Catalog) -> None:
    assert headline(kind, ENDPOINTS[kind].answer(body, catalog)) == expected


def test_the_headline_of_a_change_has_the_probability_of_a_reduction(catalog: Catalog) -> None:
    question = ENDPOINTS["change"]
    text = headline("change", question.answer(question.example, catalog))
    assert "% (probability of a reduction: more than 99 %)" in text


def test_the_headline_of_strategies_names_the_cheapest(catalog: Catalog) -> None:
    question = ENDPOINTS["amortization"]
    answer = question.answer(question.example, catalog)
    assert f"{answer['ranking']['cost_usd'][0]} is the cheapest in cost" in headline("amortization", answer)


def test_a_schedule_without_hourly_data_has_its_headline() -> None:
    answer = {"windows": None, "place": {"region": "MCO"}, "savings": None}
    assert headline("schedule", answer) == "No hourly grid data for MCO"
