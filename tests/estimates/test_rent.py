"""What a machine costs: its own list price by region, kind and day, and the warning where another price stands in."""

import csv
import datetime as dt
from itertools import groupby

import pytest

from costsvc.requests.workloads import Machine, Pricing, Site
from costsvc.resolve.log import FactorLog
from costsvc.resolve.machine import resolve_machine
from costsvc.resolve.rent import UNSEEN, resolve_rent
from costsvc.resolve.site import resolve_site
from costsvc.settings import bundled_data
from tests.estimates.reading import codes, factors

US_EAST = "aws:us-east-1"


@pytest.fixture
def ask(train):
    """An hour of an instance, or of another machine."""
    return lambda **body: train({"hours": 1, "workload": "other"} | body)


def usd(answer):
    return answer["cost"]["rental_usd"]


def message(answer, code):
    return next(one["message"] for one in answer["warnings"] if one["code"] == code)


@pytest.mark.parametrize(
    ("instance", "region", "list_price"),
    [
        # opencost/opencost#2901 and #2657: one card, small and large host
        ("g4dn.xlarge", US_EAST, 0.526),
        ("g4dn.16xlarge", US_EAST, 4.352),
        ("g5.2xlarge", US_EAST, 1.212),
        ("g5.16xlarge", US_EAST, 4.096),
        ("g6e.12xlarge", US_EAST, 10.49264),
        ("p3.2xlarge", US_EAST, 3.06),
        ("p2.xlarge", US_EAST, 0.9),
        ("inf2.xlarge", US_EAST, 0.7582),
        ("c7i.48xlarge", US_EAST, 8.568),
        ("m5.xlarge", US_EAST, 0.192),
        ("r8g.metal-24xl", US_EAST, 6.2209),
        ("a2-highgpu-1g", "gcp:us-central1", 3.67339),
        ("n2-standard-4", "gcp:us-central1", 0.194236),
        ("Standard_ND96isr_H100_v5", "azure:eastus", 98.32),
        ("Standard_ND96is_H100_v5", "azure:eastus", 88.488),
        ("p5.48xlarge", "aws:ap-south-1", 66.048),
        ("BM.GPU.H100.8", None, 80.0),
        ("gb200-4x", None, 42.0),
    ],
)
def test_an_instance_costs_what_its_seller_lists(ask, instance, region, list_price):
    answer = ask(instance=instance, **({"region": region} if region else {}))
    assert usd(answer)["value"] == pytest.approx(list_price, rel=1e-5)
    assert usd(answer)["low"] <= list_price <= usd(answer)["high"]
    assert not codes(answer) & {"price-any-provider", "price-any-region", "price-estimated", "price-year"}


def priced():
    """The newest rows of each price of an instance, as they are shipped."""
    with (bundled_data() / "instance_prices.csv").open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=_what)
    return [list(spans) for _, spans in groupby(rows, _what)]


def _what(row):
    return row["provider"], row["region"], row["instance_type"], row["kind"]


def test_every_price_of_every_instance_is_what_its_estimate_takes(catalog):
    places = catalog.tables["regions"].rows
    for spans in priced():
        row = spans[-1]
        region = f"{row['provider']}:{row['region']}"
        if row["region"] != "*" and region not in places:
            continue
        machine = resolve_machine(Machine(instance=f"{row['provider']}:{row['instance_type']}"), catalog)
        site = Site(region=region if row["region"] != "*" else None, date=dt.date.fromisoformat(row["observed_on"]))
        resolved = resolve_site(site, machine, catalog, FactorLog())
        found = resolve_rent(machine, resolved, row["kind"], catalog).factor
        assert found is not None, row
        paid = [number * machine.per_instance for number in (found.value, found.low, found.high)]
        assert paid == pytest.approx([float(row[name]) for name in ("usd_per_instance_hour", "low", "high")]), row


