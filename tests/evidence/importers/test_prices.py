"""How upstream's offers become prices: of machines to the cent, of chips by whole hosts, and how wide each is."""

import pandas as pd
import pytest

from costsvc.evidence.importers import price_history, price_ratios, prices
from costsvc.evidence.importers.instance_prices import elsewhere
from costsvc.evidence.importers.price_lists import PRICE, first_day

H100 = "nvidia-h100-sxm5-80gb"
SIZES = """aws,g5.xlarge,A10G,1,us-east-1,on-demand,1.006,1.006
aws,g5.16xlarge,A10G,1,us-east-1,on-demand,4.096,4.096
aws,g5.48xlarge,A10G,8,us-east-1,on-demand,16.288,2.036
"""


@pytest.fixture
def of_sizes(upstream):
    """Tables where the sample holds several sizes of one chip as well."""
    file = upstream / "karpenter-prices/aws_us-east-1_2026-07-20.csv"
    file.write_text(file.read_text(encoding="utf-8") + SIZES, encoding="utf-8")
    return prices.build(upstream)


def newest(rows, **wanted):
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows.sort_values("observed_on").iloc[-1]


def test_every_price_of_a_machine_arrives_to_the_cent(table, sample):
    listed = pd.concat(pd.read_csv(file) for file in sorted((sample / "karpenter-prices").glob("*.csv")))
    rows = table("instance_prices")
    for offer in listed.itertuples():
        told = {"provider": offer.provider, "region": offer.region, "instance_type": offer.instance_type}
        found = newest(rows, **told, kind=offer.pricing)
        assert found["usd_per_instance_hour"] == pytest.approx(offer.usd_per_instance_hour, abs=1e-6), told


def test_the_lowest_spot_price_of_the_zones_is_a_floor(table):
    row = newest(table("instance_prices"), instance_type="p5.48xlarge", region="us-east-1", kind="spot")
    assert row["usd_per_instance_hour"] == 10.2397
    assert row["low"] < 10.2397 < row["high"] <= 55.04


def test_a_price_that_ended_stays_beside_the_one_that_followed(table):
    rows = table("instance_prices").query(
        "instance_type == 'p5.48xlarge' and region == 'us-east-1' and kind == 'on-demand'"
    )
    told = rows.sort_values("valid_from")[["usd_per_instance_hour", "valid_to"]].fillna("").to_numpy().tolist()
    assert told == [[98.32, "2025-05-31"], [55.04, ""]]


def test_sightings_of_one_price_are_one_span():
    seen = [("2024-01-01", 2.0), ("2024-06-01", 2.001), ("2025-01-01", 3.0), ("2025-02-01", 2.0)]
    rows = pd.DataFrame({"what": "a", "observed_on": day, "price": price} for day, price in seen)
    spans = price_history.spans(rows.assign(valid_from=None, valid_to=None), ["what"], "price")
    assert spans[["valid_from", "observed_on"]].to_numpy().tolist() == [
        ["2024-01-01", "2024-06-01"],
        ["2025-01-01", "2025-01-01"],
        ["2025-02-01", "2025-02-01"],
    ]


@pytest.mark.parametrize(
    ("date", "day"), [("2026", "2026-01-01"), ("2025-11", "2025-11-01"), ("2026-07-20", "2026-07-20")]
)
def test_what_is_dated_by_the_month_or_year_is_known_since_its_first_day(date, day):
    assert first_day(date) == day


