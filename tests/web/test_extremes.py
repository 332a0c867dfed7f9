"""Every number of every request at its lowest and highest, alone and together: answered or refused, never broken."""

import copy
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import Any

import marshmallow as ma
import orjson
import pytest
from flask.testing import FlaskClient

from costsvc.errors import BadRequestError
from costsvc.reference.catalog import Catalog
from costsvc.report.figures.csv_table import to_csv
from costsvc.report.figures.registry import FIGURES
from costsvc.report.headlines import headline
from costsvc.report.texts.export import ExportInput
from costsvc.report.texts.formats import formats_of
from costsvc.schemas import query
from costsvc.schemas.fields import Number
from costsvc.schemas.parts import Amount
from costsvc.web.registry import ENDPOINTS

Path = tuple[str | int, ...]

SITE = {
    "region": "aws:us-east-1",
    "year": 2024,
    "pue": 1.2,
    "wue_l_per_kwh": 0.2,
    "grid_g_per_kwh": 300,
    "grid_losses": 0.05,
    "contract": {"share": 0.5, "g_per_kwh": 20, "residual_g_per_kwh": 400},
}
OWNED = {
    "kind": "owned",
    "electricity_usd_per_kwh": 0.1,
    "purchase_usd_per_accelerator": 30_000,
    "utilization": 0.7,
    "age_years": 1,
    "facility_usd_per_kwh": 0.05,
}
HOURS = {
    "accelerator": "h100",
    "accelerators": 8,
    "accelerator_hours": 100,
    "accelerator_power_w": 500,
    "it_power_w": 900,
    "overheads": {"development_share": 0.5, "failed_share": 0.1, "retrainings": 2},
    "pricing": {"usd_per_accelerator_hour": 2},
    **SITE,
}
FREE = {"accelerator": "h100", "accelerator_hours": 100, "pricing": OWNED}
TOKENS = {"accelerator": "a100-sxm4-80gb", "training_tokens_b": 10, "total_params_b": 7, "active_params_b": 2}
LIMITED = {**TOKENS, "sequence_length": 8192, "accelerator_power_limit_w": 300}
SLOW = {"accelerator": "k80", "training_tokens_b": 10, "total_params_b": 7}
CORES = {"accelerator": "xeon silver 4514y", "cores": 8, "hours": 10}
INSTANCE = {"instance": "p5.48xlarge", "instances": 2, "hours": 10}
TEXT = {"accelerator": "h100", "total_params_b": 8, "active_params_b": 8, "input_tokens": 300, "output_tokens": 20}
BATCH = TEXT | {
    "accelerators": 2,
    "batch_size": 8,
    "requests": 1000,
    **SITE,
    "software_year": 2024,
    "accelerator_power_w": 400,
}
DRAFTED = TEXT | {
    "accelerator_power_limit_w": 500,
    "concurrency_share": 0.5,
    "cached_input_tokens": 100,
    "speculative": {"accepted_per_step": 2, "proposed_per_step": 3, "draft_params_b": 0.5},
}
MEASURED = TEXT | {"throughput_tokens_per_s": 50, "accelerator_energy_j_per_output_token": 3}
RATE = {"accelerator": "h100", "model": "llama-3.1-8b", "requests_per_s": 1, "pricing": OWNED}
IMAGE = {"accelerator": "h100", "task": "image", "total_params_b": 2, "steps": 20, "width_px": 512, "height_px": 512}
VIDEO = {**IMAGE, **SITE, "task": "video", "frames": 16, "batch_size": 1}
EMBEDDING = {"accelerator": "h100", "task": "embedding", "total_params_b": 0.1, "input_tokens": 300}
WIDE = {"value": 2, "low": 1, "high": 3}
STRATEGIES = [
    {
        "name": "shared",
        "upfront": [{"training": TOKENS}, {"model_footprint": {"model": "llama-3.1-8b", "share": 0.5}}],
        "per_request": {"inference": TEXT},
    },
    {
        "name": "own",
        "per_task": [{"known": {"energy_kwh": WIDE, "carbon_kg": 1, "water_l": 1, "cost_usd": WIDE}}],
    },
]
WAITING = {"accelerator": "t4", "accelerators": 1, "hours": 10, "accelerator_power_w": 30, **SITE}
TOKENS_OF_CALL = {
    "input_tokens": 300,
    "cached_input_tokens": 100,
    "cache_write_tokens": 50,
    "output_tokens": 20,
    "reasoning_tokens": 5,
}
CALL = {"model": "gpt-4o-mini", "provider": "openai", **TOKENS_OF_CALL, **SITE}
SIZED_CALL = {**CALL, "total_params_b": 8, "active_params_b": 2}
PIXELS = {"steps": 20, "width_px": 512, "height_px": 512}
IMAGE_CALL = {"provider": "openai", "model": "gpt-image-1", "task": "image", "output_tokens": 1000, **PIXELS}
VIDEO_CALL = {
    "provider": "gemini",
    "model": "veo-3.1-generate-001",
    "task": "video",
    "units": 8,
    **PIXELS,
    "frames": 16,
}
SOUND_CALL = {"provider": "openai", "model": "whisper-1", "task": "other", "units": 60, "requests": 10}
STANDING = [
    {"name": "wait", "per_task": [{"hosting": WAITING}, {"hosting": INSTANCE}, {"hosting": CORES}]},
    {"name": "call", "per_request": {"api": CALL}},
]
CALLS = [
    {"name": name, "per_request": {"api": call}}
    for name, call in (("sized", SIZED_CALL), ("image", IMAGE_CALL), ("video", VIDEO_CALL))
]
TIME = {
    "lifetime_months": 36,
    "tasks_per_month": 10,
    "retraining_interval_months": 6,
    "discount_rate": 0.05,
    "grid_trend_per_year": -0.05,
}
AXIS = {"low": 1, "high": 1000, "points": 5}
COMPARISON = {
    "tasks": 10,
    "requests_per_task": 1000,
    "strategies": STRATEGIES,
    "time": TIME,
    "surface": {"tasks": AXIS, "requests_per_task": AXIS},
    "benefit": {"usd_per_task": 100, "second_order_usd": 5, "second_order_kg": -5},
}
KNOWN = [
    {"name": "a", "upfront": [{"known": {"energy_kwh": WIDE, "carbon_kg": 1, "water_l": 1, "cost_usd": 4}}]},
    {"name": "b", "per_task": [{"known": {"energy_kwh": 1, "carbon_kg": 1, "water_l": 1, "cost_usd": WIDE}}]},
]
LISTED = {
    "task_list": [
        {"name": "x", "requests": 5, "tokens": 5, "weight": 1},
        {"name": "y", "requests": 0, "tokens": 1, "weight": 1},
    ],
    "strategies": KNOWN,
}
COMPARISONS = (
    COMPARISON,
    {"tasks": 3, "strategies": KNOWN, "time": TIME},
    {"tasks": 3, "requests_per_task": 10, "strategies": STANDING},
    {"tasks": 3, "requests_per_task": 10, "strategies": CALLS},
    LISTED,
)
PLACES = {
    "accelerators": ["h100", "t4"],
    "regions": ["aws:us-east-1", "SWE"],
    "years": [2024, 2025],
    "weights": {"energy_kwh": 1, "carbon_kg": 1, "water_l": 1, "cost_usd": 1, "hours": 1},
    "max_usd": 1e18,
    "max_hours": 1e18,
    "max_kg": 1e18,
    "max_l": 1e18,
    "limit": 2,
}
WEEK = {"earliest": "2027-04-05T00:30:00Z", "deadline": "2027-04-12T00:00:00Z", "other_regions": ["aws:eu-north-1"]}
LOAD = {"energy_kwh": 100, "region": "aws:us-west-1", "duration_h": 5, "interruptible": True, **WEEK}
METERED = {"overheads": {"failed_share": 0.1}, **SITE}
OWN = {
    "accelerator": "h100",
    "accelerators": 2,
    "total_params_b": 8,
    "active_params_b": 8,
    "concurrency_share": 0.5,
    **SITE,
    "software_year": 2024,
    "accelerator_power_w": 400,
    "pricing": OWNED,
}
TRAFFIC = {"api": SIZED_CALL, "requests_per_month": 1e6, "peak_ratio": 3}
OWN_MEASURED = {
    "accelerator": "h100",
    "model": "llama-3.1-8b",
    "throughput_tokens_per_s": 900,
    "accelerator_energy_j_per_output_token": 3,
}
OWN_BATCH = {"accelerator": "h100", "model": "llama-3.1-8b", "batch_size": 8, "accelerator_power_limit_w": 500}
BODIES: list[tuple[str, dict[str, Any]]] = [
    *(
        ("training", body)
        for body in (HOURS, FREE, TOKENS, LIMITED, TOKENS | {"mfu": 0.4}, SLOW | {"mfu": 0.4}, INSTANCE, CORES)
    ),
    *(
        ("inference", body)
        for body in (BATCH, DRAFTED, MEASURED, RATE, IMAGE, VIDEO, EMBEDDING, SIZED_CALL, SOUND_CALL)
    ),
    *(("amortization", body) for body in COMPARISONS),
    *(("placement", {kind: body, **PLACES}) for kind, body in (("training", FREE), ("inference", RATE))),
    ("placement", {"training": TOKENS | {"mfu": 0.4}, "accelerators": ["t4"]}),
    *(("training", METERED | {name: 90}) for name in ("energy_kwh", "it_energy_kwh")),
    *(("api_or_own", {**TRAFFIC, "own": own}) for own in (OWN, OWN_MEASURED, OWN_BATCH)),
    ("change", {"before": {"training": HOURS}, "after": {"training": FREE}}),
    ("change", {"before": {"inference": BATCH}, "after": {"inference": BATCH | {"batch_size": 16}}}),
    ("schedule", LOAD),
    ("schedule", {"training": HOURS, "duration_h": 5, **WEEK}),
]
NAMES = [f"{kind}-{place}" for place, (kind, _) in enumerate(BODIES)]


