"""What an answer lacks is listed once, in words."""

from typing import Any

import pytest

from costsvc.report.gaps import missing_results


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["carbon.market_kg"], ["CO2e, market-based"]),
        (["baseline.cost.total_usd", "options.0.cost.total_usd", "options.11.cost.total_usd"], ["Cost"]),
        (["before.water.total_l", "after.carbon.total_kg"], ["Water", "CO2e"]),
        (["strategies.0.upfront.0.water.total_l"], ["strategies.0.upfront.0.water.total_l"]),
        ([], []),
    ],
)
def test_what_several_parts_lack_is_listed_once(fields: list[str], expected: list[str]) -> None:
    answer: Any = {"unavailable": [{"field": field, "reason": "no row"} for field in fields]}
    assert missing_results(answer) == [(name, "no row") for name in expected]
