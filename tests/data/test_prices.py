"""The tables of prices and machines as they are shipped: whose, of when, in what order, and what leads where."""

import pandas as pd
import pytest

from costsvc.settings import bundled_data

ON_DEMAND = "on-demand"
MACHINES, CHIPS = "instance_prices", "accelerator_prices"
PRICE = {MACHINES: "usd_per_instance_hour", CHIPS: "usd_per_accelerator_hour"}
SOLD = {MACHINES: "instance_type", CHIPS: "accelerator_id"}
FARTHEST = 3.0
"""Times the price of a part at a seller of the middle, or a third of it: beyond, a seller's own list is needed."""
FAULTY_SPOT = ("google-tpu-v2", "google-tpu-v3", "google-tpu-v4")


def table(name):
    return pd.read_csv(bundled_data() / f"{name}.csv", keep_default_na=False, na_values=[""], low_memory=False)


def newest(name):
    rows = table(name).sort_values("observed_on", kind="stable")
    return rows.drop_duplicates(["provider", "region", SOLD[name], "kind"], keep="last")


@pytest.fixture(scope="module")
def anywhere():
    """Price of each part at a seller of the middle."""
    rows = table(CHIPS)
    return rows[rows["provider"] == "*"].set_index("accelerator_id")[PRICE[CHIPS]]


def test_prices_come_from_the_large_clouds_and_from_eight_smaller_ones():
    providers = set(table(CHIPS)["provider"])
    assert providers >= {"aws", "azure", "gcp", "oci", "*"}
    assert len(providers - {"aws", "azure", "gcp", "oci", "*"}) >= 8


def test_every_seller_is_known_by_its_kind():
    assert set(table(CHIPS)["provider"]) | set(table(MACHINES)["provider"]) <= set(table("price_ratios")["provider"])


@pytest.mark.parametrize("name", [MACHINES, CHIPS])
def test_a_price_begins_before_it_is_last_seen_and_before_it_ends(name):
    rows = table(name)
    assert (rows["valid_from"] <= rows["observed_on"]).all()
    ended = rows.dropna(subset=["valid_to"])
    assert len(ended)
    assert (ended["observed_on"] <= ended["valid_to"]).all()
    assert rows[["valid_from", "observed_on"]].map(len).eq(len("2026-11-26")).all().all()


@pytest.mark.parametrize("name", [MACHINES, CHIPS, "instances", "price_ratios"])
def test_a_locator_names_what_a_stranger_finds(name):
    told = "\n".join(table(name)["locator"].unique())
    for ours in (
        "aws_us-east-1_",
        "azure_gpu_",
        "gcp_gpu_",
        "tpu_and_hyperstack",
        "_subset.csv",
        "hardware_prices.csv",
    ):
        assert ours not in told


@pytest.mark.parametrize("name", [MACHINES, CHIPS])
def test_nothing_that_was_averaged_or_assumed_is_without_width(name):
    rows = table(name)
    wide = (rows["low"] < rows[PRICE[name]]) & (rows[PRICE[name]] < rows["high"])
    assert rows[rows["quality"].isin(["derived", "assumed"]) & ~wide].empty


@pytest.mark.parametrize("name", [MACHINES, CHIPS])
def test_spot_is_never_above_on_demand(name):
    rows = newest(name)
    rows = rows[rows["quality"] != "derived"]
    each = rows.pivot_table(index=["provider", "region", SOLD[name]], columns="kind", values=PRICE[name]).dropna()
    assert len(each) > 100 or name == CHIPS
    assert (each["spot"] <= each[ON_DEMAND]).all()


def test_faulty_spot_prices_of_old_tpus_stay_out():
    rows = table(CHIPS)
    assert rows[rows["accelerator_id"].isin(FAULTY_SPOT) & (rows["kind"] == "spot")].empty


