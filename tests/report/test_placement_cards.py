"""The options that people choose from are named by what they are the best in."""

from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.report.placement_cards import cards, change, mix
from costsvc.web.registry import ENDPOINTS

RUN = {"accelerator": "h100-sxm5-80gb", "accelerator_hours": 1000, "region": "aws:us-east-1"}


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        pytest.param({"regions": ["europe"]}, ["Least CO2e", "Least money"], id="ranked-by-carbon"),
        pytest.param({"regions": ["aws:us-east-1"]}, ["Least CO2e, least money"], id="one-option"),
        pytest.param(
            {"regions": "all", "weights": {"cost_usd": 1, "carbon_kg": 0.01}},
            ["Least CO2e", "Least money, best mix"],
            id="money-decides",
        ),
        pytest.param(
            {"regions": "all", "metric": "water_l"}, ["Least CO2e", "Least money", "Least water"], id="another-metric"
        ),
        pytest.param({"regions": "all", "max_kg": 0}, [], id="no-option"),
    ],
)
def test_an_option_that_is_the_best_twice_is_one_card(
    body: dict[str, Any], titles: list[str], catalog: Catalog
) -> None:
    found = cards(ENDPOINTS["placement"].answer({"training": RUN, **body}, catalog))
    assert [card.title for card in found] == titles
    assert all("(" in card.place and card.machine == "H100 SXM5 80 GB" for card in found)


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        pytest.param(-90.4, "90 % less CO2e", id="less"),
        pytest.param(24.0, "24 % more CO2e", id="more"),
        pytest.param(0.4, "the same CO2e", id="same"),
        pytest.param(150.0, "2.5 times the CO2e", id="times"),
        pytest.param(None, None, id="not-known"),
    ],
)
def test_a_change_is_said_in_words(percent: float | None, text: str | None) -> None:
    assert change(percent, "CO2e") == text


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        pytest.param({"cost_usd": 1, "carbon_kg": 0.2}, "money, and $0.2 for each kg of CO2e", id="price-of-carbon"),
        pytest.param({"energy_kwh": 2, "hours": 1}, "2 per kWh, 1 per hour", id="other-weights"),
    ],
)
def test_weights_are_said_in_words(weights: dict[str, float], text: str) -> None:
    assert mix(weights) == text
