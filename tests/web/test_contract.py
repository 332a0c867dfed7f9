"""No answer outside the OpenAPI document, whatever is asked."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import binary, sampled_from
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from costsvc.schemas.inference import PIXELS
from costsvc.schemas.workload import OWNED_ONLY
from costsvc.settings import Settings
from costsvc.web.api import amortization, change, inference, placement, schedule, training
from costsvc.web.app import create_app

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW, MANY = 15, 100
"""How often each path is asked in `make test`, and in `make test-slow`."""
UNPACKED = {"Accept-Encoding": "identity"}
"""The client asks for gzip and does not read it."""
QUESTIONS = {
    "/v1/estimates/training": training.EXAMPLE,
    "/v1/estimates/inference": inference.EXAMPLE,
    "/v1/comparisons/amortization": amortization.EXAMPLE,
    "/v1/comparisons/placement": placement.EXAMPLE,
    "/v1/comparisons/change": change.EXAMPLE,
    "/v1/comparisons/schedule": schedule.EXAMPLE,
}
KNOWN = {
    "accelerator": ("h100", "nvidia-a100-sxm4-80gb", "tpu-v4", "mi300x", "v100", "t4"),
    "instance": ("p5.48xlarge", "aws:p4d.24xlarge"),
    "region": ("aws:us-east-1", "gcp/us-central1", "DE", "US-VA", "em:FR", "world"),
    "model": ("llama-3.1-8b", "llama-3.1-70b", "mixtral-8x7b"),
    "provider": ("aws", "gcp", "azure"),
    "accelerators": ("h100", "a100", "b200"),
    "regions": ("aws:eu-north-1", "DE"),
    "providers": ("aws", "gcp"),
    "country": ("SWE", "US"),
    "date": ("2025-06-10", "2026-11-26"),
    "other_regions": ("aws:eu-north-1", "DE"),
    "earliest": ("2027-01-01T00:00:00Z", "2027-02-28T23:30:00.5+05:30"),
    "deadline": ("2027-12-31T00:00:00Z", "2027-11-01T00:00:00-03:00"),
}
NEEDED = {
    "training": {"accelerator": "h100", "accelerator_hours": 10},
    "inference": {"accelerator": "h100", "model": "llama-3.1-8b"},
    "hosting": {"accelerator": "t4", "hours": 10},
    "known": {"energy_kwh": 1},
    "before": {"training": {"accelerator": "h100", "accelerator_hours": 10}},
    "after": {"training": {"accelerator": "h100", "accelerator_hours": 10}},
    "weights": {"cost_usd": 1},
}
CALL = {"provider": "openai", "model": "gpt-4o", "input_tokens": 100, "output_tokens": 10}
FIXED = {"api": CALL, "inference": {"task": "text"}, "contract": {"share": 0.5}}
"""Fields whose value is one that goes with all others."""
PARTS = ("upfront", "per_task", "per_request", "per_month")
KINDS_OF_PARTS = ("training", "inference", "hosting", "api", "model_footprint", "known")
PART_OF = {
    "active_params_b": "total_params_b",
    "cached_input_tokens": "input_tokens",
    "cache_write_tokens": "input_tokens",
    "reasoning_tokens": "output_tokens",
    "accepted_per_step": "proposed_per_step",
}
"""Fields that need another one, and whose number must not exceed it; two share the input tokens."""
BESIDE: dict[str, tuple[str, ...]] = {
    "accelerator": (
        *("instance", "instances", "cores", "energy_kwh", "it_energy_kwh"),
        *("provider", "processing", "units", "cache_write_tokens", "reasoning_tokens"),
    ),
    "provider": ("units",),
    "model": ("total_params_b", "active_params_b"),
    "total_params_b": ("active_params_b",),
    "accelerator_hours": (
        *("training_tokens_b", "hours", "mfu", "activation_recomputation"),
        *("sequence_length", "tuned"),
    ),
    "accelerator_power_w": ("accelerator_power_limit_w",),
    "batch_size": ("requests_per_s",),
    "requests_per_s": (
        *("throughput_tokens_per_s", "accelerator_energy_j_per_output_token", "concurrency_share"),
        "accelerator_power_limit_w",
    ),
    "accelerator_energy_j_per_output_token": ("accelerator_power_w", "accelerator_power_limit_w"),
    "throughput_tokens_per_s": ("accelerator_power_limit_w",),
    "it_power_w": ("accelerator_power_w", "accelerator_power_limit_w"),
    "tasks": ("task_list",),
    "usd_per_accelerator_hour": (*OWNED_ONLY, "kind"),
    "output_tokens": ("task", *PIXELS),
    "strategies": ("baseline",),
    "weights": ("metric", "segment", "max_usd", "max_hours", "max_kg", "max_l"),
    "training": ("inference", "hosting", "api", "model_footprint", "known", "energy_kwh", "region", "scope"),
    "inference": ("hosting", "api", "model_footprint", "known"),
    "hosting": ("api", "model_footprint", "known"),
    "api": ("model_footprint", "known"),
    "model_footprint": ("known",),
    "value": ("low", "high"),
}
"""Fields that are refused beside another."""
FORMS: tuple[dict[str, str], ...] = ({}, {"view": "short"}, {"fields": "id,warnings.code"})
"""What the query may ask of an answer."""
pytestmark = pytest.mark.contract
PARQUET = "application/vnd.apache.parquet"
schemathesis.openapi.media_type(PARQUET, binary())


@schemathesis.serializer(PARQUET, "application/x-ndjson")
def as_it_is(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
DEEP = ("/v1/comparisons/amortization", "/v1/comparisons/change", "/v1/comparisons/placement")
"""Operations with thousands of edge cases, which `make test-slow` walks through."""
api = schemathesis.openapi.from_path(DOCUMENT)
quick = schemathesis.openapi.from_path(
    DOCUMENT,
    config=schemathesis.Config.from_dict(
        {"operations": [{"include-path": path, "phases": {"coverage": {"enabled": False}}} for path in DEEP]}
    ),
)


def asked(times: int) -> settings:
    """As often, in every run alike."""
    return settings(max_examples=times, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@cache
def service() -> Flask:
    return create_app(Settings())


def served(environ: Any, start_response: Any) -> Any:
    """The application, made when the first request comes and not when tests are collected."""
    return service()(environ, start_response)


for document in (api, quick):
    document.app = served
    document.config.update(base_url="http://localhost")


def with_known_names(said: Any, name: str = "") -> Any:
    """What was generated, with names that the tables have."""
    if isinstance(said, dict):
        return {field: with_known_names(value, field) for field, value in said.items()}
    if isinstance(said, list):
        return [with_known_names(one, name) for one in said]
    return KNOWN[name][len(said) % len(KNOWN[name])] if name in KNOWN and isinstance(said, str) and said else said


def coherent(said: Any, name: str = "") -> Any:
    """What was generated, without fields that exclude one another and with those that are needed."""
    if isinstance(said, list):
        each = [coherent(one, name if name in PARTS else "") for one in said if one]
        return [strategy(i, one) for i, one in enumerate(each)] if name == "strategies" else each
    if not isinstance(said, dict):
        return said
    if name in PARTS and not set(said) & set(KINDS_OF_PARTS):
        return {"known": NEEDED["known"]}
    found = {
        field: coherent(value, field)
        for field, value in {**NEEDED.get(name, {}), **said, **FIXED.get(name, {})}.items()
    }
    found = {field: value for field, value in found.items() if field not in unfit(name, found)}
    for field, excluded in BESIDE.items():
        if field in found:
            found = {other: value for other, value in found.items() if other not in excluded}
    found |= {field: min(found[field], found[whole] / 2) for field, whole in PART_OF.items() if field in found}
    ends = [end for end in ("low", "high") if end in found]
    found |= dict(zip(ends, sorted(found[end] for end in ends), strict=True))
    return found.get("value", found)


def unfit(name: str, said: dict[str, Any]) -> set[str]:
    """Fields that lack the field they belong to, or that fit no text."""
    lacking = {field for field, whole in PART_OF.items() if whole not in said}
    rented = set(OWNED_ONLY) if name == "pricing" and said.get("kind") != "owned" else set()
    return lacking | rented | (set(PIXELS) if name in ("inference", "api") else set())


def strategy(number: int, said: dict[str, Any]) -> dict[str, Any]:
    """A strategy with a name of its own and something to pay for."""
    return {**said, "name": str(number), "upfront": said.get("upfront") or [{"known": NEEDED["known"]}]}


@api.hook
@quick.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    return with_known_names(body)


@quick.parametrize()
@asked(FEW)
def test_no_answer_is_outside_the_document(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS, headers=UNPACKED)


@pytest.mark.slow
@api.parametrize()
@asked(MANY)
def test_no_answer_is_outside_the_document_however_often_it_is_asked(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS, headers=UNPACKED)


@pytest.mark.parametrize("path", QUESTIONS)
def test_what_is_asked_coherently_is_answered_as_documented(path: str) -> None:
    answered: Counter[int] = Counter()

    bodies = api[path]["POST"].as_strategy(generation_mode=GenerationMode.POSITIVE)

    @given(case=bodies, form=sampled_from(FORMS))
    @asked(40)
    def ask(case: schemathesis.Case, form: dict[str, str]) -> None:
        assert isinstance(case.body, dict)
        case.body, case.query = coherent(QUESTIONS[path] | case.body), form
        answered[case.call_and_validate(checks=CHECKS).status_code] += 1

    ask()
    assert answered[200] > 10, answered
