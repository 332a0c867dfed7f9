"""The vocabulary is complete, and every report reads it."""

from typing import Any

import pytest

from costsvc.estimates.labels import LABELS, REASONS, VERDICTS
from costsvc.model.amortization import Verdict
from costsvc.reference.catalog import Catalog
from costsvc.report import labels
from costsvc.report.dimensions import DIMENSIONS
from costsvc.web.registry import ENDPOINTS


def test_every_metric_has_a_dimension_in_its_own_unit() -> None:
    for field, metric in LABELS.items():
        assert (1.0, metric.unit) in DIMENSIONS[labels.DIMENSIONS[field]]


def test_totals_are_the_metrics_without_the_time() -> None:
    assert set(labels.TOTALS) == set(labels.BOUNDARIES) == set(labels.METRIC_OF_TOTAL.values())
    assert set(labels.COMPARED) - set(labels.TOTALS) == {"hours"}


def test_short_names_are_unique() -> None:
    assert len({metric.slug for metric in LABELS.values()}) == len(LABELS)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_sentence_with_and_without_its_cause(verdict: Verdict) -> None:
    names = {"a": "x", "b": "y", "at": "3", "unit": "task", "units": "tasks"}
    assert VERDICTS[verdict].format(**names).startswith("x ")
    assert REASONS[verdict].format(**names).endswith(".")


@pytest.mark.parametrize(
    ("verdict", "tasks", "expected"),
    [
        ("from", {"value": 382.8}, "x is cheaper than y from 383 tasks on"),
        ("up_to", {"value": 1.5}, "x is cheaper than y up to 1.5 tasks"),
        ("always", None, "x is always cheaper than y"),
        ("never", None, "x is never cheaper than y"),
        ("equal", None, "x and y cost the same"),
        (None, None, "not known"),
    ],
)
def test_a_short_verdict_has_the_central_value(verdict: str | None, tasks: dict[str, float], expected: str) -> None:
    entry = {"verdict": verdict, "tasks": tasks, "strategy": "x", "against": "y"}
    assert labels.short_verdict(entry) == expected


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("strategies.0.upfront.0", "known", "shared, up front: your totals"),
        ("strategies.1.per_task.1", "hosting", "own, per task: replicas that stand by"),
        ("strategies.0.per_request", "api", "shared, per request: call to a hosted model"),
    ],
)
def test_a_part_of_a_strategy_has_a_name(path: str, kind: str, name: str) -> None:
    assert labels.part_name({"part": path, "kind": kind, "factors": []}, ["shared", "own"]) == name


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        pytest.param("training", {"accelerator": "h100", "accelerator_hours": 3}, labels.RENTED_SCOPES, id="rented"),
        pytest.param(
            "training",
            {"accelerator": "h100", "accelerator_hours": 3, "pricing": {"kind": "owned"}},
            labels.OWNED_SCOPES,
            id="owned",
        ),
        pytest.param(
            "training", {"accelerator": "apple-m3", "accelerator_hours": 3}, labels.OWNED_SCOPES, id="at-home"
        ),
        pytest.param("training", {"energy_kwh": 10, "region": "DEU"}, labels.EITHER_SCOPES, id="measured"),
        pytest.param(
            "inference",
            {"provider": "openai", "model": "gpt-4o", "input_tokens": 5, "output_tokens": 5},
            labels.RENTED_SCOPES,
            id="hosted",
        ),
    ],
)
def test_the_scope_depends_on_who_owns_the_machines(
    kind: str, body: dict[str, Any], expected: str, catalog: Catalog
) -> None:
    answer: Any = ENDPOINTS[kind].answer(body, catalog)
    assert labels.ghg_scopes(answer) == expected