@pytest.mark.parametrize(
    ("regions", "low", "high"),
    [
        pytest.param({"a": 1.0}, 0.9 / 1.15, 1.4 * 1.15, id="one-region-has-the-spread-of-its-seller"),
        pytest.param({"a": 1.0, "b": 2.0, "c": 4.0}, 1.1, 3.8, id="several-have-their-own"),
        pytest.param({"a": 1.0, "b": 1.0, "c": 1.0}, 1 / 1.15, 1.15, id="equal-ones-are-no-certainty"),
    ],
)
def test_elsewhere_a_price_is_the_median_and_as_wide_as_regions_differ(regions, low, high):
    told = {"provider": "x", "what": "m", "kind": "spot", "valid_from": "2026-01-01", "valid_to": None}
    also = {"observed_on": "2026-01-01", "source_id": "s", "locator": "l"}
    rows = pd.DataFrame({"region": name, "price": price, **told, **also} for name, price in regions.items())
    row = elsewhere(rows, "what", "price", pd.DataFrame({"low": [0.9], "high": [1.4]}, index=["x"])).iloc[0]
    middle = sorted(regions.values())[len(regions) // 2]
    assert row[["price", "low", "high"]].tolist() == pytest.approx([middle, low, high])


def test_the_chip_costs_what_it_costs_in_a_whole_host_and_sizes_widen_it(of_sizes):
    row = newest(of_sizes["accelerator_prices"], provider="aws", region="us-east-1", accelerator_id="nvidia-a10g")
    assert row[PRICE] == 2.036
    assert row["low"] < 1.2
    assert row["high"] > 3.5


def test_of_two_series_of_whole_hosts_the_commoner_counts_and_else_the_dearer(table):
    row = newest(table("accelerator_prices"), provider="azure", region="eastus", accelerator_id=H100)
    assert row[PRICE] == 12.29


def test_the_latest_offer_of_a_seller_follows_the_former(table):
    rows = table("accelerator_prices").query(
        "provider == 'datacrunch' and accelerator_id == @H100 and kind == 'on-demand'"
    )
    assert rows.sort_values("valid_from")[PRICE].tolist() == [3.25, 3.627]


def test_an_ask_is_a_floor(table):
    ask = newest(table("accelerator_prices"), provider="vastai", accelerator_id=H100)
    assert (ask["low"] / ask[PRICE], ask["high"] / ask[PRICE]) == pytest.approx((0.9, 2.0), rel=1e-4)


def test_parts_keep_their_order_whoever_sells_them():
    offers = {
        "dear": {"old": 4, "new": 8, "newest": 16},
        "cheap": {"old": 1, "new": 2},
        "dearer": {"oldest": 6, "old": 12, "new": 24},
    }
    rows = pd.DataFrame(
        {"provider": seller, "accelerator_id": part, PRICE: price}
        for seller, parts in offers.items()
        for part, price in parts.items()
    )
    part, level = price_ratios.polished(rows)
    assert part.sort_values().index.tolist() == ["oldest", "old", "new", "newest"]
    assert sorted(level.index) == ["dear", "dearer"]


def test_a_seller_without_a_list_of_its_own_has_the_level_of_its_class(table):
    rows = table("price_ratios").query("region == '*'").set_index(["provider", "kind"])
    assert (
        rows.loc[("alibaba", "spot"), "locator"]
        == "sellers of the class hyperscaler: pairs of spot and on-demand prices"
    )
    assert (rows["low"] < rows["ratio"]).all()
    assert (rows["ratio"] < rows["high"]).all()


def test_a_region_has_the_level_of_what_is_sold_in_it_and_at_home(table):
    row = table("price_ratios").set_index(["provider", "region", "kind"]).loc[("aws", "eu-north-1", "level")]
    assert (row["of_region"], row["ratio"]) == ("us-east-1", pytest.approx(58.8928 / 55.04, rel=1e-5))
    assert row["low"] < row["ratio"] < row["high"]


def test_nobody_commits_to_a_marketplace(table):
    rows = table("price_ratios")
    assert set(rows.loc[rows["provider"].isin(["vastai", "runpod"]), "kind"]) <= {"level", "spot"}


@pytest.mark.parametrize(
    ("instance_id", "accelerators", "host_share"),
    [
        pytest.param("aws:p2.xlarge", 0.5, 1.0, id="half-a-board"),
        pytest.param("gcp:ct5p-hightpu-4t", 4, 1.0, id="watts-that-hold-their-host"),
        pytest.param("aws:m5.24xlarge", 2, None, id="two-whole-sockets"),
        pytest.param("aws:m5.xlarge", 4 / 48, None, id="two-of-24-cores"),
        pytest.param("aws:c7g.16xlarge", 1, None, id="a-core-for-each-virtual-processor"),
        pytest.param("gcp:t2d-standard-4", 4 / 64, None, id="no-threads"),
        pytest.param("azure:Standard_D4s_v5", 4 / 64, None, id="known-from-its-name"),
    ],
)
def test_a_machine_holds_so_much(table, instance_id, accelerators, host_share):
    row = table("instances").set_index("instance_id").loc[instance_id]
    assert row["accelerators"] == pytest.approx(accelerators, rel=1e-5)
    assert row["host_share"] == host_share or (host_share is None and pd.isna(row["host_share"]))


def test_a_small_machine_has_a_small_share_of_its_host(of_sizes):
    rows = of_sizes["instances"].set_index("instance_id")["host_share"]
    assert rows[["aws:g5.xlarge", "aws:g5.16xlarge", "aws:g5.48xlarge"]].tolist() == pytest.approx([1 / 6, 8 / 3, 1.0])