@pytest.mark.parametrize(
    "parts",
    [
        ("nvidia-t4", "nvidia-l4", "nvidia-l40", "nvidia-l40s"),
        ("nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"),
        ("nvidia-a100-pcie-40gb", "nvidia-a100-pcie-80gb"),
        ("nvidia-h100-sxm5-80gb", "nvidia-h200-sxm", "nvidia-b200", "nvidia-b300"),
        ("nvidia-a100-sxm4-80gb", "nvidia-h100-sxm5-80gb"),
        ("nvidia-b200", "nvidia-gb200", "nvidia-gb300"),
        ("nvidia-v100-sxm2-16gb", "nvidia-v100-sxm2-32gb", "amd-mi300x", "amd-mi325x", "amd-mi350x"),
        ("nvidia-rtx-3090", "nvidia-rtx-4090", "nvidia-rtx-5090", "nvidia-rtx-pro-6000-bw-maxq"),
        ("google-tpu-v5e", "google-tpu-v6e"),
    ],
    ids=lambda parts: parts[-1],
)
def test_a_newer_or_larger_part_is_not_cheaper_anywhere(anywhere, parts):
    assert anywhere[list(parts)].is_monotonic_increasing


@pytest.mark.parametrize("part", ["aws-trainium2", "aws-trainium3", "amd-mi355x", "google-tpu-v7", "intel-gaudi3-oam"])
def test_what_no_source_prices_has_no_price(part):
    assert part not in set(table(CHIPS)["accelerator_id"])


def test_no_price_is_far_from_that_of_its_part_but_where_its_seller_lists_it(anywhere):
    rows = newest(CHIPS)
    rows = rows[(rows["provider"] != "*") & (rows["kind"] == ON_DEMAND)]
    ratio = rows[PRICE[CHIPS]] / anywhere.reindex(rows["accelerator_id"]).to_numpy()
    far = rows[(ratio > FARTHEST) | (ratio < 1 / FARTHEST)]
    assert len(far) < len(rows) / 3
    assert "price-medians" not in set(far["source_id"])
    levels = table("price_ratios").query("kind == 'level'")["ratio"]
    assert levels.between(1 / FARTHEST, FARTHEST).all()


def test_every_machine_with_a_price_is_known_and_leads_to_a_chip_or_a_processor():
    rows = table("instances")
    chips = set(table("accelerators")["accelerator_id"]) | set(table("cpus")["accelerator_id"])
    assert set(rows["accelerator_id"]) <= chips
    sold = table(MACHINES)
    assert set(sold["provider"] + ":" + sold["instance_type"]) <= set(rows["instance_id"])


def test_every_machine_with_accelerators_has_a_share_of_its_host():
    rows = table("instances")
    rows = rows[~rows["accelerator_id"].str.startswith("cpu-")]
    assert rows.loc[rows["host_share"].isna(), "instance_id"].tolist() == []
    assert rows["host_share"].between(0.1, 6).all()
    assert rows.groupby(["provider", "accelerator_id"])["host_share"].apply(lambda shares: (shares == 1).any()).all()


@pytest.mark.parametrize(
    ("instance_id", "accelerator_id", "accelerators"),
    [
        ("aws:g3s.xlarge", "nvidia-m60", 0.5),
        ("aws:trn2.3xlarge", "aws-trainium2", 1),
        ("aws:dl2q.24xlarge", "qualcomm-ai100-standard", 8),
        ("gcp:a4x-maxgpu-4g-metal", "nvidia-gb300", 4),
        ("gcp:tpu7x-standard-4t", "google-tpu-v7", 4),
        ("azure:Standard_ND128isr_GB300_v6", "nvidia-gb300", 4),
        ("oci:BM.GPU.B300.8", "nvidia-b300", 8),
        ("oci:BM.GPU.MI355X-v1.8", "amd-mi355x", 8),
        ("scaleway:H100-SXM-8-80G", "nvidia-h100-sxm5-80gb", 8),
        ("coreweave:gb200-4x", "nvidia-gb200", 4),
        ("gcp:g4-standard-6", "nvidia-rtx-pro-6000-bw-server", 0.125),
        ("aws:c7i.48xlarge", "cpu-intel-xeon-platinum-8488c", 2),
        ("aws:m8g.48xlarge", "cpu-aws-graviton4", 2),
        ("aws:m7a.48xlarge", "cpu-amd-epyc-9r14", 2),
        ("azure:Standard_D64s_v5", "cpu-intel-xeon-platinum-8370c", 1),
    ],
    ids=str,
)
def test_a_machine_is_what_its_seller_says(instance_id, accelerator_id, accelerators):
    row = table("instances").set_index("instance_id").loc[instance_id]
    assert (row["accelerator_id"], row["accelerators"]) == (accelerator_id, pytest.approx(accelerators))