def numbers(body: Any, schema: ma.Schema, where: Path = ()) -> Iterator[tuple[Path, Number]]:
    """Where a body has numbers, and the field of each."""
    for name, value in body.items():
        yield from _numbers(value, schema.fields[name], (*where, name))


def _numbers(value: Any, field: Any, where: Path) -> Iterator[tuple[Path, Number]]:
    if isinstance(field, Number):
        yield where, field
    elif isinstance(field, Amount) and not isinstance(value, dict):
        yield where, field._exact
    elif isinstance(value, list) and isinstance(field, ma.fields.List):
        for place, one in enumerate(value):
            yield from _numbers(one, field.inner, (*where, place))
    elif (inner := query.inside(field)) is not None and isinstance(value, dict):
        yield from numbers(value, inner, where)


def fields(schema: ma.Schema, seen: frozenset[type] = frozenset()) -> Iterator[tuple[str, str]]:
    """Every number that a schema can hold, by the schema and its name."""
    for name, field in schema.fields.items():
        if isinstance(field, Number):
            yield _class(schema), name
        inner = query.inside(field)
        if inner is not None and type(inner) not in seen:
            yield from fields(inner, seen | {type(inner)})


def _class(schema: ma.Schema) -> str:
    """The name of a schema; a request inside a comparison is a request."""
    return type(schema).__name__.replace("OneRequest", "Serving")


