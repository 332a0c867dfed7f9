"""A request as a query string."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from costsvc.schemas import query
from costsvc.schemas.fields import normal
from costsvc.schemas.reading import SCHEMAS
from costsvc.web.registry import ENDPOINTS


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_query_of_a_request_stands_for_that_request(kind: str) -> None:
    example = ENDPOINTS[kind].example
    pairs = list(query.pairs(example))
    assert all(isinstance(text, str) for _, text in pairs)
    assert normal(query.body(pairs, SCHEMAS[kind])) == normal(example)


@pytest.mark.parametrize(
    ("kind", "pairs", "said"),
    [
        pytest.param("training", [("accelerator", " h100 "), ("mfu", "")], {"accelerator": "h100"}, id="blank"),
        pytest.param("training", [("accelerator_hours", "1 000")], {"accelerator_hours": 1000.0}, id="spaced-number"),
        pytest.param("training", [("accelerator_hours", "many")], {"accelerator_hours": "many"}, id="no-number"),
        pytest.param("training", [("pricing.kind", "spot")], {"pricing": {"kind": "spot"}}, id="inside"),
        pytest.param("training", [("pricing", "spot")], {"pricing": "spot"}, id="text-for-an-object"),
        pytest.param("training", [("pricing", "spot"), ("pricing.kind", "spot")], {"pricing": "spot"}, id="both"),
        pytest.param("training", [("gpus.0.x", "8")], {"gpus.0.x": "8"}, id="unknown"),
        pytest.param("training", [("." * 9000, "8")], {"." * 9000: "8"}, id="only-dots"),
        pytest.param("placement", [("regions", "all")], {"regions": "all"}, id="word"),
        pytest.param("placement", [("regions", "a, b,")], {"regions": ["a", "b"]}, id="words"),
        pytest.param("placement", [("years", "2024,2025")], {"years": [2024.0, 2025.0]}, id="numbers"),
        pytest.param("placement", [("offered_only", "false")], {"offered_only": False}, id="switch"),
        pytest.param("placement", [("offered_only", "maybe")], {"offered_only": "maybe"}, id="no-switch"),
        pytest.param(
            "amortization",
            [("strategies.7.name", "b"), ("strategies.2.name", "a")],
            {"strategies": [{"name": "a"}, {"name": "b"}]},
            id="numbered-with-gaps",
        ),
        pytest.param("amortization", [("strategies.0", "a")], {"strategies": [{"": "a"}]}, id="text-for-an-entry"),
        pytest.param("amortization", [("strategies", "a")], {"strategies": ["a"]}, id="text-for-a-list"),
        pytest.param(
            "amortization",
            [("strategies.0.upfront.0.known.cost_usd.value", "3"), ("strategies.0.upfront.0.known.energy_kwh", "1e3")],
            {"strategies": [{"upfront": [{"known": {"cost_usd": {"value": 3.0}, "energy_kwh": 1000.0}}]}]},
            id="amounts",
        ),
    ],
)  # fmt: skip
def test_a_query_is_read_as_json(kind: str, pairs: list[tuple[str, str]], said: dict[str, Any]) -> None:
    schema = SCHEMAS[kind]
    assert query.body(MultiDict(pairs).items(multi=True), schema) == said
    assert isinstance(schema.validate(said), dict)
