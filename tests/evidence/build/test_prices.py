"""How one price is made of many offers: which counts, and how wide it is."""

import pandas as pd
import pytest

from costsvc.evidence.build import prices
from costsvc.evidence.build.price_lists import PRICE

H100 = "nvidia-h100-sxm5-80gb"
SIZES = """aws,g5.xlarge,A10G,1,us-east-1,on-demand,1.006,1.006
aws,g5.16xlarge,A10G,1,us-east-1,on-demand,4.096,4.096
aws,g5.48xlarge,A10G,8,us-east-1,on-demand,16.288,2.036
aws,g6f.large,L4,0.125,us-east-1,on-demand,0.24,1.92
aws,g6.xlarge,L4,1,us-east-1,on-demand,0.8048,0.8048
"""


@pytest.fixture
def of_sizes(upstream):
    """Prices where the sample holds sizes of several kinds as well."""
    file = upstream / "karpenter-prices/aws_us-east-1_2026-07-20.csv"
    file.write_text(file.read_text(encoding="utf-8") + SIZES, encoding="utf-8")
    return prices.build(upstream)["accelerator_prices"].set_index(prices.KEY)


@pytest.mark.parametrize(
    ("accelerator_id", "price", "low", "high"),
    [
        # The quantiles of 1.006, 2.036 and 4.096 lie a tenth of the way from the ends to the middle.
        pytest.param("nvidia-a10g", 2.036, 1.109, 3.890, id="a-whole-host-before-sizes-with-many-processors"),
        pytest.param("nvidia-l4", 0.8048, 0.8048 / 1.15, 1.864, id="a-whole-accelerator-before-a-fraction"),
    ],
)
def test_small_sizes_widen_a_price_and_do_not_set_it(of_sizes, accelerator_id, price, low, high):
    row = of_sizes.loc[("aws", "us-east-1", accelerator_id, "on-demand")]
    assert row[[PRICE, "low", "high"]].tolist() == pytest.approx([price, low, high], rel=1e-3)


def test_the_latest_offer_of_a_provider_counts(table):
    # 3.25 in August, 3.627 in October
    row = table("accelerator_prices").set_index(prices.KEY).loc[("datacrunch", "*", H100, "on-demand")]
    assert (row[PRICE], row["observed_on"]) == (3.627, "2026-10-01")


def test_an_ask_is_a_floor_and_no_part_of_the_market_median(table):
    rows = table("accelerator_prices").query("accelerator_id == @H100 and region == '*' and kind == 'on-demand'")
    each = rows[rows["provider"] != "*"].set_index("provider")
    ask = each.loc["vastai"]
    assert (ask["low"] / ask[PRICE], ask["high"] / ask[PRICE]) == pytest.approx((0.9, 2.0), rel=1e-4)
    market = rows[rows["provider"] == "*"].iloc[0]
    assert market[PRICE] == pytest.approx(each.drop(index="vastai")[PRICE].median(), rel=1e-4)
    assert market["low"] < each[PRICE].drop(index="vastai").min()


def test_committed_use_is_a_share_of_on_demand_by_provider(sample):
    ratios = prices.commitments(sample).set_index(["provider", "kind"])
    assert ratios.loc[("gcp", "reserved-3y"), "ratio"] == pytest.approx(4.86 / 11.06)
    assert ratios.loc[("azure", "reserved-1y"), "ratio"] == pytest.approx(5.81 / 6.98)
    # of both: the mean of two is their median
    assert ratios.loc[("*", "reserved-3y"), "ratio"] == pytest.approx((4.86 / 11.06 + 4.31 / 6.98) / 2)


def test_widths_of_a_price_and_of_its_share_add_up_as_independent_ones():
    row = {PRICE: 10.0, "low": 5.0, "high": 20.0, "ratio": 0.5, "ratio_low": 0.25, "ratio_high": 1.0, "locator": "a"}
    scaled = prices.scaled(pd.DataFrame([row]), "one quote").iloc[0]
    # ln 2 and ln 2 at right angles: 2 to the square root of two
    assert scaled[[PRICE, "low", "high"]].tolist() == pytest.approx([5.0, 5.0 / 2**2**0.5, 5.0 * 2**2**0.5])
    assert scaled["locator"] == "0.5 of on-demand, one quote; a"


def test_no_kind_is_dearer_than_on_demand(table):
    rows = table("accelerator_prices")
    each = rows.pivot_table(index=["provider", "region", "accelerator_id"], columns="kind", values=PRICE)
    for kind in ("spot", "reserved-1y", "reserved-3y"):
        assert (each[kind].dropna() <= each.loc[each[kind].notna(), "on-demand"]).all()


def test_a_board_of_two_gpus_is_half_an_accelerator_where_one_is_shown(table):
    rows = table("instances").set_index("instance_id")["accelerators"]
    assert rows[["aws:p2.xlarge", "aws:p2.16xlarge", "gcp:ct5p-hightpu-4t"]].tolist() == [0.5, 8, 4]