@pytest.mark.parametrize(
    ("instance", "when", "list_price"),
    [
        # opencost/opencost#2796: 32.77 in spring 2024, before the cut of June 2025
        pytest.param("p4d.24xlarge", {"year": 2024}, 32.7726, id="p4d-in-2024"),
        pytest.param("p4d.24xlarge", {}, 21.957642, id="p4d-now"),
        pytest.param("p4de.24xlarge", {"year": 2023}, 40.96575, id="p4de-in-2023"),
        pytest.param("p5.48xlarge", {"year": 2024}, 98.32, id="p5-in-2024"),
        pytest.param("p5.48xlarge", {"date": "2025-05-31"}, 98.32, id="p5-on-the-last-day"),
        pytest.param("p5.48xlarge", {"date": "2025-06-01"}, 55.04, id="p5-on-the-first-day"),
        pytest.param("p5.48xlarge", {"year": 2025}, 55.04, id="p5-at-the-end-of-the-year"),
        pytest.param("g5.xlarge", {"year": 2023}, 1.006, id="unchanged-since"),
        pytest.param("p3.2xlarge", {"year": 2019}, 3.06, id="as-it-was-quoted"),
        pytest.param("p4d.24xlarge", {"date": "2021-12-24"}, 32.7726, id="quoted-by-the-chip"),
    ],
)
def test_a_price_is_that_of_the_day(ask, instance, when, list_price):
    answer = ask(instance=instance, region=US_EAST, **when)
    assert usd(answer)["value"] == pytest.approx(list_price)
    assert "price-year" not in codes(answer)


def test_a_price_is_exact_while_it_was_seen_and_has_a_width_where_it_was_not(ask):
    seen, after = (usd(ask(instance="p5.48xlarge", region=US_EAST, date=day)) for day in ("2025-12-01", "2026-11-26"))
    assert seen["low"] == seen["value"] == seen["high"]
    assert after["value"] == pytest.approx(seen["value"])
    assert (after["low"], after["high"]) == pytest.approx((55.04 / UNSEEN, 55.04 * UNSEEN), rel=0.01)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            {"instance": "g6.xlarge", "region": US_EAST, "year": 2022},
            "2026-01-19, because none of 2022-12-31",
            id="before",
        ),
        pytest.param(
            {"instance": "t1-45", "date": "2026-11-01"}, "2022-12-12, because none of 2026-11-01", id="long-after"
        ),
    ],
)
def test_a_price_of_another_time_is_said(ask, body, words):
    assert words in message(ask(**body), "price-year")


@pytest.mark.parametrize(
    ("accelerator", "where", "day", "price"),
    [
        pytest.param("A100 SXM4 40GB", {"region": US_EAST}, "2022-03-01", 4.0966, id="of-the-host-of-the-region"),
        pytest.param("H100 SXM5 80GB", {"pricing": {"provider": "lambda"}}, "2024-03-01", 3.49, id="quoted-then"),
        pytest.param("H100 SXM5 80GB", {"pricing": {"provider": "lambda"}}, "2026-10-01", 3.99, id="listed-now"),
        pytest.param("TPU v4", {"region": "gcp:us-central1"}, "2022-09-01", 3.22, id="tpu"),
    ],
)
def test_an_accelerator_had_its_price_of_the_time(train, accelerator, where, day, price):
    answer = train({"accelerator": accelerator, "accelerator_hours": 100, "date": day} | where)
    assert factors(answer)["usd_per_accelerator_hour"]["value"] == pytest.approx(price, abs=0.005)
    assert "price-year" not in codes(answer)


