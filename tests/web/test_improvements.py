"""What would lower the totals, and what to ask next: each a request that is answered."""

from typing import Any

import pytest
from flask import Flask

from costsvc.schemas import query
from costsvc.web.http import services_of
from costsvc.web.page.improvements import LEAST, MOST, improvements
from costsvc.web.page.next_questions import next_questions
from costsvc.web.page.views import VIEWS
from costsvc.web.registry import ENDPOINTS

RUN = {"accelerator": "h100", "accelerators": 8, "total_params_b": 8, "training_tokens_b": 1, "region": "aws:us-east-1"}
REQUESTS = {
    "model": "llama-3.1-8b",
    "accelerator": "a100",
    "requests": 1e6,
    "input_tokens": 500,
    "output_tokens": 300,
    "region": "DEU",
}
CALLS = {"provider": "openai", "model": "gpt-4o", "input_tokens": 500, "output_tokens": 300, "requests": 1000}
BODIES = [
    pytest.param("training", RUN, id="training"),
    pytest.param("training", {"energy_kwh": 100, "region": "DEU"}, id="measured"),
    pytest.param("inference", REQUESTS, id="serving"),
    pytest.param("inference", CALLS, id="hosted"),
]


def found(app: Flask, kind: str, body: dict[str, Any]) -> Any:
    catalog = services_of(app).catalog
    return improvements(ENDPOINTS[kind], body, ENDPOINTS[kind].answer(body, catalog), catalog)  # type: ignore[arg-type] # an estimate


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_each_change_saves_what_it_tells_and_the_best_comes_first(app: Flask, kind: str, body: dict[str, Any]) -> None:
    changes = found(app, kind, body)
    catalog = services_of(app).catalog
    assert len(changes) <= MOST
    assert [one.saving for one in changes] == sorted((one.saving for one in changes), reverse=True)
    before: Any = ENDPOINTS[kind].answer(body, catalog)
    for one in changes:
        after: Any = ENDPOINTS[kind].answer(one.body, catalog)
        pairs = [
            (before[part][total], after[part][total]) for part, total in (("carbon", "total_kg"), ("cost", "total_usd"))
        ]
        savings = [1 - new["value"] / old["value"] for old, new in pairs if old and new]
        assert max(savings) == pytest.approx(one.saving)
        assert one.saving >= LEAST
        assert "less" in one.effect


@pytest.mark.parametrize(
    ("kind", "body", "title"),
    [
        ("training", RUN, "Run it in Stockholm (AWS eu-north-1)"),
        ("inference", CALLS, "Let the provider batch the calls"),
    ],
)
def test_a_cleaner_region_of_the_same_cloud_and_batched_calls_are_offered(
    app: Flask, kind: str, body: dict[str, Any], title: str
) -> None:
    assert title in [one.title for one in found(app, kind, body)]


@pytest.mark.parametrize(
    ("change", "absent"),
    [
        pytest.param({"pricing": {"kind": "owned"}}, "Run it in", id="owned-machines-stay"),
        pytest.param({"pricing": {"kind": "spot"}}, "spot", id="already-spot"),
        pytest.param({"mfu": 0.4}, "fp8", id="measured-utilisation"),
    ],
)
def test_what_cannot_change_is_not_offered(app: Flask, change: dict[str, Any], absent: str) -> None:
    assert [one.title for one in found(app, "training", RUN | change) if absent in one.title] == []


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_a_next_question_opens_with_the_fields_of_this_one(app: Flask, kind: str, body: dict[str, Any]) -> None:
    views = {view.name: view for view in VIEWS}
    asked = list(next_questions(kind, body))
    assert asked
    for _, name, following in asked:
        fields = dict(query.pairs(following))
        page = app.test_client().get(views[name].path, query_string=fields)
        assert page.status_code == 200
        assert [
            field for field in fields if f'name="{field}"' not in page.text and not field.startswith("after.")
        ] == []
