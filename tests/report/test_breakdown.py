"""Parts add up to their totals; other amounts and equivalents are those of the answer."""

from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.report.answers import totals
from costsvc.report.breakdown import breakdown, other_amounts
from costsvc.report.equivalents import equivalents
from costsvc.web.registry import ENDPOINTS

RENTED = {"accelerator": "h100", "accelerator_hours": 1000, "region": "aws:us-east-1"}
OWNED = {"accelerator": "h100", "accelerator_hours": 100, "pricing": {"kind": "owned"}, "region": "USA"}
DIRECT = {"accelerator": "v100", "accelerator_hours": 10, "scope": "direct"}


def estimate(body: dict[str, Any], catalog: Catalog) -> dict[str, Any]:
    answer: dict[str, Any] = ENDPOINTS["training"].answer(body, catalog)
    return answer


@pytest.mark.parametrize("body", [RENTED, OWNED])
def test_the_known_parts_of_a_total_add_up(body: dict[str, Any], catalog: Catalog) -> None:
    answer = estimate(body, catalog)
    for total in breakdown(answer):
        assert total.quantity == totals(answer)[total.metric.field]
        assert sum(part.value for part in total.parts) == pytest.approx(total.quantity["value"])
        assert sum(part.percent or 0.0 for part in total.parts) == pytest.approx(100)


def test_the_parts_of_an_unknown_total_have_no_share(catalog: Catalog) -> None:
    carbon = next(one for one in breakdown(estimate(DIRECT, catalog)) if one.metric.field == "carbon_kg")
    assert carbon.quantity is None
    assert [(part.name, part.percent) for part in carbon.parts] == [("manufacture", None)]


def test_amounts_outside_of_the_totals_have_their_basis(catalog: Catalog) -> None:
    amounts = {name: basis for name, _, basis in other_amounts(estimate(RENTED, catalog))}
    assert amounts["CO2e, marginal"].startswith("direct, marginal, ")
    assert amounts["Damage of the CO2e"] == "social cost of carbon"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0.001, []),
        (1, ["82.5 charges of a smartphone", "1.79 kilometres in an average US gasoline car"]),
        (1000, ["34.4 days of a US home's electricity", "1,790 kilometres in an average US gasoline car"]),
    ],
)
def test_totals_are_pictured_by_amounts_to_imagine(hours: float, expected: list[str], catalog: Catalog) -> None:
    things = catalog.tables["equivalences"].rows
    assert equivalents(estimate(RENTED | {"accelerator_hours": hours}, catalog), things) == expected