def ends(field: Number) -> dict[str, float]:
    limit = field.limit
    found = {"lowest": limit.low, "least": limit.least or limit.low, "highest": limit.high}
    return found | ({"least below 0": -limit.least} if limit.low < 0 else {})


def replaced(body: dict[str, Any], changes: dict[Path, float]) -> dict[str, Any]:
    found = copy.deepcopy(body)
    for (*way, last), value in changes.items():
        inner: Any = found
        for step in way:
            inner = inner[step]
        inner[last] = value
    return found


def assert_sound(found: Any, where: str = "") -> None:
    """No number of an answer is infinite or none at all, and intervals hold their values."""
    if isinstance(found, dict):
        if found.keys() >= {"value", "low", "high"} and isinstance(found["value"], float):
            low, high = (found[end] if found[end] is not None else found["value"] for end in ("low", "high"))
            slack = 1e-9 * abs(found["value"])
            assert low - slack <= found["value"] <= high + slack, (where, found)
        for name, inner in found.items():
            assert_sound(inner, f"{where}.{name}")
    elif isinstance(found, list):
        for place, inner in enumerate(found):
            assert_sound(inner, f"{where}.{place}")
    elif isinstance(found, float):
        assert isfinite(found), where


def assert_told(kind: str, body: dict[str, Any], answer: dict[str, Any]) -> None:
    """Every text and figure of an answer can be written, and what a figure is drawn from is finite."""
    export = ExportInput(kind=kind, answer=answer, body=body, address="http://localhost")
    for one in formats_of(kind):
        assert one.write(export)
    for figure in FIGURES[kind].values():
        spec = figure.of(answer)
        if spec is not None:
            assert_sound(spec)
            assert to_csv(spec)
    assert headline(kind, answer)


