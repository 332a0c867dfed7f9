"""Every accelerator in every region: nothing fails, and no number is impossible."""

import math

import pytest

from costsvc.estimates.training import estimate_training
from costsvc.requests.workloads import Machine, Site, Subject, TrainingRun
from costsvc.settings import bundled_data


def keys(name):
    lines = (bundled_data() / f"{name}.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.split(",")[0] for line in lines]


def numbers(answer, path=""):
    """Every quantity and factor of an answer with where it stands."""
    if isinstance(answer, dict) and answer.keys() >= {"value", "low", "high"}:
        yield path, answer
    elif isinstance(answer, dict):
        for name, inner in answer.items():
            yield from numbers(inner, f"{path}.{name}")
    elif isinstance(answer, list):
        for index, inner in enumerate(answer):
            yield from numbers(inner, f"{path}.{index}")


def impossible(answer):
    """Quantities that are negative, not finite, or outside their own interval."""
    return [
        (path, q["value"], q["low"], q["high"])
        for path, q in numbers(answer)
        if not (0 <= q["low"] <= q["value"] <= q["high"] and math.isfinite(q["high"]))
    ]


def ordered(answer):
    names = ("accelerator_energy_kwh", "it_energy_kwh", "energy_kwh")
    chip, it, meter = (answer[name] for name in names)
    return all(chip[end] <= it[end] <= meter[end] for end in ("value", "low", "high"))


ACCELERATORS, REGIONS = keys("accelerators"), keys("regions")
SOME = {name: REGIONS[place % 10 :: 10] for place, name in enumerate(ACCELERATORS)}
"""A tenth of the regions for each accelerator, not the same for its neighbours."""


def assert_possible_in(catalog, accelerator, regions):
    for region in regions:
        run = TrainingRun(machine=Machine(accelerator=accelerator), accelerator_hours=100.0, site=Site(region=region))
        answer = estimate_training(run, catalog)
        assert not impossible(answer), region
        assert ordered(answer), region


@pytest.mark.every
@pytest.mark.parametrize("accelerator", ACCELERATORS)
def test_has_a_possible_footprint_in_some_regions(catalog, accelerator):
    assert_possible_in(catalog, accelerator, SOME[accelerator])


@pytest.mark.slow
@pytest.mark.parametrize("accelerator", ACCELERATORS)
def test_has_a_possible_footprint_in_every_region(catalog, accelerator):
    assert_possible_in(catalog, accelerator, REGIONS)


@pytest.mark.parametrize("hours", [0.0, 1e-6, 1e12])
@pytest.mark.parametrize("accelerator", ["h100", "tpu-v4", "rtx-4090", "cpu-amd-epyc-7763", "jetson-orin-nano-8gb"])
@pytest.mark.parametrize("region", ["world", "SWE", "aws:us-east-1", "gcp:us-central1"])
def test_has_a_possible_footprint_at_extreme_hours(catalog, accelerator, hours, region):
    run = TrainingRun(machine=Machine(accelerator=accelerator), accelerator_hours=hours, site=Site(region=region))
    answer = estimate_training(run, catalog)
    assert not impossible(answer)
    assert ordered(answer)


def test_costs_nothing_in_no_time(catalog):
    run = TrainingRun(machine=Machine(accelerator="h100"), accelerator_hours=0.0, subject=Subject(total_params_b=8.0))
    answer = estimate_training(run, catalog)
    costs = {name: part for name, part in answer.items() if name != "factors"}
    assert {q["high"] for _, q in numbers(costs)} == {0.0}
