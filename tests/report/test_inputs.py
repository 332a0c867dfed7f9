"""Inputs of an estimate: what the ranges come from first, all of them by subject, and amounts per unit."""

from typing import Any

import pytest

from costsvc.reference.catalog import Catalog
from costsvc.report.inputs import LEAST_SHARE, factor_label, grouped_inputs, leading_inputs
from costsvc.report.per_unit import per_unit
from costsvc.web.registry import ENDPOINTS


def example(kind: str, catalog: Catalog) -> Any:
    return ENDPOINTS[kind].answer(ENDPOINTS[kind].example, catalog)


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_every_input_has_one_subject(kind: str, catalog: Catalog) -> None:
    answer = example(kind, catalog)
    listed = [one.factor["name"] for group in grouped_inputs(answer).values() for one in group]
    assert sorted(listed) == sorted(factor["name"] for factor in answer["factors"])


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("accelerator_hours", "Work"),
        ("mfu", "Work"),
        ("accelerator_tdp_w", "Machine"),
        ("power_fraction", "Machine"),
        ("host_base_w", "Machine"),
        ("hardware_utilization", "Machine"),
        ("pue", "Site"),
        ("wue_l_per_kwh", "Site"),
        ("grid_g_per_kwh", "Grid"),
        ("grid_water_l_per_kwh", "Grid"),
        ("usd_per_accelerator_hour", "Price"),
        ("social_cost_usd_per_t", "Price"),
    ],
)
def test_an_input_is_listed_under_its_subject(name: str, group: str, catalog: Catalog) -> None:
    answer: Any = {"factors": [{"name": name}], "drivers": {}}
    assert list(grouped_inputs(answer)) == [group]


@pytest.mark.parametrize("kind", ["training", "inference"])
def test_what_a_range_comes_from_is_listed_by_its_largest_share(kind: str, catalog: Catalog) -> None:
    answer = example(kind, catalog)
    shares = [one.share for one in leading_inputs(answer)]
    assert shares == sorted(shares, reverse=True)
    assert min(shares) >= LEAST_SHARE
    assert shares[0] == max(driver["share"] for drivers in answer["drivers"].values() for driver in drivers)


def test_an_input_has_a_name_for_people() -> None:
    assert factor_label("grid_g_per_kwh") == "Carbon intensity of the grid"
    assert factor_label("host_embodied_kg") == "Embodied carbon of the host"


def test_a_thousand_requests_and_a_million_tokens_take_their_share_of_the_totals(catalog: Catalog) -> None:
    answer = example("inference", catalog)
    requests, tokens = per_unit(answer).values()
    count, output = answer["request"]["requests"], answer["request"]["output_tokens"]
    for end in ("value", "low", "high"):
        assert requests.energy[end] == pytest.approx(answer["energy_kwh"][end] / count * 1000)
        assert requests.cost is not None
        assert requests.cost[end] == pytest.approx(answer["cost"]["total_usd"][end] / count * 1000)
        assert tokens.energy[end] == pytest.approx(answer["energy_kwh"][end] / (count * output) * 1e6)