@pytest.mark.parametrize(
    ("instance", "region", "list_price"),
    [
        # opencost/opencost#2657: 1.353 in Ireland, where only Virginia's 1.212 is known
        pytest.param("g5.2xlarge", "aws:eu-west-1", 1.353, id="ireland"),
        pytest.param("g5.2xlarge", "aws:us-west-2", 1.212, id="a-region-that-costs-the-same"),
        pytest.param("m5.xlarge", "aws:eu-central-1", 0.23, id="frankfurt"),
        pytest.param("g4dn.xlarge", "aws:ap-northeast-1", 0.71, id="tokyo"),
        pytest.param("n2-standard-4", "gcp:europe-west1", 0.2136, id="belgium"),
    ],
)
def test_where_a_region_has_no_price_that_of_the_home_region_has_its_level(ask, instance, region, list_price):
    answer = ask(instance=instance, region=region)
    assert usd(answer)["low"] < list_price < usd(answer)["high"]
    assert usd(answer)["value"] == pytest.approx(list_price, rel=0.1)
    assert region.partition(":")[2] in message(answer, "price-any-region")


def test_where_nothing_is_known_of_a_region_others_tell_how_far_apart_they_lie(ask):
    answer = ask(instance="g5.2xlarge", region="aws:sa-east-1")
    assert usd(answer)["low"] < 1.212
    assert usd(answer)["high"] > 1.5 * 1.212
    assert "median over regions" in message(answer, "price-any-region")


@pytest.mark.parametrize(
    ("instance", "region", "kind", "least", "most"),
    [
        # skypilot-org/skypilot#2946: 0.476 in 2024; mikeage/stable-diffusion-aws#3: 0.07 to 0.21
        pytest.param("p3.2xlarge", US_EAST, "spot", 0.2, 1.6, id="v100"),
        pytest.param("g4dn.xlarge", US_EAST, "spot", 0.05, 0.45, id="t4"),
        pytest.param(
            "Standard_ND96isr_H100_v5", "azure:eastus", "spot", 98.32 * 0.1, 98.32 * 0.8, id="no-spot-of-azure"
        ),
        pytest.param("g5.xlarge", US_EAST, "reserved-3y", 0.2, 0.7, id="three-years"),
        pytest.param("g5.xlarge", US_EAST, "reserved-1y", 0.4, 0.9, id="one-year"),
    ],
)
def test_a_kind_that_is_not_listed_is_estimated_from_on_demand(ask, instance, region, kind, least, most):
    answer = ask(instance=instance, region=region, pricing={"kind": kind})
    assert least < usd(answer)["value"] < most
    assert usd(answer)["high"] / usd(answer)["low"] > 1.3
    assert "of the on-demand price" in message(answer, "price-estimated")


def test_the_spot_price_of_another_year_gives_way_to_the_on_demand_price_of_that_year(ask):
    answer = ask(instance="p5.48xlarge", region=US_EAST, year=2024, pricing={"kind": "spot"})
    assert 98.32 * 0.2 < usd(answer)["value"] < 98.32 * 0.5
    assert "price-estimated" in codes(answer)


def test_a_listed_spot_price_is_not_estimated(ask):
    answer = ask(instance="p5.48xlarge", region=US_EAST, pricing={"kind": "spot"})
    assert usd(answer)["value"] == pytest.approx(10.2397)
    assert "price-estimated" not in codes(answer)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"instance": "trn2.48xlarge", "region": US_EAST}, id="not-sold-on-demand"),
        pytest.param({"instance": "tpu7x-standard-4t", "region": "gcp:us-central1"}, id="no-list"),
        pytest.param({"instance": "BM.GPU.MI355X-v1.8"}, id="nobody-lists-it"),
        pytest.param({"instance": "Standard_D4as_v6", "region": "azure:eastus"}, id="no-list-of-processors"),
        pytest.param(
            {"accelerator": "RTX 3090", "accelerators": 1, "pricing": {"kind": "reserved-1y"}},
            id="no-contract-for-a-card",
        ),
        pytest.param(
            {"accelerator": "H100", "accelerators": 1, "pricing": {"kind": "reserved-1y", "provider": "vastai"}},
            id="no-contract-at-a-marketplace",
        ),
    ],
)
def test_what_no_source_prices_is_null_and_said(train, body):
    hours = {"hours": 1} if "instance" in body else {"accelerator_hours": 1}
    answer = train(body | hours)
    assert usd(answer) is None
    assert "no-price" in codes(answer)


