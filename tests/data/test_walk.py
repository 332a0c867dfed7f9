"""Every row that a request can name is asked for: an answer without nonsense, or a refusal that says why."""

import math
from collections.abc import Iterator
from statistics import geometric_mean, median
from typing import Any

import pytest

pytestmark = pytest.mark.every

TRAINING, INFERENCE = "/v1/estimates/training", "/v1/estimates/inference"
RUN = {"hours": 1.0, "workload": "other"}
CHIP = {"accelerator_hours": 1.0, "accelerators": 1, "workload": "other"}
SERVING = {"input_tokens": 500, "output_tokens": 100}
H100 = {"accelerator": "h100-sxm5-80gb", "accelerators": 8, "accelerator_hours": 8.0, "workload": "llm"}
UNLIKE = 3.0
"""A rent this many times above or below what the sellers of its accelerator ask is wrong."""


@pytest.fixture(scope="module")
def ask(client):
    def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = client.post(path, json=body)
        assert response.status_code == 200, (body, response.json)
        answer: dict[str, Any] = response.json
        return answer

    return ask


def quantities(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, float]]]:
    """Every quantity of an answer with its place."""
    if isinstance(part, dict) and {"value", "low", "high"} <= set(part):
        yield path, part
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from quantities(inner, f"{path}.{name}")


def nonsense(answer: dict[str, Any]) -> list[str]:
    """What no answer may hold: quantities that are not finite, negative or out of order, and a grid of nothing."""
    found = [
        path
        for path, q in quantities({name: part for name, part in answer.items() if name != "request"})
        if not (0 <= q["low"] <= q["value"] <= q["high"] < math.inf)
    ]
    factors = {factor["name"]: factor for factor in answer["factors"]}
    for name in ("grid_g_per_kwh", "grid_marginal_g_per_kwh", "power_fraction"):
        factor = factors.get(name)
        if factor and factor["origin"] == "table" and not 0 < factor["low"] < factor["high"]:
            found.append(name)
    energies = [answer[name]["value"] for name in ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")]
    return found if energies == sorted(energies) else [*found, "energy"]


def faults(ask, path, bodies):
    """The names whose answers hold nonsense, with what it is."""
    told = ((name, nonsense(ask(path, body))) for name, body in bodies)
    return [(name, found) for name, found in told if found]


@pytest.mark.parametrize("table", ["accelerators", "cpus"])
def test_every_accelerator_and_processor_can_train(ask, catalog, table):
    assert not faults(ask, TRAINING, ((id_, CHIP | {"accelerator": id_}) for id_ in catalog.tables[table]))


def test_every_instance_can_train_where_it_is_sold_or_anywhere(ask, catalog):
    assert not faults(ask, TRAINING, ((id_, RUN | {"instance": id_}) for id_ in catalog.tables["instances"]))


def test_every_region_and_country_has_a_footprint(ask, catalog):
    names = [*catalog.tables["regions"], *catalog.tables["countries"], *catalog.tables["subdivisions"]]
    assert not faults(ask, TRAINING, ((name, H100 | {"region": name}) for name in names))


@pytest.mark.parametrize("scope", ["lifecycle", "direct"])
def test_every_zone_of_the_grid_has_a_footprint_of_its_own(ask, catalog, scope):
    zones = sorted({row["zone_id"] for row in catalog.tables["grid_average"].rows.values() if ":" in row["zone_id"]})
    assert not faults(ask, TRAINING, ((zone, H100 | {"region": zone, "scope": scope}) for zone in zones))


def test_every_model_with_sizes_can_be_served(ask, catalog):
    rows = catalog.tables["models"].rows.values()
    named = [
        row["model_id"]
        for row in rows
        if row["active_params_b"] and row["total_params_b"] and not row["native_steps"]
        # others are refused on hardware, see test_serving.py
        if row["params_disclosed"] or not catalog.hosted.sellers(row["model_id"])
    ]
    bodies = ((id_, SERVING | {"model": id_, "accelerator": "h100-sxm5-80gb", "batch_size": 8}) for id_ in named)
    assert not faults(ask, INFERENCE, bodies)


def test_every_accelerator_with_memory_can_serve_a_small_model(ask, catalog):
    rows = catalog.tables["accelerators"].rows
    rates = ("peak_bf16_tflops", "peak_fp16_tflops", "peak_fp32_tflops")
    named = [
        id_
        for id_, row in rows.items()
        if row["memory_gb"] and row["memory_bandwidth_gb_s"] and any(row[rate] for rate in rates)
    ]
    bodies = ((id_, SERVING | {"model": "llama-3.2-1b", "accelerator": id_, "batch_size": 1}) for id_ in named)
    assert not faults(ask, INFERENCE, bodies)


def test_a_rent_of_an_unnamed_seller_is_near_what_the_sellers_ask(catalog):
    asked: dict[str, dict[str, list[float]]] = {}
    for row in catalog.tables["accelerator_prices"].rows.values():
        if row["kind"] == "on-demand" and row["valid_to"] is None:
            by_seller = asked.setdefault(row["accelerator_id"], {})
            by_seller.setdefault(row["provider"], []).append(row["usd_per_accelerator_hour"])
    strange = [
        (id_, median(prices["*"]), geometric_mean(sellers))
        for id_, prices in asked.items()
        if "*" in prices
        and (sellers := [median(found) for seller, found in prices.items() if seller != "*"])
        and not 1 / UNLIKE <= median(prices["*"]) / geometric_mean(sellers) <= UNLIKE
    ]
    assert not strange