def is_answered(catalog: Catalog, kind: str, body: dict[str, Any]) -> bool:
    """Whether a request is answered, soundly and in all forms, and not refused."""
    try:
        found = ENDPOINTS[kind].answer(body, catalog)
    except (ma.ValidationError, BadRequestError):
        return False
    assert_sound(found)
    assert_told(kind, body, orjson.loads(orjson.dumps(found)))
    return True


def test_the_bodies_hold_every_number_of_every_request() -> None:
    known = {one for question in ENDPOINTS.values() for one in fields(question.schema)}
    held = set()
    for kind, body in BODIES:
        for (*way, last), _ in numbers(body, ENDPOINTS[kind].schema):
            schema: Any = ENDPOINTS[kind].schema
            for step in way:
                schema = query.inside(schema.fields[step]) if isinstance(step, str) else schema
            held.add((_class(schema), last))
    assert known - held == set()


@pytest.mark.every
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=NAMES)
def test_a_number_at_its_end_is_answered_or_refused(catalog: Catalog, kind: str, body: dict[str, Any]) -> None:
    assert is_answered(catalog, kind, body)
    for where, field in numbers(body, ENDPOINTS[kind].schema):
        for value in ends(field).values():
            is_answered(catalog, kind, replaced(body, {where: value}))


@pytest.mark.parametrize("end", ["lowest", "least", "highest"])
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=NAMES)
def test_all_numbers_at_their_ends_are_answered_or_refused(
    catalog: Catalog, kind: str, body: dict[str, Any], end: str
) -> None:
    found = dict(numbers(body, ENDPOINTS[kind].schema))
    every = {where: ends(field)[end] for where, field in found.items()}
    is_answered(catalog, kind, replaced(body, every))
    # those of an order that has to hold would refuse the rest
    kept = {where: value for where, value in every.items() if where[-1] not in ("points", "year", "years")}
    is_answered(catalog, kind, replaced(body, kept))


@pytest.mark.slow
@pytest.mark.parametrize("end", ["lowest", "least", "highest"])
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=NAMES)
def test_two_numbers_at_opposite_ends_are_answered_or_refused(
    catalog: Catalog, kind: str, body: dict[str, Any], end: str
) -> None:
    found = list(numbers(body, ENDPOINTS[kind].schema))
    other = {"lowest": "highest", "least": "highest", "highest": "least"}[end]
    for (first, one), (second, two) in pairwise(found):
        is_answered(catalog, kind, replaced(body, {first: ends(one)[end], second: ends(two)[other]}))


@pytest.mark.parametrize("value", [5e-324, 1e-300, 1e-200, 1e300, -5e-324])
@pytest.mark.parametrize(("kind", "body"), BODIES, ids=NAMES)
def test_a_number_that_means_nothing_is_refused_by_its_field(
    client: FlaskClient, kind: str, body: dict[str, Any], value: float
) -> None:
    for where, _ in numbers(body, ENDPOINTS[kind].schema):
        answer = client.post(ENDPOINTS[kind].path, json=replaced(body, {where: value}))
        assert answer.status_code == 422, (where, value)
        assert ".".join(map(str, where)) in answer.get_json()["errors"], (where, answer.text)