def test_a_seller_that_lists_chips_prices_its_machines_by_them(ask):
    answer = ask(instance="H100-SXM-8-80G")
    assert "scaleway:H100-SXM-8-80G" in message(answer, "price-any-size")
    assert usd(answer)["value"] == pytest.approx(8 * 3.6254, rel=0.01)


def test_a_large_cloud_that_does_not_list_a_part_is_not_given_the_price_of_a_marketplace(ask):
    answer = ask(instance="BM.GPU.H200.8")
    assert "at the price level of oci" in message(answer, "price-any-provider")
    assert usd(answer)["value"] / 8 > 7


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("ml.p4d.24xlarge", "aws:p4d.24xlarge"),
        ("aws:ml.g5.xlarge", "aws:g5.xlarge"),
        ("NC6s_v3", "azure:Standard_NC6s_v3"),
        ("azure:NC6s v3", "azure:Standard_NC6s_v3"),
        ("azure/Standard_NC24ads_A100_v4", "azure:Standard_NC24ads_A100_v4"),
        ("D4s_v5", "azure:Standard_D4s_v5"),
        ("H100-SXM-8-80G", "scaleway:H100-SXM-8-80G"),
    ],
)
def test_names_are_those_that_bills_and_people_write(ask, name, instance):
    answer = ask(instance=name)
    assert answer["request"]["instance"] == instance
    assert ("price-without-service" in codes(answer)) == ("ml." in name)


def test_a_small_machine_draws_and_embodies_less_than_a_large_one_round_the_same_card(ask):
    small, large = (ask(instance=name, region=US_EAST) for name in ("g5.xlarge", "g5.16xlarge"))
    assert factors(small)["host_share"]["value"] == pytest.approx(4 / 24, rel=1e-4)
    assert factors(large)["host_share"]["value"] == pytest.approx(64 / 24, rel=1e-4)
    base_kwh = factors(small)["host_base_w"]["value"] / 1000
    more = large["it_energy_kwh"]["value"] - small["it_energy_kwh"]["value"]
    assert more == pytest.approx((64 - 4) / 24 * base_kwh, rel=1e-4)
    assert large["carbon"]["embodied_kg"]["value"] > 2 * small["carbon"]["embodied_kg"]["value"]
    assert small["accelerator_energy_kwh"] == large["accelerator_energy_kwh"]


@pytest.mark.parametrize("instance", ["p5.48xlarge", "g4dn.metal", "g6.48xlarge"])
def test_a_whole_host_is_what_it_was(ask, instance):
    assert factors(ask(instance=instance, region=US_EAST))["host_share"]["value"] == 1


@pytest.mark.parametrize(
    ("instance", "sockets"),
    [("m5.xlarge", 4 / 48), ("c7i.48xlarge", 2), ("m7g.16xlarge", 1), ("t2d-standard-4", 4 / 64)],
)
def test_a_machine_without_an_accelerator_is_a_share_of_a_socket(ask, instance, sockets):
    answer = ask(instance=instance)
    assert answer["accelerator_hours"]["value"] == pytest.approx(sockets, rel=1e-4)
    watts = answer["it_energy_kwh"]["value"] * 1000
    assert 60 * sockets < watts < 700 * sockets


def test_a_change_of_size_costs_what_the_sizes_cost(catalog):
    found = []
    for name in ("g4dn.xlarge", "g4dn.16xlarge"):
        machine = resolve_machine(Machine(instance=name), catalog)
        site = resolve_site(Site(region=US_EAST, pricing=Pricing()), machine, catalog, FactorLog())
        found.append(resolve_rent(machine, site, "on-demand", catalog).factor.value)
    assert found[1] / found[0] == pytest.approx(4.352 / 0.526)
